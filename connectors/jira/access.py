"""Whether the account sees and may do all that a sync needs; asked with the `jira` library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import requests
from jira import JIRA, JIRAError

from connectors.base import AccessProblem
from connectors.jira.fields import explain_unresolved, index_fields, list_chosen_names
from connectors.jira.settings import JiraSettings

_TIMEOUT = 30
_COMMENTING = ("ADD_COMMENTS", "EDIT_OWN_COMMENTS")


@dataclass(frozen=True, slots=True)
class JiraAccessCheck:
    """One look at a site. The library would repeat a POST, so it never writes and never retries."""

    settings: JiraSettings
    token: str = field(repr=False)

    def find_problems(self) -> list[AccessProblem]:
        """All that is missing; never raises for bad access."""
        try:
            site = self._site()
            # First of all: Jira answers bad credentials on many paths as it answers a stranger.
            site.myself()
            return [*self._projects(site), *self._fields(site), *self._links(site)]
        except JIRAError as error:
            return [self._refused(error)]
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            # The library takes apart whatever comes, such as the page of a proxy.
            what = f"{self.settings.api} does not answer as Jira does ({type(error).__name__})"
            return [AccessProblem(what, "Check url, and what answers in Jira's place.")]
        except requests.RequestException as error:
            return [
                AccessProblem(
                    f"{self.settings.api} cannot be reached ({type(error).__name__})",
                    "Check url and the network.",
                )
            ]

    def _site(self) -> JIRA:
        return JIRA(
            server=self.settings.api,
            basic_auth=(self.settings.email, self.token),
            options={"rest_api_version": "3"},
            max_retries=0,
            timeout=_TIMEOUT,
            get_server_info=False,
        )

    def _refused(self, error: JIRAError) -> AccessProblem:
        # The library's own text quotes whole answers with their headers; only the status is told.
        what = f"Jira refuses {self.settings.email} with status {error.status_code}"
        if error.status_code == 401:
            return AccessProblem(what, f"Renew {self.settings.credentials}{self._scoped_hint()}.")
        return AccessProblem(what, "Check url, and that it is a Jira Cloud site.")

    def _scoped_hint(self) -> str:
        """Tokens with scopes are refused at the site itself; where they are taken, Jira tells."""
        if self.settings.api_url:
            return ""
        try:
            answer = httpx.get(f"{self.settings.url}/_edge/tenant_info", timeout=_TIMEOUT)
            cloud_id = answer.json()["cloudId"]
        except (httpx.HTTPError, ValueError, LookupError):
            return ""
        return (
            ", or, if it is a token with scopes, "
            f"set api_url: https://api.atlassian.com/ex/jira/{cloud_id}"
        )

    def _projects(self, site: JIRA) -> Iterator[AccessProblem]:
        seen = {project.key for project in site.projects()}
        for project in self.settings.projects:
            if project in seen:
                yield from self._permissions(site, project)
            else:
                yield AccessProblem(
                    f"the project {project} cannot be seen",
                    f"Let {self.settings.email} browse it, or correct projects.",
                    blocking=len(seen.intersection(self.settings.projects)) == 0,
                )
        for project in sorted(self.settings.functions.keys() - set(self.settings.projects)):
            yield AccessProblem(
                f"functions names the project {project}, which is not among projects",
                "Correct one of the two.",
                blocking=False,
            )

    def _permissions(self, site: JIRA, project: str) -> Iterator[AccessProblem]:
        asked = ",".join(_COMMENTING)
        answer: Mapping[str, Any] = site.my_permissions(projectKey=project, permissions=asked)
        for name in _COMMENTING:
            if not (answer["permissions"].get(name) or {}).get("havePermission"):
                yield AccessProblem(
                    f"{self.settings.email} lacks the permission {name} in {project}",
                    "Give it in the project's permission scheme, or no comment is written there.",
                    blocking=False,
                )

    def _fields(self, site: JIRA) -> Iterator[AccessProblem]:
        names = index_fields(site.fields())
        for name in list_chosen_names(self.settings):
            if found := explain_unresolved(name, names):
                yield AccessProblem(*found)

    def _links(self, site: JIRA) -> Iterator[AccessProblem]:
        """A link type is meant by its name, which every site words as it likes."""
        types = [str(kind.name) for kind in site.issue_link_types()]
        listed = ", ".join(f'"{name}"' for name in types) or "none"
        for name in self.settings.links.keys() - {kind.lower() for kind in types}:
            yield AccessProblem(
                f'links names the type "{name}", which the site does not have',
                f"Correct it; the site's types are {listed}.",
                blocking=False,
            )
        if not any(self.settings.link_meaning(name) for name in types):
            yield AccessProblem(
                f"no link type of the site means a dependency; it has {listed}",
                "Say under links which of them do, and what the outward side is: successor or "
                "predecessor.",
                blocking=False,
            )
