"""What the network reads: items and links as columns, one array per field.

A date is the number of days since 1970-01-01 (int32), without a time zone: the tool's own day.
A finish date is inclusive: an item that finishes on 2026-12-04 is finished at the end of that
day. Durations, lags and slack are working days unless a name says otherwise.
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from enum import IntEnum
from typing import Any, Final, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.records import DependencyType, State

Ids: TypeAlias = NDArray[np.int64]
"""Ids of items."""
Days: TypeAlias = NDArray[np.int32]
"""Dates, working-day numbers or counts of working days."""
Codes: TypeAlias = NDArray[np.int8]
"""Values of an IntEnum."""
Flags: TypeAlias = NDArray[np.bool_]

# The least int32: a maximum with it changes nothing, so it needs no mask in the forward pass.
NO_DATE: Final = -(2**31)
"""Stands in a date column for "no date"."""
UNKNOWN: Final = -1
"""Stands in `duration`, `remaining`, `percent` and `parent` for "not known"."""

# numpy's own epoch, so that arrays convert to `datetime64[D]` without an offset.
_EPOCH: Final = date(1970, 1, 1)


class Constraint(IntEnum):
    """The codes of `Items.constraint`: a date that somebody imposed on an item.

    The *no earlier* kinds move early dates, the *no later* kinds late dates, the *on* kinds
    both. None of them overrides a dependency; a date that cannot be kept shows as negative
    slack (the "soft" constraints of the GAO Schedule Assessment Guide, GAO-16-89G, best
    practice 4).
    """

    NONE = 0
    START_NO_EARLIER = 1
    START_NO_LATER = 2
    FINISH_NO_EARLIER = 3
    FINISH_NO_LATER = 4
    START_ON = 5
    FINISH_ON = 6


def day_of(value: date) -> int:
    """Days since 1970-01-01."""
    return (value - _EPOCH).days


def date_of(day: int) -> date | None:
    """The date of a number of days since 1970-01-01; None for `NO_DATE`."""
    return None if day == NO_DATE else date.fromordinal(_EPOCH.toordinal() + int(day))


@dataclass(frozen=True, slots=True)
class Items:
    """Work items, milestones and whatever else has dates: n rows in any order."""

    id: Ids
    """Given once at ingest: unique, need not be dense."""
    calendar: NDArray[np.int16]
    """Row of the item's function in `Calendars`."""
    planned_start: Days
    planned_finish: Days
    actual_start: Days
    actual_finish: Days
    duration: Days
    """Estimated working days, or `UNKNOWN`."""
    remaining: Days
    """Working days still to do, or `UNKNOWN`."""
    percent: Codes
    """Percent complete 0..100, or `UNKNOWN`."""
    state: Codes
    """`model.records.State`."""
    milestone: Flags
    """A point in time: no duration."""
    constraint: Codes
    constraint_date: Days
    deadline: Days
    parent: Ids
    """Id of the parent item, or `UNKNOWN`."""

    @classmethod
    def of(cls, id: ArrayLike, **columns: ArrayLike) -> Self:  # noqa: A002
        """Items from the columns given; each other column has its default in every row.

        Raises TypeError for a column that does not exist, ValueError for one whose length
        differs from that of `id`.
        """
        # Contiguous, as a column of a record array is not: every pass reads whole columns.
        ids = np.ascontiguousarray(id, dtype=np.int64)
        return cls(id=ids, **_fill_columns(_ITEM_COLUMNS, len(ids), columns))

    def take(self, rows: NDArray[np.int64]) -> Self:
        """These rows of every column, as a copy."""
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class Links:
    """Dependencies: m rows in any order, by the ids of the items they join."""

    predecessor: Ids
    successor: Ids
    type: Codes
    """`model.records.DependencyType`."""
    lag: Days
    """Days the successor waits; negative is a lead."""
    elapsed: Flags
    """The lag counts every day, not the working days of the successor's calendar."""

    @classmethod
    def of(cls, predecessor: ArrayLike, successor: ArrayLike, **columns: ArrayLike) -> Self:
        """Links, finish-to-start without lag where not given; errors as in `Items.of`."""
        tails = np.ascontiguousarray(predecessor, dtype=np.int64)
        given = {"successor": successor, **columns}
        return cls(predecessor=tails, **_fill_columns(_LINK_COLUMNS, len(tails), given))

    def take(self, rows: NDArray[np.int64]) -> Self:
        """These rows of every column, as a copy."""
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def __len__(self) -> int:
        return len(self.predecessor)


_ITEM_COLUMNS: Final[dict[str, tuple[type[np.generic], int]]] = {
    "calendar": (np.int16, 0),
    "planned_start": (np.int32, NO_DATE),
    "planned_finish": (np.int32, NO_DATE),
    "actual_start": (np.int32, NO_DATE),
    "actual_finish": (np.int32, NO_DATE),
    "duration": (np.int32, UNKNOWN),
    "remaining": (np.int32, UNKNOWN),
    "percent": (np.int8, UNKNOWN),
    "state": (np.int8, State.PLANNED),
    "milestone": (np.bool_, 0),
    "constraint": (np.int8, Constraint.NONE),
    "constraint_date": (np.int32, NO_DATE),
    "deadline": (np.int32, NO_DATE),
    "parent": (np.int64, UNKNOWN),
}
_LINK_COLUMNS: Final[dict[str, tuple[type[np.generic], int]]] = {
    "successor": (np.int64, UNKNOWN),
    "type": (np.int8, DependencyType.FINISH_TO_START),
    "lag": (np.int32, 0),
    "elapsed": (np.bool_, 0),
}


def _fill_columns(
    kinds: dict[str, tuple[type[np.generic], int]], row_count: int, given: dict[str, ArrayLike]
) -> dict[str, NDArray[Any]]:
    """Every column of `kinds` (name: dtype, default), as given or full of its default."""
    unknown = given.keys() - kinds.keys()
    if unknown:
        raise TypeError(
            f"no such column: {', '.join(sorted(unknown))}; there are {', '.join(kinds)}"
        )
    columns = {}
    for name, (dtype, default) in kinds.items():
        column = (
            np.ascontiguousarray(given[name], dtype=dtype)
            if name in given
            else np.full(row_count, default, dtype=dtype)
        )
        if len(column) != row_count:
            raise ValueError(f"column {name} has {len(column)} rows, the ids have {row_count}")
        columns[name] = column
    return columns
