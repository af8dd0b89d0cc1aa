"""The options among which a conflict is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class OptionField:
    """What the person who decides fills in for an option, by the name that the form uses."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Option:
    """One way to decide a conflict.

    `id` is what a decision is stored under and what people type, `label` the text of its link on
    a card, `meaning` the consequence as a clause without a full stop.
    """

    id: str
    label: str
    meaning: str
    fields: tuple[OptionField, ...]


REASON: Final = OptionField("reason", "Why, for everybody whom it concerns.")

STANDARD_OPTIONS: Final = (
    Option(
        id="hold",
        label="hold",
        meaning="the date holds: the function that is late changes its plan",
        fields=(REASON,),
    ),
    Option(
        id="move",
        label="move",
        meaning="the date moves: the function that waits changes its plan",
        fields=(REASON,),
    ),
    Option(
        id="accept",
        label="accept",
        meaning="accepted: both carry the risk as it stands",
        fields=(REASON,),
    ),
    Option(
        id="dismiss",
        label="dismiss",
        meaning="dismissed: this is not a conflict",
        fields=(REASON,),
    ),
)
