"""`dangling_dependency`: open work depends on something that no connected tool knows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from model.findings import Briefing, Finding, Label, Severity, Wording
from model.plan import DanglingDependency, Plan
from model.rules import words
from model.rules.columns import find_rows, function_ids_of
from model.rules.context import RuleContext
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.options import DISMISS, PROMPT_DAYS, FieldKind, Option, OptionField, date_field
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityName

NAME = "dangling_dependency"


class Parameters(RuleParameters):
    """How severe a dependency on something unknown is."""

    severity: SeverityName = Severity.LOW


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding per item and target, however many places of the item name the target."""
    plan = context.plan
    # Reversed, so that of several places the first in the plan's order remains.
    stated = {(entry.record_id, entry.target): entry for entry in reversed(plan.dangling)}
    # The type is given because an empty list would become an array of floats.
    rows = find_rows(plan, np.array([record_id for record_id, _ in stated], dtype=np.int64))
    is_open = (rows >= 0) & plan.attributes.is_open[rows]
    row_by_key = dict(zip(stated, rows.tolist(), strict=True))
    keys = [key for key, open_ in zip(stated, is_open.tolist(), strict=True) if open_]
    spellings = context.lookup.read_spellings(keys)
    drafts = [
        _draft(plan, parameters, stated[key], row_by_key[key], *spellings[key]) for key in keys
    ]
    return complete_drafts(context, drafts)


def _draft(
    plan: Plan,
    parameters: Parameters,
    dangling: DanglingDependency,
    row: int,
    spelling: str,
    connection: str,
) -> FindingDraft:
    """The finding is about the normalised name, and shows the name as it is spelled in the tool."""
    finding = Finding(
        rule=NAME,
        about=(dangling.target,),
        severity=parameters.severity,
        functions=function_ids_of(plan, np.array([row])),
        subjects=(dangling.record_id,),
        comment_on=(dangling.record_id,),
        facts=(("depends on", spelling), ("stated in", f"{dangling.where} in {connection}")),
        # What is called so could be in any tool.
        rests_on=plan.connections,
    )
    return FindingDraft(finding, about=(dangling.record_id,), chain=(row,))


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """What it depends on, and what the team can do about it."""
    (record_id,) = finding.subjects
    (owner,) = words.name_functions(finding, names)
    target, where = (value for _, value in finding.facts)
    key, item = words.format_key(labels, record_id), words.format_item(labels, record_id)
    return Wording(
        title=f"{key} of {owner} depends on “{target}”, which no connected tool knows",
        explanation=(
            f"{item} ({owner}) depends on “{target}”{words.format_source(where)}.",
            "It may be mistyped, deleted, or in a tool that is not connected.",
            "Nobody is warned when it moves.",
        ),
        question=f"What does {key} depend on? Correct “{target}” or take it out.",
        terms=(("owner", owner), ("item", key), ("target", target)),
        briefings=(
            Briefing(
                (record_id,),
                f"Your {words.brief_key(labels, record_id)} depends on “{words.shorten(target)}”, "
                "which no connected tool knows",
                request="correct it or take it out {by}",
                reasons=(f"It stands in {where}.", "Nobody is warned when it moves."),
            ),
        ),
    )


_OPTIONS = (
    Option(
        id="correct",
        label="{owner} corrects the name",
        meaning="{owner} corrects “{target}” of {item} to {name}",
        fields=(OptionField("name", FieldKind.TEXT, "What it really depends on."),),
        within=PROMPT_DAYS,
        awaits="{item} with a dependency on {name}",
    ),
    Option(
        id="remove",
        label="{owner} takes the dependency out",
        meaning="{owner} takes the dependency of {item} on “{target}” out",
        within=PROMPT_DAYS,
        awaits="{item} without its dependency on “{target}”",
    ),
    Option(
        id="watch",
        label="{owner} watches it outside the connected tools",
        meaning="“{target}” is in no connected tool: {owner} watches it until {until}",
        fields=(date_field("until", "The last day on which it is watched so."),),
        until="until",
    ),
    DISMISS,
)


RULE = Rule(
    name=NAME,
    title="Dangling dependency",
    parameters=Parameters,
    find=find,
    word=word,
    options=_OPTIONS,
)
