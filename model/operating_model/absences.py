"""Who acts for a role while its holder is away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from model.operating_model import people
from model.operating_model.calendar import WorkingCalendar, calendar_with_id
from model.operating_model.schema import OperatingModel, Person, Role


def people_for(model: OperatingModel, role: Role) -> tuple[Person, ...]:
    """Who acts for a role, in turn, each while those before are away.

    First its holder, then their deputy and the deputy's deputy; then the same for the deputy of the
    role.
    """
    in_turn = [*_with_deputies(model, role.holder)]
    if role.deputy:
        in_turn += _with_deputies(model, role.deputy)
    return tuple({person.id: person for person in in_turn}.values())


def present_for(model: OperatingModel, role: Role, day: date) -> tuple[Person, ...]:
    """Who is there on a day and may act for a role, first whoever is asked; empty if nobody is."""
    calendar = calendar_of(model, role)
    there = [each for each in people_for(model, role) if not is_away(each, day, calendar)]
    # Others stand in only while all before them are away.
    acting = [*there[:1], *(each for each in there if each.id in (role.holder, role.deputy))]
    return tuple({person.id: person for person in acting}.values())


def present_instead(model: OperatingModel, person_id: str, day: date) -> Person | None:
    """The person, or whoever stands in for them on a day; None if nobody is there."""
    calendar = calendar_with_id(model, model.calendar)
    chain = _with_deputies(model, person_id)
    return next((each for each in chain if not is_away(each, day, calendar)), None)


def calendar_of(model: OperatingModel, role: Role) -> WorkingCalendar:
    """The calendar of the function that a role belongs to, else the one of the operating model."""
    own = (each.calendar for each in model.functions if people.speaks_for(role, each))
    return calendar_with_id(model, next(filter(None, own), None) or model.calendar)


def is_away(person: Person, day: date, calendar: WorkingCalendar) -> bool:
    """Whether a person is absent on a day; on one that is not worked, on the next that is."""
    return _absence_end(person, calendar.next_working_day(day)) is not None


def last_day_there(
    person: Person, first: date, last: date, calendar: WorkingCalendar
) -> date | None:
    """The last working day in a span before an absence that reaches to its end; None without any.

    It is the last day of the span if nothing reaches to it.
    """
    day = last
    while day >= first:
        covering = [each.first for each in person.absences if each.first <= day <= each.last]
        if not covering and (day == last or calendar.is_working(day)):
            return day
        day = min(covering, default=day) - timedelta(days=1)
    return None


def away_until(person: Person, day: date, calendar: WorkingCalendar) -> date | None:
    """The last day of the absence in which a day lies, or the next working day; None without."""
    end = _absence_end(person, calendar.next_working_day(day))
    while end is not None and (later := _absence_end(person, end + timedelta(days=1))):
        end = later
    return end


def _absence_end(person: Person, day: date) -> date | None:
    ends = [each.last for each in person.absences if each.first <= day <= each.last]
    return max(ends, default=None)


def _with_deputies(model: OperatingModel, person_id: str) -> Iterator[Person]:
    seen: set[str] = set()
    following: str | None = person_id
    # A validated model has no cycle; one built in code must not run for ever.
    while following and following not in seen:
        seen.add(following)
        person = people.person_with_id(model, following)
        yield person
        following = person.deputy
