"""`funding_gap`: work starts before its budget is released, or in a fiscal year without budget.

What counts is the forecast start of the first open work of a WBS, or today where that is past:
a gap that lies wholly in the past needs no decision. Work without any date of its own claims no
start and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from model.findings import Briefing, Finding, Impact, Label, Wording
from model.network import NO_DATE, date_of, day_of
from model.plan import Int32, Int64, Plan
from model.rules import words
from model.rules.chain import all_driving_rows
from model.rules.columns import count_working_days, function_ids_of, group_positions, sum_money
from model.rules.context import RuleContext
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.fiscal import fiscal_year, quarter_name
from model.rules.options import (
    ACCEPT,
    DISMISS,
    PROMPT_DAYS,
    FieldKind,
    Option,
    OptionField,
    date_field,
)
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityScale
from model.rules.spend import BUDGET, LinesByWbs, earliest_by_wbs, is_budget

NAME = "funding_gap"
# Later than any day, so that comparisons need no special case.
_NEVER: Final = np.iinfo(np.int32).max
_COMMENTED = 3


class Parameters(RuleParameters):
    """Whether a budget lapses at the end of its fiscal year, and how severe a gap is."""

    lapses: bool = True
    severity: SeverityScale = SeverityScale()


@dataclass(frozen=True, slots=True)
class _Gap:
    """The rows of one WBS that start before their money is available, first start first.

    `lines` are its budgets, or without any its other spend; `release` is the day from which the
    money may be used, or `NO_DATE`.
    """

    wbs: int
    rows: Int64
    lines: Int64
    release: int


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding per WBS that has spend lines, but no money on the day its work starts."""
    plan, starts_in = context.plan, context.model.fiscal_year.starts_in_month
    year_start = starts_in if parameters.lapses else None
    gaps = _find_gaps(plan, year_start)
    return complete_drafts(context, [_draft(plan, parameters, gap, starts_in) for gap in gaps])


def _find_gaps(plan: Plan, year_start: int | None) -> list[_Gap]:
    rows = _dated_work(plan)
    wbs, start = plan.attributes.wbs[rows], plan.forecast.early_start[rows]
    first = earliest_by_wbs(plan, wbs, start)
    # Work that began in the past needs its money today; whether it had it then is no decision any
    # more.
    due = np.where(first == _NEVER, _NEVER, np.maximum(first, day_of(plan.today)))
    release = _first_releases(plan, due, year_start)
    # A WBS without any spend line is unknown to finance, which `dangling_dependency` reports.
    has_lines = np.isin(np.arange(len(plan.wbs)), plan.spend.wbs)
    has_gap = has_lines & (due < release)
    is_early = has_gap[wbs] & (start < release[wbs])
    rows, wbs, start = rows[is_early], wbs[is_early], start[is_early]
    # `_NEVER` served the comparisons; a finding that is stored states no date instead.
    release, lines = np.where(release == _NEVER, NO_DATE, release), LinesByWbs.of(plan)
    groups = group_positions(wbs, within=start)
    cases = ((int(wbs[positions[0]]), rows[positions]) for positions in groups)
    return [_Gap(code, case, lines.lines_paying(code), int(release[code])) for code, case in cases]


def _dated_work(plan: Plan) -> Int64:
    """Open work that is paid from a WBS and has a date of its own."""
    items, attributes = plan.items, plan.attributes
    has_date = (items.planned_start != NO_DATE) | (items.planned_finish != NO_DATE)
    has_date |= items.actual_start != NO_DATE
    return np.flatnonzero(
        attributes.is_open & ~attributes.is_deal & (attributes.wbs >= 0) & has_date
    )


def _first_releases(plan: Plan, due: Int32, year_start: int | None) -> Int32:
    """For each WBS the first day on which a budget is released that its work may use.

    `due` is when the work of each WBS starts. With `year_start`, the month in which the fiscal year
    starts, budgets of earlier fiscal years have lapsed.
    """
    spend = plan.spend
    lines = np.flatnonzero(spend.wbs >= 0)
    lines = lines[is_budget(plan, lines)]
    if year_start is not None:
        # `_NEVER` is no date that the calendar functions could convert; such a WBS has no work to
        # pay.
        needed = fiscal_year(np.where(due == _NEVER, 0, due), year_start)[spend.wbs[lines]]
        lines = lines[fiscal_year(spend.on[lines], year_start) >= needed]
    return earliest_by_wbs(plan, spend.wbs[lines], spend.on[lines])


def _draft(plan: Plan, parameters: Parameters, gap: _Gap, starts_in: int) -> FindingDraft:
    first, spend = gap.rows[:1], plan.spend
    stake = _impact(plan, gap)
    # The first line with the release day; without one, `argmax` of all False is the first line.
    line = int(gap.lines[np.argmax(spend.on[gap.lines] == gap.release)])
    payer = plan.functions[spend.function[line]]
    subjects = (*plan.items.id[gap.rows[:_COMMENTED]].tolist(), int(spend.id[line]))
    start = int(plan.forecast.early_start[first[0]])
    finding = Finding(
        rule=NAME,
        about=(plan.wbs[gap.wbs],),
        severity=parameters.severity.grade(stake),
        functions=tuple(dict.fromkeys((*function_ids_of(plan, first), payer))),
        subjects=subjects,
        comment_on=subjects,
        impact=stake,
        needed_by=date_of(start),
        facts=(
            ("WBS", plan.wbs[gap.wbs]),
            ("money", "budget" if spend.kind[line] == BUDGET else "no budget"),
            ("released on", str(date_of(gap.release) or "")),
            ("work starts in", quarter_name(start, starts_in)),
            ("released in", quarter_name(gap.release, starts_in)),
        ),
    )
    return FindingDraft(
        finding,
        chain=first.tolist(),
        rows=[*all_driving_rows(plan, int(first[0])), *gap.rows],
        lines=np.flatnonzero(spend.wbs == gap.wbs),
    )


def _impact(plan: Plan, gap: _Gap) -> Impact:
    first, release = gap.rows[:1], np.array([gap.release], dtype=np.int32)
    days = count_working_days(plan, first, plan.forecast.early_start[first], release)
    value = sum_money(plan, plan.spend.amount[gap.lines], plan.spend.currency[gap.lines])
    return Impact(days=int(days[0]), items=len(gap.rows), value=value)


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """When work starts, when its money is released, and the days between."""
    involved = words.name_functions(finding, names)
    doer, payer = involved[0], involved[-1]
    wbs, money, release, quarter, released_in = (value for _, value in finding.facts)
    start, first = (
        words.format_day(finding.needed_by),
        words.format_item(labels, finding.subjects[0]),
    )
    starts = "started" if finding.is_past else "starts"
    begins = f"{first} ({doer}) is paid from {wbs} and {starts} on {start} ({quarter})."
    if release:
        day = date.fromisoformat(release)
        wording = _word_late_release(finding, begins, doer, payer, wbs, day, released_in)
        briefings = _briefings(finding, labels, payer, words.format_day(day))
        return replace(wording, briefings=briefings)
    if money == "no budget":
        title = f"Work on {wbs} {starts} on {start} without a budget"
        spent = words.format_money(finding.impact.value)
        reason = f"{payer} has spend of {spent} on {wbs}, but no budget."
    else:
        title = f"The budget of {wbs} belongs to a year before work {starts} on {start}"
        amount = words.format_money(finding.impact.value)
        reason = f"The budget of {amount} for {wbs} ({payer}) belongs to an earlier fiscal year."
    return Wording(
        title,
        (begins, reason),
        f"From which budget does {payer} pay for {wbs}?",
        _terms(finding, doer, payer, wbs, ""),
        _briefings(finding, labels, payer, ""),
    )


def _word_late_release(
    finding: Finding, begins: str, doer: str, payer: str, wbs: str, release: date, quarter: str
) -> Wording:
    start, released = words.format_day(finding.needed_by), words.format_day(release)
    days, amount = (
        words.format_working_days(finding.impact.days),
        words.format_money(finding.impact.value),
    )
    starts = "started" if finding.is_past else "starts"
    question = f"Can {payer} release it by {start}, or does {doer} start on {released}?"
    if finding.is_past:
        question = f"Can {payer} release it now, or does {doer} stop until {released}?"
    return Wording(
        title=f"Work on {wbs} {starts} {days} before its budget is released",
        explanation=(
            begins,
            f"{payer} releases the budget of {amount} for {wbs} on {released} ({quarter}).",
        ),
        question=question,
        terms=_terms(finding, doer, payer, wbs, release.isoformat()),
    )


def _briefings(
    finding: Finding, labels: Mapping[int, Label], payer: str, released: str
) -> tuple[Briefing, ...]:
    """For those whose work starts without money, and for whoever pays."""
    *work, line = finding.subjects
    wbs, money, *_ = (value for _, value in finding.facts)
    amount, start = words.format_money(finding.impact.value), words.format_day(finding.needed_by)
    starts = f"{'started' if finding.is_past else 'starts'} on {start}"
    first = f"The first work is {words.brief_item(labels, work[0])}."
    if released:
        days = words.format_working_days(finding.impact.days)
        lacks = f"is released only on {released}"
        owns = f"Your budget of {amount} for {wbs} is released on {released}, but its work {starts}"
        reason = f"{payer} releases {amount}, {days} after the start."
    elif money == "no budget":
        lacks, reason = "is missing", f"{payer} has spent {amount} on it."
        owns = f"Work on {wbs} {starts}, and you have no budget for it"
    else:
        lacks, reason = "belongs to an earlier year", f"{payer} holds {amount} for it."
        owns = f"Your budget for {wbs} belongs to an earlier year than its work, which {starts}"
    pays = f"The budget of {wbs}, which pays for your"
    keys = ((each, words.brief_key(labels, each)) for each in work)
    paid = ((each, f"{pays} {key}, {lacks}, but its work {starts}") for each, key in keys)
    return (
        *(Briefing((each,), news, reasons=(reason,)) for each, news in paid),
        Briefing((line,), owns, reasons=(first,)),
    )


def _terms(
    finding: Finding, doer: str, payer: str, wbs: str, release: str
) -> tuple[tuple[str, str], ...]:
    return (
        ("doer", doer),
        ("payer", payer),
        ("wbs", wbs),
        ("release", release),
        *words.needed_terms(finding),
    )


_OPTIONS = (
    Option(
        id="release",
        label="{payer} releases the money in time",
        meaning="{payer} releases the money for {wbs} by {on}",
        fields=(date_field("on", "The day on which it is released.", "needed"),),
        within=PROMPT_DAYS,
        awaits="the new day of release of the budget of {wbs}",
    ),
    Option(
        id="move",
        label="{doer} starts later",
        meaning="{doer} starts the work on {wbs} on {on}",
        fields=(
            date_field("on", "The day on which the work starts.", "release", earliest="release"),
        ),
        within=PROMPT_DAYS,
        awaits="a new start of the work on {wbs}",
    ),
    Option(
        id="bridge",
        label="another budget bridges the gap",
        meaning="{source} pays for {wbs} until {until}",
        fields=(
            OptionField("source", FieldKind.TEXT, "The budget that pays until then."),
            date_field("until", "The last day that it pays for.", "release", earliest="release"),
        ),
        until="until",
    ),
    ACCEPT,
    DISMISS,
)


RULE = Rule(
    name=NAME,
    title="Funding gap",
    parameters=Parameters,
    find=find,
    word=word,
    options=_OPTIONS,
)
