"""The entry of a Jira Cloud connection in interlock.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from connectors.kit.budget import HttpConnectionSettings
from connectors.kit.settings import LOWER_CASE_KEYS, Url, by_name
from model.records import DependencyRole, DependencyType, Priority

ProjectKey = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]+$")]


class FieldChoice(BaseModel):
    """Fields of the site, each by its name in Jira or its id (`customfield_10015`).

    `start` is the planned start, `wbs` the WBS element, `depends_on` names predecessors
    (`BUD-4; MK-9`), `percent` is the progress from 0 to 100.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: str | None = None
    wbs: str | None = None
    depends_on: str | None = None
    percent: str | None = None


class LinkMeaning(BaseModel):
    """What the issue on the outward side of a link is to the issue that shows it.

    An issue shows "blocks CDP-2" when CDP-2 is on the outward side; CDP-2 is then its successor.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    outward: DependencyRole
    type: Annotated[DependencyType, by_name(DependencyType)] = DependencyType.FINISH_TO_START


DEFAULT_LINKS: Mapping[str, LinkMeaning] = {
    "blocks": LinkMeaning(outward=DependencyRole.SUCCESSOR),
    "depends": LinkMeaning(outward=DependencyRole.PREDECESSOR),
    "dependency": LinkMeaning(outward=DependencyRole.PREDECESSOR),
}
"""By the link type's name in lower case; a type that is not listed states no dependency."""

DEFAULT_PRIORITIES: Mapping[str, Priority] = {
    "blocker": Priority.CRITICAL,
    "critical": Priority.CRITICAL,
    "highest": Priority.CRITICAL,
    "high": Priority.HIGH,
    "major": Priority.HIGH,
    "medium": Priority.MEDIUM,
    "normal": Priority.MEDIUM,
    "low": Priority.LOW,
    "minor": Priority.LOW,
    "lowest": Priority.LOW,
    "trivial": Priority.LOW,
}
"""By the priority's name in lower case."""


class JiraSettings(HttpConnectionSettings):
    """A Jira Cloud site and what is read from it.

    `url` is where people open it. `api_url` is needed for scoped API tokens only, which are
    accepted at `https://api.atlassian.com/ex/jira/<cloud id>`. `token_env` names the environment
    variable that holds the API token of `email`. `functions` maps a project to the function that
    plans in it. `references_in` are text fields that are searched for names of other tools'
    records. `links` and `priorities` extend the defaults, by name in any case. What changed up to
    `overlap_minutes` before the newest change seen is read again, because Jira's search lags behind
    by minutes, and by more after bulk edits. `page_size` is in issues.
    """

    # A refused value is not quoted: it may be a url with a password in it.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Url
    api_url: Url | None = None
    email: str
    token_env: str
    projects: Annotated[tuple[ProjectKey, ...], Field(min_length=1)]
    functions: dict[ProjectKey, str] = Field(default_factory=dict)
    fields: FieldChoice = FieldChoice()
    references_in: tuple[str, ...] = ()
    links: Annotated[dict[str, LinkMeaning], LOWER_CASE_KEYS] = Field(default_factory=dict)
    priorities: Annotated[dict[str, Annotated[Priority, by_name(Priority)]], LOWER_CASE_KEYS] = (
        Field(default_factory=dict)
    )
    overlap_minutes: int = Field(default=720, ge=1)
    page_size: int = Field(default=500, ge=1)

    @property
    def api(self) -> str:
        """The address below which the REST API is called."""
        return self.api_url or self.url

    @property
    def credentials(self) -> str:
        """Where the secret comes from, as text for people; never the secret."""
        return f"the API token of {self.email} in the environment variable {self.token_env}"

    def function_of(self, project: str) -> str:
        """The function that plans in a project; the connection's own unless one is named."""
        return self.functions.get(project, self.function)

    def link_meaning(self, type_name: str) -> LinkMeaning | None:
        """What a link type (any case) states; None where it states no dependency."""
        return {**DEFAULT_LINKS, **self.links}.get(type_name.lower())

    def priority_of(self, name: str) -> Priority | None:
        """The priority that a name of the site (any case) means; None where it is not mapped."""
        return {**DEFAULT_PRIORITIES, **self.priorities}.get(name.lower())
