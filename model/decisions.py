"""What a decision decides, how far it reaches, and when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from model.answers import InvalidAnswer, amounts_in, check_answer
from model.awaited import unkept_text
from model.conflicts import Conflict, Decision
from model.findings import Finding, Impact, Severity
from model.operating_model.calendar import calendar_with_id
from model.operating_model.rights import (
    PermittedDecision,
    includes,
    reaches,
    right_with_id,
    stands_above,
)
from model.operating_model.schema import DecisionLimit, OperatingModel
from model.rules.options import Option, fill_in
from model.rules.words import (
    end_sentence,
    format_day,
    format_list,
    format_money,
    format_working_days,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """An option with its fields filled in, checked against the conflict that it decides.

    `accepted` is the largest impact that it accepts: a person's right has to reach so far.
    """

    option: Option
    answers: Mapping[str, str]
    accepted: Impact
    until: date | None


def make_verdict(
    option: Option,
    answers: Mapping[str, str],
    conflict: Conflict,
    model: OperatingModel,
    today: date,
) -> Verdict:
    """Check the fields of an option as of `today`; raises InvalidAnswer.

    A field that is not answered takes its default, so that the usual decision needs no typing.
    """
    if unknown := sorted(set(answers) - {field.name for field in option.fields}):
        known = ", ".join(field.name for field in option.fields) or "none"
        raise InvalidAnswer(f"{option.id} has no field {', '.join(unknown)}; it has {known}")
    terms = dict(conflict.wording.terms)
    checked: dict[str, str] = {}
    for field in option.fields:
        answer = answers.get(field.name, "").strip() or terms.get(field.default, "")
        if answer:
            checked[field.name] = check_answer(option, field, answer, conflict, model, today)
        elif not field.may_be_empty:
            raise InvalidAnswer(f"{option.id} needs {field.name}: {field.description}")
    return Verdict(
        option,
        checked,
        _accepted_impact(option, checked, conflict, model),
        _end(option, checked, model, today),
    )


def make_decision(
    verdict: Verdict, conflict: Conflict, permitted: PermittedDecision, reason: str, now: datetime
) -> Decision:
    """The decision for a verdict by a person who has the right to it; `now` is in UTC.

    It is a proposal only, where the authorities of other functions have to agree.
    """
    option, terms = verdict.option, dict(conflict.wording.terms)
    size = verdict.accepted if option.accepts_size else None
    return Decision(
        verdict=option.id,
        meaning=fill_in(option.meaning, terms, verdict.answers),
        person=permitted.person.id,
        person_name=permitted.person.name,
        reason=reason,
        severity=conflict.severity,
        decided_at=now,
        role=permitted.role.id,
        role_name=permitted.role.name,
        for_name=permitted.holder.name if permitted.holder else "",
        right=permitted.right,
        rule=conflict.finding.rule,
        answers=tuple(verdict.answers.items()),
        days=size.days if size else None,
        value=size.value if size else None,
        until=verdict.until,
        awaits=fill_in(option.awaits, terms, verdict.answers),
        replaces=describe_decision(conflict.decision) if conflict.decision else "",
    )


def describe_decision(decision: Decision) -> str:
    """`the decision of Ben Example (Programme lead): accepted until 4 Dec 2026`."""
    return f"the decision of {name_author(decision)}: {decision.meaning}"


def name_author(decision: Decision) -> str:
    """`Ben Example (Programme lead)`; `Ada Example (CIO) and Cy Example for Dan Example (CMO)`."""
    return format_list(map(str, (*decision.agreed_by, decision.author)))


def decision_sentences(decision: Decision, on: date | None = None) -> tuple[str, ...]:
    """What was decided, by whom, until when, and because of what: a sentence each.

    `on` is the day of the decision in the reader's time zone, left out where it is None.
    """
    # Not str.capitalize, which would write the rest in lower case: keys and names stand there.
    meaning = f"{decision.meaning[:1].upper()}{decision.meaning[1:]}."
    day = f" on {format_day(on)}" if on else ""
    parts = [meaning, f"Decided by {name_author(decision)}{day}."]
    if decision.awaits and decision.until:
        parts.append(f"Awaiting {decision.awaits} by {format_day(decision.until)}.")
    if decision.reason:
        parts.append(f"Reason: {end_sentence(decision.reason)}")
    if decision.replaces:
        parts.append(f"It replaces {decision.replaces}.")
    if bounds := _bounds_text(decision):
        parts.append(f"It holds up to {bounds}.")
    return tuple(parts)


def _bounds_text(decision: Decision) -> str:
    """The delay, the amounts and the severity up to which a decision holds; empty if to any."""
    bounds = []
    if decision.days is not None:
        late = f"{format_working_days(decision.days)} of delay" if decision.days else "no delay"
        bounds.append(late)
    if decision.value:
        bounds.append(f"{format_money(decision.value)} at stake")
    if decision.severity < max(Severity):
        bounds.append(f"severity {decision.severity.name.lower()}")
    return format_list(bounds)


def why_ended(
    decision: Decision, finding: Finding, model: OperatingModel, today: date
) -> str | None:
    """Why a decision no longer holds for what a rule finds today, as a clause; None if it does."""
    return (
        _ended_by_date(decision, today)
        or _ended_by_size(decision, finding)
        or _ended_by_right(decision, finding, model)
    )


def may_replace(model: OperatingModel, standing: Decision, permitted: PermittedDecision) -> bool:
    """Whether a person with this right may replace a decision that is in force.

    Its author may, whoever has a right that reaches at least as far, and a higher level of the
    escalation path. Those who agreed to it are its authors too.
    """
    if permitted.person.id == standing.person:
        return True
    if permitted.role.id in {agreement.role for agreement in standing.agreed_by}:
        return True
    before, now = right_with_id(model, standing.right), right_with_id(model, permitted.right)
    role = before.role if before else standing.role
    if stands_above(model, permitted.role, role):
        return True
    if now is None:
        return False
    # How far a right reached that the model no longer has is unknown, so only one without a
    # limit reaches as far.
    return includes(now, before) if before else now.up_to == DecisionLimit()


def _ended_by_date(decision: Decision, today: date) -> str | None:
    if decision.until is None or today <= decision.until:
        return None
    if decision.awaits:
        return unkept_text(decision)
    return f"it was decided until {format_day(decision.until)}"


def _ended_by_size(decision: Decision, finding: Finding) -> str | None:
    if finding.severity > decision.severity:
        severity, before = finding.severity.name.lower(), decision.severity.name.lower()
        return f"its severity is {severity} and was {before} when it was decided"
    impact = finding.impact
    if decision.days is not None and impact.days > decision.days:
        return f"it is {format_working_days(impact.days)} late, and {decision.days} were accepted"
    if decision.value is None:
        return None
    accepted = {amount.currency: amount.amount for amount in decision.value}
    if any(amount.amount > accepted.get(amount.currency, 0) for amount in impact.value):
        before = format_money(decision.value) or "nothing"
        return f"{format_money(impact.value)} are at stake, and {before} were when it was decided"
    return None


def _ended_by_right(decision: Decision, finding: Finding, model: OperatingModel) -> str | None:
    measured = replace(finding, rule=decision.rule or finding.rule)
    for author in (*decision.agreed_by, decision.author):
        right = right_with_id(model, author.right)
        # A right that was renamed or withdrawn since does not undo what was decided under it.
        if right and not reaches(right, measured):
            return f"it has outgrown the right of {author.role_name or author.person_name}"
    return None


def _accepted_impact(
    option: Option, answers: Mapping[str, str], conflict: Conflict, model: OperatingModel
) -> Impact:
    """The present impact, or the larger delay and amounts that the answers accept."""
    finding = conflict.finding
    days = max(finding.impact.days, int(answers.get("days", 0)))
    if "on" in answers and finding.needed_by is not None:
        calendar = calendar_with_id(model, model.calendar)
        late = calendar.working_days_between(finding.needed_by, date.fromisoformat(answers["on"]))
        days = max(days, late)
    value = {amount.currency: amount for amount in finding.impact.value}
    for amount in amounts_in(option, answers):
        value[amount.currency] = max(amount, value.get(amount.currency, amount))
    return replace(finding.impact, days=days, value=tuple(value[each] for each in sorted(value)))


def _end(
    option: Option, answers: Mapping[str, str], model: OperatingModel, today: date
) -> date | None:
    if option.until:
        return date.fromisoformat(answers[option.until])
    if option.within is not None:
        return calendar_with_id(model, model.calendar).add_working_days(today, option.within)
    return None
