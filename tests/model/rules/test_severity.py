"""How findings are graded by their impact."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from model.findings import Impact, Severity
from model.records import Money, Priority
from model.rules.severity import SeverityScale

SCALE = SeverityScale()


@pytest.mark.parametrize(
    ("days", "value", "priority", "severity"),
    [
        (2, "0 EUR", -1, Severity.LOW),
        (3, "0 EUR", -1, Severity.MEDIUM),
        (9, "99999 EUR", Priority.HIGH, Severity.MEDIUM),
        (10, "0 EUR", -1, Severity.HIGH),
        (0, "100000 EUR", -1, Severity.HIGH),
        (0, "0 EUR", Priority.CRITICAL, Severity.HIGH),
        (30, "0 EUR", -1, Severity.CRITICAL),
        (0, "1000000 EUR", -1, Severity.CRITICAL),
        (0, "9000000 USD", -1, Severity.LOW),
    ],
)
def test_the_worst_limit_that_is_reached_counts_in_its_own_currency(
    days: int, value: str, priority: int, severity: Severity
) -> None:
    impact = Impact(days=days, value=(Money.parse(value),))
    assert SCALE.grade(impact, priority) is severity


def test_severities_and_priorities_are_named_in_any_case() -> None:
    scale = SeverityScale.model_validate({"high": {"priority": "Critical"}})
    assert scale.high.priority is Priority.CRITICAL
    with pytest.raises(ValidationError, match='"urgent" is none of low, medium, high, critical'):
        SeverityScale.model_validate({"high": {"priority": "urgent"}})


def test_a_threshold_that_is_stated_replaces_the_default_one_whole() -> None:
    scale = SeverityScale.model_validate({"high": {"value": "50000 EUR"}})
    assert scale.grade(Impact(days=20)) is Severity.MEDIUM
    assert scale.grade(Impact(value=(Money.parse("50000 EUR"),))) is Severity.HIGH
