"""What interlock.yaml says about a connection with `tool: rest`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.kit.budget import HttpConnectionSettings
from connectors.kit.paginators import (
    CursorToken,
    LinkHeader,
    NextUrl,
    Offset,
    PageNumber,
    Paginator,
    SinglePage,
)
from connectors.kit.settings import Url
from connectors.rest.fields import DealFields, Path, SpendFields, WorkItemFields


class _Part(BaseModel):
    # A refused value is not quoted: people sometimes write a secret where its name belongs.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class BearerSettings(_Part):
    type: Literal["bearer"]
    token_env: str


class BasicSettings(_Part):
    type: Literal["basic"]
    username: str
    password_env: str


class HeaderSettings(_Part):
    """A secret in a header of its own, such as `PRIVATE-TOKEN`."""

    type: Literal["header"]
    header: str
    value_env: str


class NoAuthSettings(_Part):
    type: Literal["none"]


AuthSettings = Annotated[
    BearerSettings | BasicSettings | HeaderSettings | NoAuthSettings, Field(discriminator="type")
]


class PaginatorSettings(_Part):
    """How the list is paged; which of the other keys count depends on `type`.

    `link`: the Link header. `next_url`: the address in `field`. `cursor`: the token in `field`,
    sent back as `param`. `offset`: `param`, `limit_param`, `limit`, and the total in `total`.
    `page`: the number in `param`, from `start` on, and the count of pages in `total`. `single`:
    everything in one answer.
    """

    type: Literal["single", "link", "next_url", "cursor", "offset", "page"]
    field: Path | None = None
    param: str | None = None
    limit_param: str = "limit"
    limit: int = Field(default=100, ge=1)
    start: int = 1
    total: Path | None = None

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        if self.type in {"next_url", "cursor"} and self.field is None:
            raise ValueError(f"the paginator {self.type} needs `field`")
        if self.type == "cursor" and self.param is None:
            raise ValueError("the paginator cursor needs `param`")
        return self

    def build(self, records: str) -> Paginator:
        """The paginator for a list whose records are at this path."""
        match self.type:
            case "single":
                return SinglePage()
            case "link":
                return LinkHeader()
            case "next_url":
                return NextUrl(self.field or "next", records)
            case "cursor":
                return CursorToken(self.field or "", self.param or "", records)
            case "offset":
                param = self.param or "offset"
                return Offset(records, self.limit, param, self.limit_param, self.total)
            case "page":
                return PageNumber(records, self.param or "page", self.start, self.total)


class IncrementalSettings(_Part):
    """Only what changed since the last pull: the query parameter and how it writes an instant.

    What changed up to `overlap_minutes` before the newest change seen is read again, because
    tools show changes late. Every `full_every_hours` everything is read, which finds deletions.
    """

    param: str
    format: Literal["iso", "epoch", "epoch_ms"] = "iso"
    overlap_minutes: int = Field(default=60, ge=0)
    full_every_hours: int = Field(default=24, ge=1)

    @property
    def overlap(self) -> timedelta:
        return timedelta(minutes=self.overlap_minutes)

    @property
    def full_every(self) -> timedelta:
        return timedelta(hours=self.full_every_hours)


class _Stream(_Part):
    """One list of records.

    `records` is where they are in the answer, `id` the native id within one, `changed_at` when it
    last changed. A record that has a value at one of `skip_with` does not belong to the stream.
    """

    path: str = Field(pattern=r"^/")
    params: dict[str, str | int | bool] = Field(default_factory=dict)
    paginator: PaginatorSettings = PaginatorSettings(type="single")
    records: Path = "$"
    id: Path = "id"
    changed_at: Path | None = None
    incremental: IncrementalSettings | None = None
    skip_with: tuple[Path, ...] = ()
    function: str | None = None

    @model_validator(mode="after")
    def _knows_when_records_change(self) -> Self:
        if self.incremental and self.changed_at is None:
            raise ValueError("`incremental` needs `changed_at`: where a record says it changed")
        return self


class WorkItemStream(_Stream):
    record: Literal["work_item"]
    fields: WorkItemFields


class DealStream(_Stream):
    record: Literal["deal"]
    fields: DealFields


class SpendStream(_Stream):
    record: Literal["spend"]
    fields: SpendFields


Stream = WorkItemStream | DealStream | SpendStream


class RestSettings(HttpConnectionSettings):
    """A JSON API and the lists that are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Url
    """The address below which all paths are; as for the API, not for people."""
    auth: AuthSettings
    headers: dict[str, str] = Field(default_factory=dict)
    """Further headers of all requests; never secrets."""
    streams: dict[str, Annotated[Stream, Field(discriminator="record")]] = Field(min_length=1)

    @model_validator(mode="after")
    def _parents_are_in_a_stream(self) -> Self:
        for name, stream in self.streams.items():
            parent = stream.fields.parent_stream if isinstance(stream, WorkItemStream) else None
            if parent is not None and parent not in self.streams:
                raise ValueError(f'parent_stream of {name} names no stream: "{parent}"')
        return self

    def function_of(self, stream: str) -> str:
        return self.streams[stream].function or self.function

    @property
    def credentials(self) -> str:
        """Where the secret comes from, for people; never the secret."""
        match self.auth:
            case BearerSettings(token_env=variable) | HeaderSettings(value_env=variable):
                return f"the environment variable {variable}"
            case BasicSettings(username=username, password_env=variable):
                return f"the password of {username} in the environment variable {variable}"
            case _:
                return "this connection signs in as nobody"
