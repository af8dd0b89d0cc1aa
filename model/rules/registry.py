"""All rules by name: find with all of them, word a finding, validate their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError

from model.findings import Finding, Label, Wording
from model.plan import Situation
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
from model.rules.rule import Names, Rule
from model.rules.survey import Survey

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


def find_all(situation: Situation) -> list[Finding]:
    """What all rules find, worst first and in an order that depends on the findings alone.

    Raises pydantic's ValidationError for parameters that `parameter_problems` would report.
    """
    survey = Survey(situation)
    found = [finding for rule in RULES.values() for finding in rule.run(survey)]
    return sorted(found, key=_rank)


def _rank(finding: Finding) -> tuple[object, ...]:
    soonest = finding.needed_by or date.max
    return (-finding.severity, soonest, -finding.impact.days, finding.rule, finding.about)


def word(finding: Finding, labels: Mapping[int, Label], names: Names) -> Wording:
    """A finding in words; `names` is what people call each function, by its id."""
    return RULES[finding.rule].word(finding, labels, names)


@dataclass(frozen=True, slots=True)
class ParameterProblem:
    """A parameter that no rule takes: where it stands under `rules`, what is wrong, what to do."""

    path: tuple[str, ...]
    message: str
    remedy: str


def parameter_problems(rules: Mapping[str, Mapping[str, Any]]) -> list[ParameterProblem]:
    """Everything wrong with the operating model's `rules`, in their order."""
    return [problem for name, stated in rules.items() for problem in _problems(name, stated)]


def _problems(name: str, stated: Mapping[str, Any]) -> list[ParameterProblem]:
    if name not in RULES:
        remedy = f"Name one of {', '.join(RULES)}."
        near = get_close_matches(name, RULES, n=1)
        remedy = f'Did you mean "{near[0]}"?' if near else remedy
        return [ParameterProblem((name,), f'there is no rule "{name}"', remedy)]
    try:
        RULES[name].parameters.model_validate(stated)
    except ValidationError as invalid:
        return [_problem(name, error, RULES[name]) for error in invalid.errors()]
    return []


def _problem(name: str, error: Any, rule: Rule[Any]) -> ParameterProblem:
    path = (name, *(str(part) for part in error["loc"]))
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = f'"{path[-1]}" is no parameter'
    known = ", ".join(rule.parameters.model_fields)
    return ParameterProblem(path, message, f"Correct it or take it out; {name} takes {known}.")
