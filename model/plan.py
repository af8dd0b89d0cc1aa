"""The plan as the rules see it: columns, one row an item, plus the forecast over them.

Rows of `items` and of every column in `ItemAttributes` are the same rows in the same order: all
work items and all deals (a deal is a milestone whose deadline is its close date). Text is not in
here: `Lookup` fetches names only for what a finding mentions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from model.findings import Label
from model.network import Calendars, Forecast, Items, Links, Network
from model.operating_model.schema import GateSign

Int8 = npt.NDArray[np.int8]
Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

NONE = -1
"""In every index column: nothing stated."""


@dataclass(frozen=True, slots=True)
class ItemAttributes:
    """What the rules ask of an item beside its dates; n rows, aligned to `Plan.items`.

    `function`, `initiative`, `wbs` and `currency` index the name tuples of the plan, `priority`
    is a `model.records.Priority` or NONE, `touched` is a day since 1970-01-01 (NO_DATE if never
    told), `value` is a deal's amount in hundredths of its currency (0 for work items), `is_open`
    tells a deal that is not lost and a work item that is neither done nor cancelled.
    """

    is_deal: Bool
    is_open: Bool
    function: Int16
    initiative: Int16
    wbs: Int32
    priority: Int8
    has_owner: Bool
    touched: Int32
    value: Int64
    currency: Int16


@dataclass(frozen=True, slots=True)
class SpendLines:
    """Budget, commitments and actuals; k rows. Amounts are hundredths of their currency.

    `kind` is 0 budget, 1 commitment, 2 actual; `on` is a day since 1970-01-01 (for a budget the
    day of its release); `wbs` and `currency` index the plan's name tuples.
    """

    id: Int64
    kind: Int8
    amount: Int64
    currency: Int16
    on: Int32
    wbs: Int32
    function: Int16


@dataclass(frozen=True, slots=True)
class Dangling:
    """A stated dependency (link or named field) whose target no connection knows."""

    record_id: int
    target: str
    where: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a rule may look at, as of one day."""

    today: date
    functions: tuple[str, ...]
    initiatives: tuple[str, ...]
    wbs: tuple[str, ...]
    currencies: tuple[str, ...]
    items: Items
    attributes: ItemAttributes
    links: Links
    calendars: Calendars
    network: Network
    forecast: Forecast
    spend: SpendLines
    dangling: tuple[Dangling, ...]


class Lookup(Protocol):
    """Text for the few records that a finding names, read from the warehouse."""

    def labels(self, record_ids: Iterable[int]) -> Mapping[int, Label]: ...

    def recognised(self, sign: GateSign) -> Int64:
        """Ids of work items that carry a label of the sign or all words of its title."""
        ...

    def stated(self, links: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
        """Where each dependency (predecessor id, successor id) stands: `column "Depends on"`."""
        ...

    def written(
        self, targets: Iterable[tuple[int, str]]
    ) -> Mapping[tuple[int, str], tuple[str, str]]:
        """How each target that a record (by its id) states is spelled, and in which connection."""
        ...

    def sources(self, record_ids: Iterable[int]) -> Mapping[int, str]:
        """Where the planned dates of each record stand: `Jira "Due date"`, `column "End"`."""
        ...
