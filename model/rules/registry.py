"""All rules by name: find with all of them, word a finding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from model.findings import Finding, Label, Wording
from model.rules import (
    broken_promise,
    burn_ahead,
    dangling_dependency,
    dependency_cycle,
    funding_gap,
    late_handover,
    missing_gate,
    priority_mismatch,
    stale_plan,
    unowned_handover,
)
from model.rules.context import RuleContext
from model.rules.rule import FunctionNames, Rule

_ALL: tuple[Rule[Any], ...] = (
    late_handover.RULE,
    broken_promise.RULE,
    missing_gate.RULE,
    funding_gap.RULE,
    burn_ahead.RULE,
    priority_mismatch.RULE,
    unowned_handover.RULE,
    dependency_cycle.RULE,
    dangling_dependency.RULE,
    stale_plan.RULE,
)

RULES: Final[Mapping[str, Rule[Any]]] = {rule.name: rule for rule in _ALL}
"""Every rule by the name that findings, parameters and decision rights use."""


def find_all(context: RuleContext) -> list[Finding]:
    """What all rules find, worst first and in an order that depends on the findings alone.

    Raises pydantic's ValidationError for parameters that `operating_model.load` would report.
    """
    found = [finding for rule in RULES.values() for finding in rule.run(context)]
    return sorted(found, key=_rank)


def _rank(finding: Finding) -> tuple[object, ...]:
    soonest = finding.needed_by or date.max
    return (-finding.severity, soonest, -finding.impact.days, finding.rule, finding.about)


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """A finding in words; `names` is what people call each function, by its id."""
    return RULES[finding.rule].word(finding, labels, names)
