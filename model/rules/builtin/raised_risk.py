"""`raised_risk`: somebody says that one record needs another by a day.

It ends when the needed record is done, when its date fits, or when whoever raised it withdraws it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from model.findings import Briefing, Finding, Impact, Label, Severity, Wording
from model.network import NO_DATE, date_of, day_of
from model.plan import Plan
from model.raised_risks import RULE as NAME
from model.raised_risks import RaisedRisk, group_risks
from model.rules import words
from model.rules.columns import count_working_days, find_rows, function_ids_of, stated_finish
from model.rules.context import RuleContext
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.options import ACCEPT, DISMISS, FINISH, REPLAN
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityName

_NO_FORECAST = "no date"


class Parameters(RuleParameters):
    """How severe a risk is that somebody raises."""

    severity: SeverityName = Severity.MEDIUM


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding per needed record and record that needs it, whoever raised it."""
    drafts = [
        _draft(context.plan, parameters, standing)
        for risks in group_risks(context.plan.raised_risks)
        if (standing := _select_standing(context.plan, risks))
    ]
    return complete_drafts(context, drafts)


def _select_standing(plan: Plan, risks: Sequence[RaisedRisk]) -> list[RaisedRisk]:
    """Those of the risks about two records that have not ended, the soonest first."""
    rows = find_rows(plan, np.array([risks[0].needs_id, risks[0].record_id], dtype=np.int64))
    if (rows < 0).any() or not plan.attributes.is_open[rows].all():
        return []
    needed = rows[:1]
    planned = _date(int(stated_finish(plan, needed)[0]))
    forecast = _date(int(plan.forecast.early_finish[needed][0]))
    standing = [risk for risk in risks if not risk.fits(planned, forecast)]
    return sorted(standing, key=lambda risk: (risk.needed_by, risk.raised_at, risk.person_name))


def _draft(plan: Plan, parameters: Parameters, risks: Sequence[RaisedRisk]) -> FindingDraft:
    first = risks[0]
    rows = find_rows(plan, np.array([first.needs_id, first.record_id], dtype=np.int64))
    forecast = plan.forecast.early_finish[rows[:1]]
    needed_by = np.array([day_of(first.needed_by)], dtype=np.int32)
    has_forecast = int(forecast[0]) != NO_DATE
    late = int(count_working_days(plan, rows[:1], needed_by, forecast)[0]) if has_forecast else 0
    finding = Finding(
        rule=NAME,
        about=first.about,
        severity=parameters.severity,
        functions=function_ids_of(plan, rows),
        subjects=(first.needs_id, first.record_id),
        comment_on=(first.needs_id, first.record_id),
        impact=Impact(days=max(late, 0)),
        needed_by=first.needed_by,
        facts=(
            ("forecast for", str(_date(int(forecast[0])) or _NO_FORECAST)),
            ("raised by", words.format_list(risk.person_name for risk in risks)),
            *((f"says {risk.person_name}", risk.reason) for risk in risks),
        ),
    )
    return FindingDraft(finding, chain=rows.tolist())


def _date(day: int) -> date | None:
    return None if day == NO_DATE else date_of(day)


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """Who says that what is needed by when, and why."""
    functions = words.name_functions(finding, names)
    giver, receiver = functions[0], functions[-1]
    needed_id, waiting_id = finding.subjects
    (_, forecast), (_, raisers), *reasons = finding.facts
    key, waiting = words.format_key(labels, needed_id), words.format_key(labels, waiting_id)
    day = words.format_day(finding.needed_by)
    said = tuple(
        f"{name.removeprefix('says ')}: {words.end_sentence(reason)}" for name, reason in reasons
    )
    step = words.format_dates(finding.chain[0])
    dates = f"{words.format_item(labels, needed_id)} ({giver}) {step}."
    # Of what may come later than forecast the forecast is no day to replan for.
    known = max(forecast, str(finding.needed_by)) if forecast != _NO_FORECAST else ""
    terms = (("forecast", known),) if known else ()
    late, request = "", f"say {{by}} whether {key} is there then"
    if finding.impact.days:
        # Of what is forecast too late nobody has to ask whether it will be there.
        late = f", but it is forecast for {words.format_day(date.fromisoformat(forecast))}"
        request = ""
    needs = "needed" if finding.is_past else "needs"
    return Wording(
        title=f"{waiting} of {receiver} {needs} {key} of {giver} by {day}, says {raisers}",
        explanation=(
            f"{raisers} raised this by hand for {words.format_item(labels, waiting_id)}.",
            *said,
            dates,
        ),
        question=f"Can {giver} finish {key} by {day}, or does {receiver} plan without it?",
        terms=(
            ("giver", giver),
            ("receiver", receiver),
            ("item", key),
            ("waiting", waiting),
            *terms,
            *words.needed_terms(finding),
        ),
        briefings=(
            Briefing(
                (needed_id,),
                f"{raisers} of {waiting} {needs} {key} by {day}{late}",
                request,
                (*said, dates),
            ),
            Briefing(
                (waiting_id,),
                f"{raisers} says that {waiting} {needs} {key} by {day}{late}",
                "",
                (*said, dates),
            ),
        ),
    )


RULE = Rule(
    name=NAME,
    title="Raised risk",
    parameters=Parameters,
    find=find,
    word=word,
    options=(FINISH, REPLAN, ACCEPT, DISMISS),
)
