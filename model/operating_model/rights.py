"""Who may decide a conflict: the decision rights of the operating model, applied.

A right fits a conflict by its rule, the functions it touches and its size. The first right in
the file that fits names the authority that has to decide. The holder and the deputy of the role
of any right that fits may decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from model.findings import Impact
from model.operating_model import people
from model.operating_model.schema import (
    ALL_RULES,
    DecisionLimit,
    DecisionRight,
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
    """A role that may decide by the right with this id, its holder, and the holder's deputy."""

    role: Role
    person: Person
    deputy: Person | None
    right: str

    def __str__(self) -> str:
        return f"{self.person.name} ({self.role.name})"

    @property
    def permitted(self) -> PermittedDecision:
        """The holder's permission to decide by this right."""
        return PermittedDecision(self.person, self.role, self.right)


@dataclass(frozen=True, slots=True)
class PermittedDecision:
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


def find_authorities(model: OperatingModel, conflict: ConflictFacts) -> list[DecisionAuthority]:
    """All who may decide a conflict of this rule, functions and size, in the order of the file."""
    return [_authority(model, right) for right in model.decision_rights if reaches(right, conflict)]


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
    model: OperatingModel, person: Person | None, conflict: ConflictFacts
) -> PermittedDecision | RefusedDecision:
    """Whether this person's decision counts; None stands for somebody unknown to the model."""
    authorities = find_authorities(model, conflict)
    for authority in authorities:
        if person and person in (authority.person, authority.deputy):
            return PermittedDecision(person, authority.role, authority.right)
    return RefusedDecision(_refusal_text(person, conflict), tuple(authorities))


def covers_rule(right: DecisionRight, rule: str) -> bool:
    """Whether a right is about the conflicts of a rule, whatever their size."""
    return rule in right.rules or ALL_RULES in right.rules


def _authority(model: OperatingModel, right: DecisionRight) -> DecisionAuthority:
    role = people.role_with_id(model, right.role)
    deputy = people.person_with_id(model, role.deputy) if role.deputy else None
    return DecisionAuthority(role, people.person_with_id(model, role.holder), deputy, right.id)


def _refusal_text(person: Person | None, conflict: ConflictFacts) -> str:
    if person is None:
        return "This identity belongs to nobody in the operating model"
    size = ", ".join((f"{conflict.impact.days} days", *map(str, conflict.impact.value)))
    return f"{person.name} has no right to decide {conflict.rule} of this size ({size})"


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
