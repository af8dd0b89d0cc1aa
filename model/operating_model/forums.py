"""Forums: where people meet to decide, in the operating model's YAML."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from model.operating_model.parts import Id, ModelPart, Weekday, invalid

SeverityName = Literal["low", "medium", "high", "critical"]
WeekOfMonth = Literal["first", "second", "third", "fourth", "last"]


def _parse_time(value: object) -> object:
    # pydantic would read 1000 as seconds after midnight.
    if isinstance(value, time):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d(:00)?", value):
        hour, minute = int(value[:2]), int(value[3:5])
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise invalid(f'"{value}" is no time of day', "Write hours and minutes, like 09:30.")


class Rhythm(ModelPart):
    """When a forum meets, in the time zone of the operating model.

    A meeting on a day that its calendar does not work is held on the next one that it does.
    """

    every: Literal["week", "two weeks", "month"]
    on: Weekday
    week: WeekOfMonth | None = None
    """Of a monthly forum: the first, second, third, fourth or last such day of the month."""
    at: Annotated[time, BeforeValidator(_parse_time)]
    starting: date | None = None
    """The first meeting; from it every second week is counted."""

    @model_validator(mode="after")
    def _says_which_days(self) -> Self:
        if (self.every == "month") != (self.week is not None):
            raise invalid(
                '"week" belongs to a monthly forum, and each of these needs it',
                "Write `week: first` for a forum that meets every month, or leave it out.",
            )
        if self.every == "two weeks" and self.starting is None:
            raise invalid(
                "nothing says in which of two weeks it meets",
                "Add `starting:` with the day of a meeting.",
            )
        if self.starting and get_args(Weekday)[self.starting.weekday()] != self.on:
            raise invalid(
                f"{self.starting} is no {self.on}",
                "Let `starting` be a day on which the forum meets.",
            )
        return self


class ForumScope(ModelPart):
    """Which conflicts a forum decides: those that meet all that is stated here.

    A conflict has to touch one of the `functions`, belong to one of the `initiatives`, be of one
    of the `rules`, stand on one of the `levels` of the escalation path (by name), and be at least
    of this severity. What is not stated is not limited.
    """

    functions: tuple[Id, ...] = ()
    initiatives: tuple[Id, ...] = ()
    rules: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    min_severity: SeverityName = "low"


class Forum(ModelPart):
    """A meeting in which conflicts are decided: who is there, when, and about what.

    `members` and `chair` are roles or people; an id that both have means the role. The deputy of
    a role belongs to the forum too.
    """

    id: Id
    name: str
    chair: Id
    members: tuple[Id, ...] = Field(min_length=1)
    rhythm: Rhythm
    scope: ForumScope = ForumScope()
