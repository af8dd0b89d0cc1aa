"""`dangling_dependency`: open work points at something that no connected tool knows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from model.findings import Finding, Label, Severity, Wording
from model.plan import DanglingDependency, Plan
from model.rules import words
from model.rules.columns import functions_of, rows_of
from model.rules.context import RuleContext
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityName

NAME = "dangling_dependency"


class Parameters(RuleParameters):
    """How bad a dependency on nothing is."""

    severity: SeverityName = Severity.LOW


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding an item and target, however many places of the item name the target."""
    plan = context.plan
    stated = {(each.record_id, each.target): each for each in reversed(plan.dangling)}
    rows = rows_of(plan, np.array([record_id for record_id, _ in stated], dtype=np.int64))
    is_open = (rows >= 0) & plan.attributes.is_open[rows]
    kept = [
        (at, int(row)) for at, row, is_kept in zip(stated, rows, is_open, strict=True) if is_kept
    ]
    written = context.lookup.read_spellings(at for at, _ in kept)
    drafts = [_draft(plan, parameters, stated[at], row, *written[at]) for at, row in kept]
    return complete_drafts(context, drafts)


def _draft(
    plan: Plan,
    parameters: Parameters,
    dangling: DanglingDependency,
    row: int,
    written: str,
    connection: str,
) -> FindingDraft:
    """It is about the name that its spellings have in common, and tells of the one that stands."""
    finding = Finding(
        rule=NAME,
        about=(dangling.target,),
        severity=parameters.severity,
        functions=functions_of(plan, np.array([row])),
        subjects=(dangling.record_id,),
        comment_on=(dangling.record_id,),
        facts=(("depends on", written), ("stated in", f"{dangling.where} in {connection}")),
    )
    return FindingDraft(finding, about=(dangling.record_id,), chain=(row,))


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """What it points at, and what the team can do about it."""
    (record_id,) = finding.subjects
    (owner,) = words.functions(finding, names)
    target, where = (value for _, value in finding.facts)
    key, item = words.key(labels, record_id), words.item(labels, record_id)
    return Wording(
        title=f"{key} of {owner} depends on “{target}”, which no connected tool knows",
        explanation=(
            f"{item} ({owner}) depends on “{target}”{words.stated(where)}.",
            "It may be mistyped, deleted, or in a tool that is not connected.",
            "Nobody is warned when it moves.",
        ),
        question=f"What does {key} depend on? Correct “{target}” or take it out.",
    )


RULE = Rule(
    name=NAME,
    title="Dangling dependency",
    parameters=Parameters,
    find=find,
    word=word,
)
