"""What interlock.yaml says about a Jira Cloud connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from connectors.base import ConnectionSettings
from model.records import DependencyRole, DependencyType, Priority

ProjectKey = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]+$")]


def _named(kind: type[Priority] | type[DependencyType]) -> BeforeValidator:
    """Let YAML say `finish_to_start` or `Critical` where the record holds a number."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        name = value.strip().upper().replace(" ", "_").replace("-", "_")
        if name not in kind.__members__:
            raise ValueError(f'"{value}" is none of {", ".join(kind.__members__).lower()}')
        return kind[name]

    return BeforeValidator(read)


def _plain_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("must be an address like https://acme.atlassian.net, without credentials")
    return url.rstrip("/")


Url = Annotated[str, AfterValidator(_plain_url)]


class FieldChoice(BaseModel):
    """Fields of the site, each by its name in Jira or its id (`customfield_10015`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: str | None = None
    wbs: str | None = None
    depends_on: str | None = None
    percent: str | None = None


class LinkMeaning(BaseModel):
    """What the issue on the outward side of a link is to the issue that shows it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outward: DependencyRole
    type: Annotated[DependencyType, _named(DependencyType)] = DependencyType.FINISH_TO_START


USUAL_LINKS: Mapping[str, LinkMeaning] = {
    "blocks": LinkMeaning(outward=DependencyRole.SUCCESSOR),
    "depends": LinkMeaning(outward=DependencyRole.PREDECESSOR),
    "dependency": LinkMeaning(outward=DependencyRole.PREDECESSOR),
}
"""By the link type's name in lower case; all other types are no dependencies."""

USUAL_PRIORITIES: Mapping[str, Priority] = {
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


class JiraSettings(ConnectionSettings):
    """A Jira Cloud site and what is read from it.

    `url` is where people open it. `api_url` is needed for scoped API tokens only, which answer
    at `https://api.atlassian.com/ex/jira/<cloud id>`. `token_env` names the environment variable
    that holds the API token of `email`. `functions` maps a project to the function that plans in
    it. `references_in` are text fields searched for names of other tools' records. What changed
    up to `overlap_minutes` before the newest change seen is read again, because Jira's search
    lags behind by minutes, and by more after bulk edits. `page_size` is in issues.
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
    links: dict[str, LinkMeaning] = Field(default_factory=dict)
    priorities: dict[str, Annotated[Priority, _named(Priority)]] = Field(default_factory=dict)
    overlap_minutes: int = Field(default=720, ge=1)
    page_size: int = Field(default=500, ge=1)

    @field_validator("links", "priorities", mode="before")
    @classmethod
    def _lower_case(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {str(name).lower(): meaning for name, meaning in value.items()}

    @property
    def api(self) -> str:
        return self.api_url or self.url

    @property
    def credentials(self) -> str:
        """Where the secret comes from, for people."""
        return f"the API token of {self.email} in the environment variable {self.token_env}"

    def function_of(self, project: str) -> str:
        return self.functions.get(project, self.function)

    def link_meaning(self, type_name: str) -> LinkMeaning | None:
        return {**USUAL_LINKS, **self.links}.get(type_name.lower())

    def priority_of(self, name: str) -> Priority | None:
        return {**USUAL_PRIORITIES, **self.priorities}.get(name.lower())
