"""How findings are graded: severities and priorities by name, and the limits between them."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from model.findings import Impact, Severity
from model.operating_model.schema import MoneyText
from model.records import Money, Priority


def _parse_severity(value: object) -> object:
    return _member_named(Severity, value)


def _parse_priority(value: object) -> object:
    return _member_named(Priority, value)


def _member_named(names: type[IntEnum], value: object) -> object:
    """The member of that name, case ignored; what is no text is returned as it is.

    Raises ValueError that lists the names for any other text.
    """
    if not isinstance(value, str):
        return value
    if value.upper() in names.__members__:
        return names[value.upper()]
    raise ValueError(f'"{value}" is none of {", ".join(names.__members__).lower()}')


SeverityName = Annotated[Severity, BeforeValidator(_parse_severity)]
PriorityName = Annotated[Priority, BeforeValidator(_parse_priority)]


class RuleParameters(BaseModel):
    """Parameters as they stand in the operating model under `rules`; unknown ones are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class SeverityThreshold(RuleParameters):
    """From where a severity holds; reaching any of the limits that are stated is enough.

    `days` are working days of delay, `value` is deal value in its own currency (other
    currencies are not compared with it), `priority` is that of the work that waits.
    """

    days: int | None = Field(default=None, ge=0)
    value: MoneyText | None = None
    priority: PriorityName | None = None

    def is_reached(self, impact: Impact, priority: int) -> bool:
        limit = self.value
        return (
            (self.days is not None and impact.days >= self.days)
            or (self.priority is not None and priority >= self.priority)
            or (limit is not None and any(_reaches(amount, limit) for amount in impact.value))
        )


def _reaches(amount: Money, limit: Money) -> bool:
    # Nothing is converted: a rate would make the severity change without any change in a tool.
    return amount.currency == limit.currency and amount.amount >= limit.amount


class SeverityScale(RuleParameters):
    """The limits from which a finding is medium, high and critical; below all it is low."""

    medium: SeverityThreshold = SeverityThreshold(days=3)
    high: SeverityThreshold = SeverityThreshold(
        days=10, value=Money.parse("100000 EUR"), priority=Priority.CRITICAL
    )
    critical: SeverityThreshold = SeverityThreshold(days=30, value=Money.parse("1000000 EUR"))

    def grade(self, impact: Impact, priority: int = -1) -> Severity:
        """The worst severity reached; `priority` is -1 where nobody stated one."""
        # From the worst down, so that the first threshold reached is the answer.
        for severity in (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM):
            threshold: SeverityThreshold = getattr(self, severity.name.lower())
            if threshold.is_reached(impact, priority):
                return severity
        return Severity.LOW
