"""The entry of a GitHub connection in interlock.yaml."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.kit.budget import HttpConnectionSettings
from connectors.kit.settings import LOWER_CASE_KEYS, Url, by_name
from model.records import Priority

RepositoryName = Annotated[str, Field(pattern=r"^[\w-]+/[\w.-]+$")]


class AppSettings(BaseModel):
    """A GitHub App and its installation; the variable holds the private key (PEM)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    app_id: int
    installation: int
    private_key_env: str


class FieldChoice(BaseModel):
    """Issue fields of type date that hold the planned dates, by the names that people see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: str | None = None
    finish: str | None = None


class GitHubSettings(HttpConnectionSettings):
    """Repositories whose issues and milestones are read, and how to sign in.

    `url` is the address of the API. `functions` maps a repository to the function that plans in
    it, `priorities` a label (in any case) to a priority. What changed up to `overlap_minutes`
    before the newest change seen is read again. `page_size` is in records.
    """

    # A refused value is not quoted: people sometimes write a token where its variable belongs.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Url = "https://api.github.com"
    repositories: Annotated[tuple[RepositoryName, ...], Field(min_length=1)]
    token_env: str | None = None
    app: AppSettings | None = None
    functions: dict[RepositoryName, str] = Field(default_factory=dict)
    fields: FieldChoice = FieldChoice()
    priorities: Annotated[dict[str, Annotated[Priority, by_name(Priority)]], LOWER_CASE_KEYS] = (
        Field(default_factory=dict)
    )
    references_in_body: bool = False
    overlap_minutes: int = Field(default=60, ge=1)
    page_size: int = Field(default=100, ge=1, le=100)

    @model_validator(mode="after")
    def _has_one_sign_in(self) -> Self:
        if (self.token_env is None) == (self.app is None):
            raise ValueError("name either token_env or app")
        return self

    @property
    def credentials(self) -> str:
        """Where the secret comes from, as text for people; never the secret."""
        if self.app is None:
            return f"the token in the environment variable {self.token_env}"
        return f"the private key of the app in the environment variable {self.app.private_key_env}"

    def function_of(self, repository: str) -> str:
        """The function that plans in a repository; the connection's own unless one is named."""
        return self.functions.get(repository, self.function)
