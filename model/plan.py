"""The plan as the rules read it: columns, one row per item, and the forecast over them.

`items` and every column in `ItemAttributes` have the same rows in the same order: all work items
and all deals. Titles, keys and addresses are not in here: `Lookup` reads them for the few
records that a finding mentions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from model.findings import Label
from model.network import NO_DATE, Calendars, Forecast, Items, Links, Network
from model.operating_model.schema import GateSign
from model.raised_risks import RaisedRisk
from model.records import DealStage, SpendKind, State

Int8 = npt.NDArray[np.int8]
Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

# Below every index, and not a row: numpy would read it as the last one, so columns are masked by
# it first.
NONE = -1
"""In every column of indices: the record states nothing."""

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Derived:
    """Values that are computed from fields of the same record, read as columns."""

    fields: tuple[str, ...]
    compute: Callable[..., Array]
    """Takes one array per field, in their order, and returns one of the same length."""


Source = str | bool | Derived | None
"""A field of the record by its name, one value for all records, a computation, or nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where the values of a column of the plan come from, for each kind of record.

    Dates are read as days since 1970-01-01, amounts as hundredths. Text becomes an index into
    the tuple of the plan that `names` names, or one of `codes`. Where a record states nothing,
    and for a kind of record without a source, the value is `missing`.
    """

    work_item: Source = None
    deal: Source = None
    spend: Source = None
    missing: int = NONE
    names: str | None = None
    codes: Mapping[Any, int] | None = None


DEAL_STATES: Final = {
    DealStage.OPEN: State.PLANNED,
    DealStage.WON: State.DONE,
    DealStage.LOST: State.CANCELLED,
}
SPEND_KINDS: Final = {SpendKind.BUDGET: 0, SpendKind.COMMITMENT: 1, SpendKind.ACTUAL: 2}


def _last_touch(touched: Array, began: Array) -> Array:
    # A tool that does not report touches: the day on which the version began.
    instants: Array = np.where(np.isnat(touched), began, touched)
    return instants.astype("M8[D]").astype(np.int64)


_LAST_TOUCH: Final = Derived(("touched_at", "valid_from"), _last_touch)
_CLOSED_IF_WON: Final = Derived(
    ("stage", "close_date"),
    lambda state, closes: np.where(state == State.DONE, closes, NO_DATE),
)
_IS_OPEN_WORK: Final = Derived(("state",), lambda state: state < State.DONE)
# What a won deal promises is still to be kept, so only a lost one is closed.
_IS_OPEN_DEAL: Final = Derived(("stage",), lambda state: state != State.CANCELLED)

NETWORK_COLUMNS: Final[Mapping[str, Column]] = {
    "id": Column(work_item="record_id", deal="record_id"),
    "planned_start": Column(work_item="planned_start"),
    "planned_finish": Column(work_item="planned_finish", deal="close_date"),
    "actual_start": Column(work_item="actual_start"),
    "actual_finish": Column(work_item="actual_finish", deal=_CLOSED_IF_WON),
    "duration": Column(work_item="estimate_days"),
    "remaining": Column(work_item="remaining_days"),
    "percent": Column(work_item="percent_complete"),
    "state": Column(work_item="state", deal="stage", codes=DEAL_STATES),
    "milestone": Column(work_item="milestone", deal=True),
    # A close date is promised to a customer; the planned finish of work is the team's own.
    "deadline": Column(deal="close_date"),
    "parent": Column(work_item="parent_id", deal="parent_id"),
}
"""Where the columns of `model.network.Items` come from; types and missing values are its own.

A deal is a milestone that is due on its close date, and finished on it if it is won.
"""


@dataclass(frozen=True, slots=True)
class ItemAttributes:
    """What the rules read of an item beside its dates; n rows, aligned to `Plan.items`.

    Each column is declared here alone: its type, its missing value, and the field of the record
    (see `Column`) from which `model.warehouse.plan` reads it.
    """

    is_deal: Annotated[Bool, Column(work_item=False, deal=True)]
    is_open: Annotated[Bool, Column(work_item=_IS_OPEN_WORK, deal=_IS_OPEN_DEAL)]
    connection: Annotated[
        Int16, Column(work_item="connection", deal="connection", names="connections")
    ]
    function: Annotated[Int16, Column(work_item="function", deal="function", names="functions")]
    initiative: Annotated[Int16, Column(work_item="initiative", names="initiatives")]
    wbs: Annotated[Int32, Column(work_item="wbs", names="wbs")]
    priority: Annotated[Int8, Column(work_item="priority")]
    """A `model.records.Priority`."""
    owner: Annotated[Int32, Column(work_item="owner", deal="owner", names="people")]
    touched: Annotated[Int32, Column(work_item=_LAST_TOUCH, deal=_LAST_TOUCH, missing=NO_DATE)]
    """The day in UTC on which a person last changed the record."""
    value: Annotated[Int64, Column(deal="amount", missing=0)]
    currency: Annotated[Int16, Column(deal="currency", names="currencies")]

    @property
    def has_owner(self) -> Bool:
        has_owner: Bool = self.owner != NONE
        return has_owner


@dataclass(frozen=True, slots=True)
class SpendLines:
    """Budget, commitments and actuals; k rows, each column declared as in `ItemAttributes`."""

    id: Annotated[Int64, Column(spend="record_id")]
    connection: Annotated[Int16, Column(spend="connection", names="connections")]
    kind: Annotated[Int8, Column(spend="spend_kind", codes=SPEND_KINDS)]
    amount: Annotated[Int64, Column(spend="amount", missing=0)]
    currency: Annotated[Int16, Column(spend="currency", names="currencies")]
    on: Annotated[Int32, Column(spend="on", missing=NO_DATE)]
    """The day of posting; of a budget the day of its release."""
    wbs: Annotated[Int32, Column(spend="wbs", names="wbs")]
    function: Annotated[Int16, Column(spend="function", names="functions")]


@dataclass(frozen=True, slots=True)
class DanglingDependency:
    """A stated dependency (link or named field) whose target no connection knows."""

    record_id: int
    target: str
    where: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a rule reads, as of one day."""

    today: date
    connections: tuple[str, ...]
    functions: tuple[str, ...]
    initiatives: tuple[str, ...]
    wbs: tuple[str, ...]
    currencies: tuple[str, ...]
    people: tuple[str, ...]
    """Owners: the id of a person of the operating model, else `connection:identity`. One person is
    one entry, whatever the tools call them."""
    items: Items
    attributes: ItemAttributes
    links: Links
    calendars: Calendars
    network: Network
    forecast: Forecast
    spend: SpendLines
    dangling: tuple[DanglingDependency, ...]
    raised_risks: tuple[RaisedRisk, ...] = ()


class Lookup(Protocol):
    """Text for the few records that a finding names, read from the warehouse."""

    def read_labels(self, record_ids: Iterable[int]) -> Mapping[int, Label]: ...

    def find_gate_items(self, sign: GateSign) -> Int64:
        """Ids of work items that carry a label of the sign or all words of its title."""
        ...

    def read_link_places(self, links: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
        """Where each dependency (predecessor id, successor id) stands: `column "Depends on"`."""
        ...

    def read_spellings(
        self, targets: Iterable[tuple[int, str]]
    ) -> Mapping[tuple[int, str], tuple[str, str]]:
        """How each target that a record (by its id) states is spelled, and in which connection."""
        ...

    def read_date_sources(self, record_ids: Iterable[int]) -> Mapping[int, str]:
        """Where the planned dates of each record stand: `Jira "Due date"`, `column "End"`."""
        ...
