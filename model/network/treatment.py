"""How the network treats plans that are incomplete, and how certain a forecast is."""

from enum import IntEnum, IntFlag
from typing import Final


class Certainty(IntEnum):
    """How certain the forecast finish of an item is."""

    PLANNED = 0
    """The tool's own date: the planned finish holds, or the finish is actual."""
    DERIVED = 1
    """Calculated from stated durations, dates, progress and dependencies."""
    ASSUMED = 2
    """The driving chain contains an assumption; see `Treatment`."""


class Treatment(IntFlag):
    """Why a date of an item is not simply the one from its tool; an item may have several."""

    NONE = 0
    # Powers of two: an item's treatments are one number of a column.
    DUE_ONLY = 1
    START_ONLY = 2
    NO_DATES = 4
    NO_ESTIMATE = 8
    REVERSED = 16
    DONE_UNDATED = 32
    START_UNKNOWN = 64
    REMAINING_UNKNOWN = 128
    FUTURE_ACTUAL = 256
    OVERDUE = 512
    SPANS_CHILDREN = 1024
    IN_CYCLE = 2048
    CANCELLED = 4096
    OUT_OF_RANGE = 8192

    def reasons(self) -> list[str]:
        """A sentence per treatment, to show to users."""
        # `NONE` is contained in every value, hence the test of the flag itself.
        return [REASONS[flag] for flag in Treatment if flag in self and flag]


REASONS: Final[dict[Treatment, str]] = {
    Treatment.DUE_ONLY: "It has only a due date: it is taken to end then, not earlier.",
    Treatment.START_ONLY: "It has only a start date: its finish follows from its duration.",
    Treatment.NO_DATES: "It has no dates: it starts as soon as its predecessors allow, "
    "not before today.",
    Treatment.NO_ESTIMATE: "Nobody says how long it takes: one working day is assumed.",
    Treatment.REVERSED: "Its start lies after its finish: the start is kept, because work that "
    "begins later cannot end earlier.",
    Treatment.DONE_UNDATED: "It is done without a finish date: its planned finish is taken, "
    "or today if that is still to come.",
    Treatment.START_UNKNOWN: "It is under way without an actual start: its planned start is "
    "taken, or today if that is still to come.",
    Treatment.REMAINING_UNKNOWN: "It is under way and nobody says what remains: it is taken to "
    "end when it is due, or after one working day if that has passed.",
    Treatment.FUTURE_ACTUAL: "Its actual date lies in the future: today is taken.",
    Treatment.OVERDUE: "Its planned date has passed and it is not done: it moves to today.",
    Treatment.SPANS_CHILDREN: "It spans its children: it starts with the first and finishes "
    "with the last of them, not before its own due date.",
    Treatment.IN_CYCLE: "It is part of a dependency cycle: the dependencies within the cycle "
    "are set aside.",
    Treatment.CANCELLED: "It is cancelled: it has no dates and passes nothing on.",
    Treatment.OUT_OF_RANGE: "A duration or a date is beyond belief (38 years, or outside 1970 "
    "to 2369): it is cut there.",
}
ASSUMPTIONS: Final = (
    Treatment.NO_ESTIMATE
    | Treatment.REVERSED
    | Treatment.DONE_UNDATED
    | Treatment.FUTURE_ACTUAL
    | Treatment.IN_CYCLE
    | Treatment.OUT_OF_RANGE
)
"""The treatments that make the finish an assumption, unless it equals the planned one."""
