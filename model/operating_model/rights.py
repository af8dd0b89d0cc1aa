"""Who may decide a conflict: the decision rights of the operating model, applied.

A right fits a conflict by its rule, the functions it touches and its size. The first right in
the file that fits names the authority, whoever holds or deputises for a role of any right that
fits may decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from model.findings import Impact
from model.operating_model import people
from model.operating_model.schema import (
    ALL_RULES,
    DecisionRight,
    OperatingModel,
    Person,
    Role,
    Size,
)


class Decidable(Protocol):
    """The facts of a conflict on which a decision right depends; a `Finding` has them."""

    @property
    def rule(self) -> str: ...

    @property
    def functions(self) -> tuple[str, ...]: ...

    @property
    def impact(self) -> Impact: ...


@dataclass(frozen=True, slots=True)
class DecisionAuthority:
    """A role that may decide by the right with this id, who holds it, and who stands in."""

    role: Role
    person: Person
    deputy: Person | None
    right: str

    def __str__(self) -> str:
        return f"{self.person.name} ({self.role.name})"


@dataclass(frozen=True, slots=True)
class Allowed:
    """This person may decide, by the right with this id, which this role has."""

    person: Person
    role: Role
    right: str


@dataclass(frozen=True, slots=True)
class RefusedDecision:
    """A decision that does not count: why, and who may decide instead."""

    reason: str
    who_may: tuple[DecisionAuthority, ...]

    def __str__(self) -> str:
        names = " or ".join(dict.fromkeys(map(str, self.who_may)))
        return f"{self.reason}. Ask {names}." if names else f"{self.reason}. Nobody may."


def authorities(model: OperatingModel, conflict: Decidable) -> list[DecisionAuthority]:
    """All who may decide a conflict of this rule, these functions and this size, in file order."""
    return [
        _authority(model, right)
        for right in model.decision_rights
        if reaches(right, conflict.rule)
        and (not right.functions or set(right.functions) & set(conflict.functions))
        and _within(right.up_to, conflict.impact)
    ]


def authority(model: OperatingModel, conflict: Decidable) -> DecisionAuthority | None:
    """Who has to decide a conflict first; None where no right fits it."""
    return next(iter(authorities(model, conflict)), None)


def may_decide(
    model: OperatingModel, person: Person | None, conflict: Decidable
) -> Allowed | RefusedDecision:
    """Whether this person's decision counts; None is somebody the operating model does not know."""
    who_may = authorities(model, conflict)
    for one in who_may:
        if person and person in (one.person, one.deputy):
            return Allowed(person, one.role, one.right)
    return RefusedDecision(_why_not(person, conflict), tuple(who_may))


def reaches(right: DecisionRight, rule: str) -> bool:
    """Whether a right is about the conflicts of a rule at all."""
    return rule in right.rules or ALL_RULES in right.rules


def _authority(model: OperatingModel, right: DecisionRight) -> DecisionAuthority:
    role = people.role(model, right.role)
    deputy = people.person(model, role.deputy) if role.deputy else None
    return DecisionAuthority(role, people.person(model, role.holder), deputy, right.id)


def _why_not(person: Person | None, conflict: Decidable) -> str:
    if person is None:
        return "This identity belongs to nobody in the operating model"
    size = ", ".join((f"{conflict.impact.days} days", *map(str, conflict.impact.value)))
    return f"{person.name} has no right to decide {conflict.rule} of this size ({size})"


def _within(limit: Size, impact: Impact) -> bool:
    """A limit in one currency says nothing of an amount in another, so that does not fit."""
    if limit.days is not None and impact.days > limit.days:
        return False
    value = limit.value
    return value is None or all(
        amount.currency == value.currency and amount.amount <= value.amount
        for amount in impact.value
    )
