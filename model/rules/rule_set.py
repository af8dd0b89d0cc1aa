"""All installed rules together: find with all of them, word a finding, look up an option."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.findings import Finding, Impact, Label, Wording
from model.plugin_errors import PLUGIN_ERRORS, describe_error
from model.rules.context import RuleContext
from model.rules.options import Option
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """An entry point, or one module of the folder it names, that brings no rule.

    `package` is the installed package with its version, `source` the module.
    """

    package: str
    source: str
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.source} of the package {self.package} brings no rule: {self.reason}. "
            "Repair or uninstall the package; until then the conflicts of its rules stay as "
            "they are"
        )


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that raised an error while it looked for findings or worded one."""

    rule: str
    reason: str

    @property
    def source(self) -> str:
        """What failed, as `BrokenPlugin.source` names a module."""
        return self.rule

    def __str__(self) -> str:
        return (
            f"the rule {self.rule} failed: {self.reason}. Its conflicts stay as they are; report "
            "it to whoever wrote the rule"
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules by name, in the order of their names, and the plugins that could not be loaded."""

    by_name: Mapping[str, Rule[Any]]
    broken: tuple[BrokenPlugin, ...] = ()

    def __iter__(self) -> Iterator[Rule[Any]]:
        return iter(self.by_name.values())

    @property
    def parameters(self) -> dict[str, type[RuleParameters]]:
        """The shape of each rule's parameters, by the name of the rule."""
        return {rule.name: rule.parameters for rule in self}

    def can_judge(self, rule: str) -> bool:
        """Whether the absence of a finding means that a conflict of the rule is over.

        Not while a plugin is broken that may hold the rule. A rule whose package was uninstalled
        ends with its conflicts.
        """
        # A broken plugin cannot say which rules it would have brought.
        return rule in self.by_name or not self.broken

    def find_each(self, context: RuleContext) -> tuple[list[Finding], list[RuleFailure]]:
        """The findings of all rules, worst first, and the rules that could not be run.

        A rule that raises fails alone. The order depends on the findings, not on that of the rules.
        """
        findings: list[Finding] = []
        failures: list[RuleFailure] = []
        for rule in self:
            try:
                findings += [_checked(finding) for finding in rule.run(context)]
            # The code of a rule may raise anything, and must not silence the other rules.
            except PLUGIN_ERRORS as error:
                failures.append(RuleFailure(rule.name, describe_error(error)))
        return sorted(findings, key=_urgency), failures

    def word(self, finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
        """A finding in words; `names` is what people call each function, by its id."""
        return self.by_name[finding.rule].word(finding, labels, names)

    def concludes_from_absence(self, finding: Finding) -> bool:
        """Whether any fact of the finding does."""
        return any(self.by_name[rule].concludes_from_absence for rule in finding.rules)

    def options_of(self, rule: str) -> dict[str, Option]:
        """The options of a rule by id; none for a rule that is not installed."""
        options = self.by_name[rule].options if rule in self.by_name else ()
        return {option.id: option for option in options}


def _checked(finding: Finding) -> Finding:
    """The finding, if it can be sorted among those of all rules; raises TypeError if not."""
    if not isinstance(finding, Finding):
        raise TypeError(f"it found {type(finding).__name__}, which is no Finding")
    soonest = finding.needed_by
    is_sortable = (
        isinstance(finding.severity, int)
        and isinstance(finding.impact, Impact)
        and isinstance(finding.impact.days, int)
        # A datetime is a date in Python, but cannot be compared with one.
        and (soonest is None or type(soonest) is date)
        and isinstance(finding.rule, str)
        and isinstance(finding.matter, str)
        and isinstance(finding.about, tuple)
        and all(isinstance(name, str) for name in finding.about)
    )
    if not is_sortable:
        raise TypeError("a field of its Finding is of the wrong type")
    return finding


def _urgency(finding: Finding) -> tuple[object, ...]:
    soonest = finding.needed_by or date.max
    # Rule and identity last: without them equal findings would stand in the order of the rules.
    return (-finding.severity, soonest, -finding.impact.days, finding.rule, finding.about)
