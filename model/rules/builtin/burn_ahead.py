"""`burn_ahead`: money is used faster than the work that it pays for progresses.

Used is what is paid and what is committed to suppliers, against the budget of the same WBS and
currency. Progress is percent complete weighted by working days (the "percent complete" of
earned value, PMI Practice Standard for Earned Value Management): the tools' own percentage;
where it is missing, 100 for done work, 0 for work not begun, and for work under way the share of
its time that has passed, which is favourable to the work. Parents are left out, their children
count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from model.findings import Briefing, Finding, Impact, Label, Wording
from model.network import NO_DATE, day_of
from model.plan import Int32, Int64, Plan
from model.records import Money, State
from model.rules import words
from model.rules.columns import count_working_days, function_ids_of, group_positions
from model.rules.context import RuleContext
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.options import ACCEPT, DISMISS, PROMPT_DAYS, FieldKind, Option, OptionField
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityScale
from model.rules.spend import BUDGET, LinesByWbs, sum_by_wbs_and_currency

NAME = "burn_ahead"
_MOST_NAMED = 3
_Share = npt.NDArray[np.float64]


class Parameters(RuleParameters):
    """By how many percentage points money may be ahead of progress, and how severe more is."""

    tolerance: int = Field(default=20, ge=0, le=100)
    severity: SeverityScale = SeverityScale()


@dataclass(frozen=True, slots=True)
class _Burn:
    """One row per WBS; `budget`, `used` and `ahead` have one column per currency.

    Amounts are hundredths. `progress` is 0 to 1, NaN where no work is known that could progress.
    `ahead` is the used share of the budget less progress, 0 where there is no budget.
    """

    budget: Int64
    used: Int64
    progress: _Share
    ahead: _Share


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding per WBS with budget and open work, by the currency that is furthest ahead."""
    plan = context.plan
    rows = _leaves(plan)
    weight = _working_days(plan, rows)
    burn = _burn(plan, rows, weight)
    # A comparison with NaN is false, so a WBS without measurable progress is never ahead.
    is_ahead = np.any(burn.ahead > parameters.tolerance / 100, axis=1)
    concerned = is_ahead[plan.attributes.wbs[rows]] & plan.attributes.is_open[rows]
    rows, weight = rows[concerned], weight[concerned]
    # The longest work first: it is where the rest of the budget goes.
    groups = group_positions(plan.attributes.wbs[rows], within=-weight)
    lines = LinesByWbs.of(plan)
    drafts = [
        _draft(plan, parameters, burn, case, _paying_line(plan, lines, case))
        for case in (rows[positions] for positions in groups)
    ]
    return complete_drafts(context, drafts)


def _paying_line(plan: Plan, lines: LinesByWbs, case: Int64) -> int:
    """The first spend line that pays for the rows of a case, which share one WBS."""
    return int(lines.lines_paying(int(plan.attributes.wbs[case[0]]))[0])


def _leaves(plan: Plan) -> Int64:
    items, attributes = plan.items, plan.attributes
    # Only leaves: the work of a parent is that of its children, and would count twice.
    counts = (attributes.wbs >= 0) & ~attributes.is_deal & (items.state != State.CANCELLED)
    return np.flatnonzero(counts & ~np.isin(items.id, items.parent))


def _working_days(plan: Plan, rows: Int64) -> Int32:
    """Working days of each row: its estimate, else from planned start to finish, else 1."""
    items = plan.items
    start, finish = items.planned_start[rows], items.planned_finish[rows]
    is_planned = (start != NO_DATE) & (finish != NO_DATE)
    span = np.where(is_planned, count_working_days(plan, rows, start, finish) + 1, 1)
    days = np.maximum(np.where(items.duration[rows] >= 0, items.duration[rows], span), 1)
    # A milestone takes no time, so its being done is no progress.
    return np.where(items.milestone[rows], 0, days).astype(np.int32)


def _done_share(plan: Plan, rows: Int64) -> _Share:
    """The share of each row that is done, 0 to 1."""
    items, forecast = plan.items, plan.forecast
    today = np.full(len(rows), day_of(plan.today), dtype=np.int32)
    spent = count_working_days(plan, rows, forecast.early_start[rows], today)
    left = count_working_days(plan, rows, today, forecast.early_finish[rows])
    # The forecast may lie wholly in the future or the past; work of no length is divided by 1.
    passed = np.clip(spent / np.maximum(spent + left, 1), 0, 1)
    has_begun = (items.state[rows] == State.IN_PROGRESS) | (items.actual_start[rows] != NO_DATE)
    estimate = np.where(has_begun, passed, 0)
    share = np.where(items.percent[rows] >= 0, items.percent[rows] / 100, estimate)
    return np.where(items.state[rows] == State.DONE, 1.0, share)


def _burn(plan: Plan, rows: Int64, weight: Int32) -> _Burn:
    wbs, count = plan.attributes.wbs[rows], len(plan.wbs)
    total = np.bincount(wbs, weight, count)
    done = np.bincount(wbs, weight * _done_share(plan, rows), count)
    progress = np.divide(done, total, out=np.full(count, np.nan), where=total > 0)
    has_wbs = plan.spend.wbs >= 0
    budget = sum_by_wbs_and_currency(plan, np.flatnonzero(has_wbs & (plan.spend.kind == BUDGET)))
    # Commitments too: the money is promised and cannot be spent again.
    used = sum_by_wbs_and_currency(plan, np.flatnonzero(has_wbs & (plan.spend.kind > BUDGET)))
    share = np.divide(used, budget, out=np.zeros(budget.shape), where=budget > 0)
    ahead = np.where(budget > 0, share - progress[:, None], 0.0)
    return _Burn(budget, used, progress, ahead)


def _draft(plan: Plan, parameters: Parameters, burn: _Burn, rows: Int64, line: int) -> FindingDraft:
    wbs, payer = int(plan.attributes.wbs[rows[0]]), plan.functions[plan.spend.function[line]]
    # Without exchange rates amounts of several currencies cannot be added, so one has to stand
    # for all.
    currency = int(burn.ahead[wbs].argmax())
    budget, used = int(burn.budget[wbs, currency]), int(burn.used[wbs, currency])
    excess = round(float(burn.ahead[wbs, currency]) * budget)
    budgeted, spent, ahead = (_money(plan, amount, currency) for amount in (budget, used, excess))
    stake = Impact(items=len(rows), value=(ahead,))
    subjects = (*plan.items.id[rows[:_MOST_NAMED]].tolist(), int(plan.spend.id[line]))
    finding = Finding(
        rule=NAME,
        about=(plan.wbs[wbs],),
        severity=parameters.severity.grade(stake),
        functions=tuple(dict.fromkeys((*function_ids_of(plan, rows[:1]), payer))),
        subjects=subjects,
        comment_on=(subjects[0], subjects[-1]),
        impact=stake,
        facts=(
            ("WBS", plan.wbs[wbs]),
            ("percent of budget used", str(round(100 * used / budget))),
            ("percent of work done", str(round(100 * float(burn.progress[wbs])))),
            ("budget", str(budgeted)),
            ("used", str(spent)),
        ),
    )
    return FindingDraft(
        finding,
        chain=rows[:1].tolist(),
        # Progress is that of all work on the WBS, also of what is done.
        rows=np.flatnonzero(plan.attributes.wbs == wbs),
        lines=np.flatnonzero(plan.spend.wbs == wbs),
    )


def _money(plan: Plan, amount: int, currency: int) -> Money:
    return Money(plan.currencies[currency], Decimal(amount) / 100)


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """What share is used, what share is done, and the difference in money."""
    involved = words.name_functions(finding, names)
    doer, payer = involved[0], involved[-1]
    wbs, spent, done, budget, used = (value for _, value in finding.facts)
    work = words.format_items(labels, finding.subjects[:-1])
    excess = words.format_money(finding.impact.value)
    return Wording(
        title=f"{wbs} has used {spent} % of its budget with {done} % of the work done",
        explanation=(
            f"{payer} has paid or committed {used} of the budget of {budget} for {wbs}: {spent} %.",
            f"{doer} has done {done} % of the work; still open: {work}.",
            f"That is {excess} more than the progress accounts for.",
        ),
        question=f"Does the rest of the budget of {wbs} pay for the rest of the work?",
        terms=(("doer", doer), ("payer", payer), ("wbs", wbs), ("excess", excess)),
        briefings=_briefings(finding, labels),
    )


def _briefings(finding: Finding, labels: Mapping[int, Label]) -> tuple[Briefing, ...]:
    """For whoever pays, and for those whose work is paid."""
    *work, line = finding.subjects
    wbs, spent, done, budget, used = (value for _, value in finding.facts)
    excess = words.format_money(finding.impact.value)
    open_work = words.format_list(words.brief_key(labels, each) for each in work)
    reasons = (
        f"That is {excess} more than the progress accounts for.",
        f"Still open: {open_work}.",
    )
    return (
        Briefing(
            (line,),
            f"{used} of your budget of {budget} for {wbs} are used, with {done} % of the work done",
            "say {by} whether the rest is enough",
            reasons,
        ),
        *(
            Briefing(
                (each,),
                f"{wbs}, which pays for your {words.brief_key(labels, each)}, has used {spent} % "
                f"of its budget with {done} % of the work done",
                "say {by} what the rest of the money pays for",
                reasons,
            )
            for each in work
        ),
    )


_OPTIONS = (
    Option(
        id="add",
        label="{payer} adds to the budget",
        meaning="{payer} adds {amount} to the budget of {wbs}",
        fields=(OptionField("amount", FieldKind.MONEY, "How much is added.", "excess"),),
        within=PROMPT_DAYS,
        awaits="the larger budget of {wbs}",
    ),
    Option(
        id="cut",
        label="{doer} cuts the work to the budget",
        meaning="{doer} cuts the rest of {wbs} to its budget: {how}",
        fields=(OptionField("how", FieldKind.TEXT, "What is left out."),),
        within=PROMPT_DAYS,
        awaits="a plan of {wbs} that its budget pays for",
    ),
    ACCEPT,
    DISMISS,
)


RULE = Rule(
    name=NAME,
    title="Burn ahead of progress",
    parameters=Parameters,
    find=find,
    word=word,
    options=_OPTIONS,
)
