"""Who may decide a conflict: the decision rights of the operating model, applied.

A right fits a conflict by its rule, the functions it touches and its size. The first right in
the file that fits names the authority that has to decide; where it says `agreement: both`, that is
the authority of each function. The holder and the deputy of the role of any right that fits may
decide, and who stands in for them while they are away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from model.findings import Impact
from model.operating_model import people
from model.operating_model.absences import away_until, calendar_of, is_away, people_for
from model.operating_model.calendar import WorkingCalendar
from model.operating_model.schema import (
    ALL_RULES,
    DecisionLimit,
    DecisionRight,
    Function,
    OperatingModel,
    Person,
    Role,
)


class ConflictFacts(Protocol):
    """The facts of a conflict on which a decision right depends; a `Finding` has them."""

    @property
    def rule(self) -> str: ...

    @property
    def functions(self) -> tuple[str, ...]: ...

    @property
    def impact(self) -> Impact: ...


@dataclass(frozen=True, slots=True)
class DecisionAuthority:
    """A role that may decide by the right with this id, and the person who is asked.

    `people` are those who act for the role, in turn: the first is its holder. `calendar` is that of
    its function, in which their deadlines are counted.
    """

    role: Role
    person: Person
    people: tuple[Person, ...]
    right: str
    calendar: WorkingCalendar

    def __str__(self) -> str:
        holder = f" for {self.holder.name}" if self.holder else ""
        return f"{self.person.name}{holder} ({self.role.name})"

    @property
    def holder(self) -> Person | None:
        """For whom the person stands in; None for the holder."""
        return None if self.person == self.people[0] else self.people[0]

    @property
    def permitted(self) -> PermittedDecision:
        """The person's permission to decide by this right."""
        return PermittedDecision(self.person, self.role, self.right, self.holder)

    def asks(self, person: Person) -> DecisionAuthority:
        """The same authority with another of its people."""
        return replace(self, person=person)


@dataclass(frozen=True, slots=True)
class PermittedDecision:
    """This person may decide, by the right with this id, which this role has.

    `holder` is the holder of the role for whom they do so; None if it is theirs.
    """

    person: Person
    role: Role
    right: str
    holder: Person | None = None


@dataclass(frozen=True, slots=True)
class RefusedDecision:
    """A decision that does not count: why, and who may decide instead."""

    reason: str
    who_may: tuple[DecisionAuthority, ...]

    def __str__(self) -> str:
        names = " or ".join(dict.fromkeys(map(str, self.who_may)))
        return f"{self.reason}. Ask {names}." if names else f"{self.reason}. Nobody may."


def find_authorities(model: OperatingModel, conflict: ConflictFacts) -> list[DecisionAuthority]:
    """All who may decide a conflict of this rule, functions and size, in the order of the file.

    Where functions have to agree, their authorities come first, and then those who decide alone.
    """
    fitting = [right for right in model.decision_rights if reaches(right, conflict)]
    parties = _parties(model, conflict, fitting)
    if not parties:
        return [_authority(model, people.role_with_id(model, r.role), r) for r in fitting]
    agreeing = {party.role.id for party in parties}
    later = {level.role for level in model.escalation_path} - agreeing
    alone = [right for right in fitting if right.role in later]
    return [
        *parties,
        *(_authority(model, people.role_with_id(model, right.role), right) for right in alone),
    ]


def find_parties(model: OperatingModel, conflict: ConflictFacts) -> tuple[DecisionAuthority, ...]:
    """The authorities that have to agree, one per function; none where one of them decides."""
    fitting = [right for right in model.decision_rights if reaches(right, conflict)]
    return _parties(model, conflict, fitting)


def _parties(
    model: OperatingModel, conflict: ConflictFacts, fitting: list[DecisionRight]
) -> tuple[DecisionAuthority, ...]:
    if not fitting or fitting[0].agreement == "one":
        return ()
    functions = {function.id: function for function in model.functions}
    known = [functions[each] for each in conflict.functions if each in functions]
    parties = {party.role.id: party for party in (_party(model, each, fitting) for each in known)}
    # A role that speaks for all of them has nobody to agree with.
    return tuple(parties.values()) if len(parties) > 1 else ()


def _party(
    model: OperatingModel, function: Function, fitting: list[DecisionRight]
) -> DecisionAuthority:
    """The first role with a right that fits and that speaks for the function, else its head.

    The head then decides under the right that wants the agreement.
    """
    for right in fitting:
        role = people.role_with_id(model, right.role)
        if people.speaks_for(role, function):
            return _authority(model, role, right)
    return _authority(model, people.role_with_id(model, function.head), fitting[0])


def reaches(right: DecisionRight, conflict: ConflictFacts) -> bool:
    """Whether a conflict of this rule, functions and size lies within a right."""
    return (
        covers_rule(right, conflict.rule)
        # One of the functions is enough: the others are touched by the conflict anyway.
        and (not right.functions or bool(set(right.functions) & set(conflict.functions)))
        and _is_within(right.up_to, conflict.impact)
    )


def right_with_id(model: OperatingModel, right_id: str) -> DecisionRight | None:
    """The right with this id, None where the model no longer has it."""
    return next((right for right in model.decision_rights if right.id == right_id), None)


def may_decide(
    model: OperatingModel, person: Person | None, conflict: ConflictFacts, today: date
) -> PermittedDecision | RefusedDecision:
    """Whether this person's decision counts; None stands for somebody unknown to the model.

    Where functions have to agree, the permission to decide alone comes before that to agree. A
    person who is away decides nothing.
    """
    authorities = find_authorities(model, conflict)
    agreeing = {party.role.id for party in find_parties(model, conflict)}
    for authority in sorted(authorities, key=lambda each: each.role.id in agreeing):
        if person and acts_for(authority, person, today):
            if until := _away_until(authority, person, today):
                return _refuse_absent(authorities, person, today, until)
            return authority.asks(person).permitted
    asked = (authority.asks(_first_there(authority, today)) for authority in authorities)
    return RefusedDecision(_refusal_text(model, person, conflict, today), tuple(asked))


def acts_for(authority: DecisionAuthority, person: Person, today: date) -> bool:
    """Whether a person may act for a role today.

    Its holder and its deputy may, others while all before them are away.
    """
    if person.id in (authority.role.holder, authority.role.deputy):
        return True
    for each in authority.people:
        if each.id == person.id:
            return True
        if not is_away(each, today, authority.calendar):
            return False
    return False


def _away_until(authority: DecisionAuthority, person: Person, today: date) -> date | None:
    """The end of the absence in which today lies; None where the person may decide today.

    On a day that is not worked before an absence begins, they still may.
    """
    if not any(each.first <= today <= each.last for each in person.absences):
        return None
    return away_until(person, today, authority.calendar)


def _refuse_absent(
    authorities: Sequence[DecisionAuthority], person: Person, today: date, until: date
) -> RefusedDecision:
    asked = (authority.asks(_first_there(authority, today)) for authority in authorities)
    # Where nobody stands in, the next level decides.
    others = tuple(each for each in asked if each.person != person)
    reason = f"{person.name} is away until {until.isoformat()} and decides nothing until then"
    return RefusedDecision(reason, others)


def _first_there(authority: DecisionAuthority, today: date) -> Person:
    calendar = authority.calendar
    there = (each for each in authority.people if not is_away(each, today, calendar))
    return next(there, authority.person)


def covers_rule(right: DecisionRight, rule: str) -> bool:
    """Whether a right is about the conflicts of a rule, whatever their size."""
    return rule in right.rules or ALL_RULES in right.rules


def _authority(model: OperatingModel, role: Role, right: DecisionRight) -> DecisionAuthority:
    acting = people_for(model, role)
    return DecisionAuthority(role, acting[0], acting, right.id, calendar_of(model, role))


def _refusal_text(
    model: OperatingModel, person: Person | None, conflict: ConflictFacts, today: date
) -> str:
    if person is None:
        return "This identity belongs to nobody in the operating model"
    refusal = f"{person.name} has no right to decide {conflict.rule}"
    if not _may_decide_smaller(model, person, conflict, today):
        return refusal
    size = ", ".join((f"{conflict.impact.days} days", *map(str, conflict.impact.value)))
    return f"{refusal} of this size ({size})"


def _may_decide_smaller(
    model: OperatingModel, person: Person, conflict: ConflictFacts, today: date
) -> bool:
    """Whether a person may decide such a conflict of some other size."""
    rights = (
        right.model_copy(update={"up_to": DecisionLimit()}) for right in model.decision_rights
    )
    return any(
        acts_for(_authority(model, people.role_with_id(model, right.role), right), person, today)
        for right in rights
        if reaches(right, conflict)
    )


def _is_within(limit: DecisionLimit, impact: Impact) -> bool:
    """Whether the delay and all amounts stay within the limit.

    An amount in another currency than the limit's is never within it.
    """
    if limit.days is not None and impact.days > limit.days:
        return False
    value = limit.value
    # There are no exchange rates, so only amounts in the currency of the limit can be compared.
    return value is None or all(
        amount.currency == value.currency and amount.amount <= value.amount
        for amount in impact.value
    )


def stands_above(model: OperatingModel, role: Role, other: str) -> bool:
    """Whether a role decides on a higher level of the escalation path than another one."""
    levels = {level.role: number for number, level in enumerate(model.escalation_path)}
    return role.id in levels and levels[role.id] > levels.get(other, 0)


def includes(right: DecisionRight, other: DecisionRight) -> bool:
    """Whether a right reaches at least as far as another, in days and in value."""
    mine, theirs = right.up_to, other.up_to
    return _is_at_least(mine.days, theirs.days) and (
        mine.value is None
        or (
            theirs.value is not None
            and mine.value.currency == theirs.value.currency
            and mine.value.amount >= theirs.value.amount
        )
    )


def _is_at_least(limit: int | None, other: int | None) -> bool:
    return limit is None or (other is not None and limit >= other)
