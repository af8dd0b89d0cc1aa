"""The shared records that the raw records of every tool are mapped to.

Everything after the connectors (warehouse, network, rules, comments) reads these alone. Records
are values: frozen, comparable, and without anything that differs between two pulls of the same
state. The columns of the warehouse's version tables follow from their fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class Kind(StrEnum):
    """What a record is; the middle part of its reference."""

    WORK_ITEM = "work_item"
    DEAL = "deal"
    SPEND = "spend"


class State(IntEnum):
    """The shared lifecycle onto which each tool's own statuses are mapped."""

    # The order counts: `state < DONE` means open, in SQL and in columns.
    PLANNED = 0
    IN_PROGRESS = 1
    BLOCKED = 2
    DONE = 3
    CANCELLED = 4


class Priority(IntEnum):
    """How urgent the owning function ranks an item; a higher number is more urgent."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    CRITICAL = 3


class DependencyType(IntEnum):
    """Which end of the predecessor holds which end of the successor."""

    FINISH_TO_START = 0
    START_TO_START = 1
    FINISH_TO_FINISH = 2
    START_TO_FINISH = 3


class DealStage(StrEnum):
    """The stage of a deal, whatever its tool calls it."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class SpendKind(StrEnum):
    """Whether an amount is allowed, promised to a supplier, or paid."""

    BUDGET = "budget"
    COMMITMENT = "commitment"
    ACTUAL = "actual"


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A record's readable reference, `connection:kind:native id`; stable for its life.

    The native id is the tool's immutable one (Jira's numeric issue id, never its key).
    """

    connection: str
    kind: Kind
    native_id: str

    def __str__(self) -> str:
        return f"{self.connection}:{self.kind.value}:{self.native_id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        # At most two splits: a native id may contain colons.
        connection, kind, native_id = text.split(":", 2)
        return cls(connection, Kind(kind), native_id)


def _require_zone(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("a point in time needs its time zone")
    return instant


Instant = Annotated[datetime, AfterValidator(_require_zone)]
"""A point in time with its zone; the warehouse stores it in UTC."""

Percent = Annotated[int, Field(ge=0, le=100)]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Record(BaseModel):
    """What all shared records have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ref: Ref
    key: str
    """What people call it: `CDP-12`, a row's key, an opportunity's name, a document number."""
    title: str
    url: str | None = None
    touched_at: Instant | None = None
    """When a person last changed it in its tool; Interlock's own comments do not count."""
    dates_from: str = ""
    """Where the tool states its planned finish, else its planned start: `Jira "Due date"`."""


class WorkItem(Record):
    """Work in any tool: an issue, a planned row, a release, a gate.

    Dates are calendar dates in the plan of the function; a finish is inclusive.
    `estimate_days` and `remaining_days` are working days.
    """

    function: str
    owner: str | None = None
    """The assignee's identity in the tool of this record (account id, user id, name)."""
    state: State
    status: str
    """The tool's own word for the state."""
    priority: Priority | None = None
    planned_start: date | None = None
    planned_finish: date | None = None
    actual_start: date | None = None
    actual_finish: date | None = None
    estimate_days: int | None = Field(default=None, ge=0)
    remaining_days: int | None = Field(default=None, ge=0)
    percent_complete: Percent | None = None
    milestone: bool = False
    parent: Ref | None = None
    initiative: str | None = None
    labels: tuple[str, ...] = ()
    wbs: str | None = None
    """The budget element this work is paid from, as the tool states it."""


class Deal(Record):
    """A sale: what is promised to a customer, for how much, and until when."""

    function: str
    owner: str | None = None
    stage: DealStage
    status: str
    """The tool's own name of the stage."""
    amount: Decimal | None = None
    currency: CurrencyCode | None = None
    close_date: date | None = None
    probability: Percent | None = None

    @model_validator(mode="after")
    def _money_has_its_currency(self) -> Self:
        # Amounts of unknown currency could be neither added nor compared with a limit.
        if self.amount is not None and self.currency is None:
            raise ValueError("an amount needs its currency")
        return self


class Spend(Record):
    """One line of budget, commitment or actual spend from an ERP export.

    `on` is the day of posting for an actual or commitment and the day from which the
    money may be used for a budget; `fiscal_period` is the export's own word for it.
    """

    function: str
    spend_kind: SpendKind
    amount: Decimal
    currency: CurrencyCode
    on: date
    fiscal_period: str | None = None
    cost_centre: str | None = None
    wbs: str | None = None
    purchase_order: str | None = None


SharedRecord = WorkItem | Deal | Spend

RECORD_TYPES: Final[Mapping[Kind, type[SharedRecord]]] = {
    Kind.WORK_ITEM: WorkItem,
    Kind.DEAL: Deal,
    Kind.SPEND: Spend,
}


class Origin(StrEnum):
    """What states a dependency; one that is read from free text cannot dangle."""

    LINK = "link"
    FIELD = "field"
    TEXT = "text"


class DependencyRole(StrEnum):
    """What the target is to the item that states the dependency."""

    PREDECESSOR = "predecessor"
    SUCCESSOR = "successor"


@dataclass(frozen=True, slots=True, order=True)
class StatedDependency:
    """A dependency as one tool states it; the warehouse resolves the target to a record.

    `target` is a key, native id, or web address in any tool, as `model.keys` normalises it.
    `lag_days` are working days; negative for a lead. `where` names the place in the tool:
    `issue link "is blocked by"`, `column "Depends on"`. `written` is the target as the tool spells
    it, shown to people; empty if it is never shown.
    """

    target: str
    role: DependencyRole
    origin: Origin
    where: str
    type: DependencyType = DependencyType.FINISH_TO_START
    lag_days: int = 0
    written: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a record, the instant at which it began, and the dependencies it stated."""

    valid_from: datetime
    record: SharedRecord
    stated_dependencies: tuple[StatedDependency, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the tool's data that could not be mapped, for the quarantine.

    With `held` the whole record is left out and its last version stays; without, only the field
    that `reason` names is. `remedy` says what a person can do.
    """

    native_id: str
    reason: str
    remedy: str
    held: bool = True
    known_as: tuple[str, ...] = ()
    """Names of a held record; a dependency on one of them does not dangle."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What one raw record was mapped to: versions (oldest first) of one or more records.

    The last version of each record is its present state. An empty result without a problem
    means that the raw record is deliberately not part of the plan.
    """

    versions: tuple[Version, ...] = ()
    problems: tuple[Problem, ...] = ()
    aliases: tuple[tuple[Ref, str], ...] = ()
    """Names of a record beside its key, native id and URL (a moved issue's old key)."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount with its currency; amounts of two currencies are never added."""

    currency: str
    amount: Decimal

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `250000 EUR` or `EUR 250000.50`; raises ValueError for anything else."""
        match = re.fullmatch(r"(?:([A-Z]{3})\s+)?(\d+(?:\.\d+)?)(?:\s+([A-Z]{3}))?", text.strip())
        if match is None or bool(match[1]) == bool(match[3]):
            raise ValueError(f'"{text}" is not an amount with its currency, like "250000 EUR"')
        return cls(match[1] or match[3], Decimal(match[2]))

    def __str__(self) -> str:
        return f"{self.amount:,.0f} {self.currency}"
