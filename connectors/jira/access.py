"""Whether the account can see and do what a sync needs, checked with the `jira` library."""

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
from connectors.kit.answers import plain
from connectors.kit.bounded_requests import AnswerTooLarge, bound_answers
from connectors.kit.mapping import SHAPE_ERRORS
from connectors.kit.tls import explain_tls, trusted_file

_TIMEOUT_SECONDS = 30
_COMMENT_PERMISSIONS = ("ADD_COMMENTS", "EDIT_OWN_COMMENTS")


@dataclass(frozen=True, slots=True)
class JiraAccessCheck:
    """The checks of one connection. They only read, and never repeat a request."""

    settings: JiraSettings
    token: str = field(repr=False)

    def find_problems(self) -> list[AccessProblem]:
        """One problem per thing that is missing; never raises for bad access."""
        try:
            site = self._open_site()
            # First: on many other paths Jira treats bad credentials as an anonymous request.
            if not site.myself()["accountId"]:
                raise LookupError("accountId")
            return [
                *self._check_projects(site),
                *self._check_fields(site),
                *self._check_links(site),
            ]
        except JIRAError as error:
            return [self._explain_refusal(error)]
        except SHAPE_ERRORS as error:
            # The library parses any answer as Jira's, also the login page of a proxy.
            what = f"{self.settings.api} does not answer as Jira does ({type(error).__name__})"
            return [AccessProblem(what, "Check url, and what answers in Jira's place.")]
        except AnswerTooLarge as error:
            remedy = "Check url, and what answers in Jira's place."
            return [AccessProblem(f"{self.settings.api}: {error}", remedy)]
        except requests.RequestException as error:
            if problem := explain_tls(error):
                return [AccessProblem(*problem)]
            return [
                AccessProblem(
                    f"{self.settings.api} cannot be reached ({type(error).__name__})",
                    "Check url and the network.",
                )
            ]

    def _open_site(self) -> JIRA:
        site = JIRA(
            server=self.settings.api,
            basic_auth=(self.settings.email, self.token),
            options={"rest_api_version": "3", "verify": trusted_file()},
            # A check reports the first failure it meets; to repeat requests is the sync's part.
            max_retries=0,
            timeout=_TIMEOUT_SECONDS,
            get_server_info=False,
        )
        bound_answers(site._session)
        return site

    def _explain_refusal(self, error: JIRAError) -> AccessProblem:
        # The library's own text quotes whole answers with their headers, which may hold secrets.
        what = f"Jira refuses {self.settings.email} with status {error.status_code}"
        if error.status_code == 401:
            return AccessProblem(what, f"Renew {self.settings.credentials}{self._scoped_hint()}.")
        return AccessProblem(what, "Check url, and that it is a Jira Cloud site.")

    def _scoped_hint(self) -> str:
        """Where a token with scopes is accepted; the site itself answers 401 to it."""
        if self.settings.api_url:
            return ""
        try:
            answer = httpx.get(f"{self.settings.url}/_edge/tenant_info", timeout=_TIMEOUT_SECONDS)
            cloud_id = plain(answer.json()["cloudId"], 60)
        except (httpx.HTTPError, *SHAPE_ERRORS):
            return ""
        return (
            ", or, if it is a token with scopes, "
            f"set api_url: https://api.atlassian.com/ex/jira/{cloud_id}"
        )

    def _check_projects(self, site: JIRA) -> Iterator[AccessProblem]:
        visible = {project.key for project in site.projects()}
        for project in self.settings.projects:
            if project in visible:
                yield from self._check_permissions(site, project)
            else:
                yield AccessProblem(
                    f"the project {project} cannot be seen",
                    f"Let {self.settings.email} browse it, or correct projects.",
                    blocking=visible.isdisjoint(self.settings.projects),
                )
        for project in sorted(self.settings.functions.keys() - set(self.settings.projects)):
            yield AccessProblem(
                f"functions names the project {project}, which is not among projects",
                "Correct one of the two.",
                blocking=False,
            )

    def _check_permissions(self, site: JIRA, project: str) -> Iterator[AccessProblem]:
        names = ",".join(_COMMENT_PERMISSIONS)
        answer: Mapping[str, Any] = site.my_permissions(projectKey=project, permissions=names)
        for name in _COMMENT_PERMISSIONS:
            if not (answer["permissions"].get(name) or {}).get("havePermission"):
                yield AccessProblem(
                    f"{self.settings.email} lacks the permission {name} in {project}",
                    "Give it in the project's permission scheme, or no comment is written there.",
                    blocking=False,
                )

    def _check_fields(self, site: JIRA) -> Iterator[AccessProblem]:
        names = index_fields(site.fields())
        for name in list_chosen_names(self.settings):
            if problem := explain_unresolved(name, names):
                yield AccessProblem(*problem)

    def _check_links(self, site: JIRA) -> Iterator[AccessProblem]:
        # Each site chooses and translates the names of its link types.
        types = [str(link_type.name) for link_type in site.issue_link_types()]
        listed = ", ".join(f'"{name}"' for name in types) or "none"
        for name in self.settings.links.keys() - {name.lower() for name in types}:
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
