"""The options among which a conflict is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from model.rules.words import format_day


class FieldKind(StrEnum):
    """What a field takes: a date as YYYY-MM-DD, a person of the operating model, a number of
    working days, an amount like `150,000 EUR` in a currency of the conflict, or any text.
    """

    DATE = "date"
    PERSON = "person"
    DAYS = "days"
    MONEY = "money"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class OptionField:
    """What the person who decides fills in for an option, by the name that the form uses.

    `default` names the term of the finding's wording with which the form is prefilled. A field
    that `may_be_empty` and has no such term is left out. `earliest` and `latest` name the terms
    with the days before and after which an answer would not help.
    """

    name: str
    kind: FieldKind
    description: str
    default: str = ""
    may_be_empty: bool = False
    earliest: str = ""
    latest: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to decide a conflict.

    `id` is what a decision is stored under and what people type, `label` the text of its link on
    a card. `meaning` is its consequence as a clause without a full stop; the names in braces are
    terms of the finding's wording and fields of the option.

    A decision for it ends with the day in the field `until`, where it has one, or `within`
    working days after it was made; it is kept if the conflict is over by then. `awaits` names,
    in words like those of `meaning`, what has to be in the tools by that day, for an option that
    promises something. Where it `accepts_size`, it also ends when the delay or the amount at stake
    grows beyond what they were, or beyond the day in `on` or the working days in `days`.
    """

    id: str
    label: str
    meaning: str
    fields: tuple[OptionField, ...] = ()
    until: str = ""
    within: int | None = None
    awaits: str = ""
    accepts_size: bool = False
    needs_reason: bool = False


def fill_in(template: str, *values: Mapping[str, str]) -> str:
    """A clause of an option with its names in braces replaced; dates are written for people.

    A name without a value stays visible in braces: a rule that forgot a term should be noticed
    and must not keep anybody from deciding.
    """
    merged: dict[str, str] = {}
    for each in values:
        merged |= each
    return template.format_map(_Spelled(merged))


class _Spelled(dict[str, str]):
    def __getitem__(self, name: str) -> str:
        value = super().__getitem__(name)
        try:
            return format_day(date.fromisoformat(value))
        except ValueError:
            return value

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


PROMPT_DAYS: Final = 5
"""Working days after a decision by which a plan has to show what was decided."""


def date_field(
    name: str, description: str, default: str = "", *, earliest: str = "", latest: str = ""
) -> OptionField:
    """A field that takes a day."""
    return OptionField(name, FieldKind.DATE, description, default, earliest=earliest, latest=latest)


FINISH: Final = Option(
    id="finish",
    label="{giver} finishes {item} by …",
    meaning="{giver} finishes {item} by {on}",
    fields=(date_field("on", "The day by which it is there.", "needed"),),
    until="on",
    awaits="{item}",
    accepts_size=True,
)
"""The option of a rule whose wording has the terms `giver`, `item` and, if it can, `needed`."""
REPLAN: Final = Option(
    id="move",
    label="{receiver} replans {waiting} for …",
    meaning="{receiver} replans {waiting} for {on}",
    fields=(
        date_field(
            "on",
            "The day for which the function that waits plans.",
            "forecast",
            earliest="forecast",
        ),
    ),
    within=PROMPT_DAYS,
    awaits="a new date of {waiting}",
    accepts_size=True,
)
"""The option of a rule whose wording has the terms `receiver`, `waiting` and `forecast`."""
ACCEPT: Final = Option(
    id="accept",
    label="accept until …",
    meaning="accepted until {until}: both carry the risk as it stands",
    fields=(
        date_field("until", "The last day for which the risk is accepted.", "horizon"),
        OptionField(
            "days", FieldKind.DAYS, "Up to how many working days late.", "days", may_be_empty=True
        ),
    ),
    until="until",
    accepts_size=True,
)
DISMISS: Final = Option(
    id="dismiss",
    label="dismiss",
    meaning="dismissed: this is not a conflict",
    needs_reason=True,
)
STANDARD_OPTIONS: Final = (
    Option(
        id="hold",
        label="hold",
        meaning="the date holds: the function that is late changes its plan",
        within=PROMPT_DAYS,
        awaits="a plan that keeps the date",
        accepts_size=True,
    ),
    Option(
        id="move",
        label="move",
        meaning="the date moves: the function that waits changes its plan",
        within=PROMPT_DAYS,
        awaits="a plan with the later date",
        accepts_size=True,
    ),
    ACCEPT,
    DISMISS,
)
"""The options of a rule that declares none of its own."""
