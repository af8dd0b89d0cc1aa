"""What a rule is: parameters, a way to find and a way to word, and how findings are graded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from model.findings import Finding, Impact, Label, Severity, Wording
from model.operating_model.schema import MoneyText
from model.records import Money, Priority
from model.rules.context import RuleContext


class RuleParameters(BaseModel):
    """Parameters as they stand in the operating model under `rules`; unknown ones are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _severity(value: object) -> object:
    return _named(Severity, value)


def _priority(value: object) -> object:
    return _named(Priority, value)


def _named(names: type[IntEnum], value: object) -> object:
    """The member of that name; raises ValueError that lists the names for any other text."""
    if not isinstance(value, str):
        return value
    if value.upper() in names.__members__:
        return names[value.upper()]
    raise ValueError(f'"{value}" is none of {", ".join(names.__members__).lower()}')


SeverityName = Annotated[Severity, BeforeValidator(_severity)]
PriorityName = Annotated[Priority, BeforeValidator(_priority)]


FunctionNames = Mapping[str, str]
"""What people call a function, by its id."""


class SeverityThreshold(RuleParameters):
    """From where on a severity holds; any one of those stated is enough.

    `days` are working days of delay, `value` is deal value in its own currency (other
    currencies are not compared with it), `priority` is that of the work that waits.
    """

    days: int | None = Field(default=None, ge=0)
    value: MoneyText | None = None
    priority: PriorityName | None = None

    def reached(self, impact: Impact, priority: int) -> bool:
        limit = self.value
        return (
            (self.days is not None and impact.days >= self.days)
            or (self.priority is not None and priority >= self.priority)
            or (limit is not None and any(_exceeds(amount, limit) for amount in impact.value))
        )


def _exceeds(amount: Money, limit: Money) -> bool:
    return amount.currency == limit.currency and amount.amount >= limit.amount


class SeverityScale(RuleParameters):
    """How bad a finding is; what reaches none of these is low."""

    medium: SeverityThreshold = SeverityThreshold(days=3)
    high: SeverityThreshold = SeverityThreshold(
        days=10, value=Money.parse("100000 EUR"), priority=Priority.CRITICAL
    )
    critical: SeverityThreshold = SeverityThreshold(days=30, value=Money.parse("1000000 EUR"))

    def grade(self, impact: Impact, priority: int = -1) -> Severity:
        """The worst severity reached; `priority` is -1 where nobody stated one."""
        for severity in (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM):
            reach: SeverityThreshold = getattr(self, severity.name.lower())
            if reach.reached(impact, priority):
                return severity
        return Severity.LOW


P = TypeVar("P", bound=RuleParameters)


@dataclass(frozen=True, slots=True)
class Rule(Generic[P]):
    """One rule: `find` works in columns, `word` speaks about one finding."""

    name: str
    parameters: type[P]
    find: Callable[[RuleContext, P], Sequence[Finding]]
    word: Callable[[Finding, Mapping[int, Label], FunctionNames], Wording]

    def run(self, context: RuleContext) -> Sequence[Finding]:
        """Find with the parameters of the operating model; raises ValidationError if invalid."""
        stated: dict[str, Any] = context.model.rules.get(self.name, {})
        return self.find(context, self.parameters.model_validate(stated))
