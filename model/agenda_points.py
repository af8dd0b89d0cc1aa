"""One point of a forum's agenda: a conflict to decide, its options and what follows from each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from model.agreement import proposal_sentences
from model.conflicts import Conflict, EscalationStatus
from model.decisions import describe_decision
from model.escalation_status import deadline_text
from model.findings import Severity
from model.operating_model.schema import Person
from model.rules.options import Option, fill_in
from model.rules.words import (
    format_count,
    format_day,
    format_list,
    format_money,
    format_working_days,
)


@dataclass(frozen=True, slots=True)
class AgendaOption:
    """One way to decide a point, by its id, and what follows from it: sentences."""

    id: str
    label: str
    consequences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgendaPoint:
    """A conflict that the forum can decide at its meeting.

    `stake` is what depends on it, empty if nothing does. `decides` is who has to decide it on the
    day of the meeting, and by when; `may_decide` are those of the forum who may. `notes` are what
    else has to be known: that it is open again, that its data are old, that it is due earlier.
    """

    conflict_id: str
    severity: Severity
    title: str
    between: tuple[str, ...]
    why: tuple[str, ...]
    question: str
    stake: str
    options: tuple[AgendaOption, ...]
    decides: tuple[str, ...]
    decide_by: date
    otherwise: str
    may_decide: tuple[str, ...]
    notes: tuple[str, ...] = ()


def build_point(
    conflict: Conflict,
    escalation: EscalationStatus,
    deciders: Sequence[Person],
    options: Sequence[Option],
    function_names: Mapping[str, str],
    meeting: date,
) -> AgendaPoint:
    """The point of a conflict that stands so on the escalation path on the day of the meeting."""
    names = function_names
    return AgendaPoint(
        conflict.id,
        conflict.severity,
        conflict.wording.title,
        tuple(names.get(function, function) for function in conflict.finding.functions),
        conflict.wording.explanation,
        conflict.wording.question,
        _stake(conflict),
        tuple(_option(each, conflict) for each in options),
        tuple(map(str, escalation.asked)),
        escalation.decide_by,
        escalation.otherwise,
        tuple(person.name for person in deciders),
        tuple(_notes(conflict, meeting)),
    )


def _notes(conflict: Conflict, meeting: date) -> Iterator[str]:
    if conflict.former_decision:
        before = describe_decision(conflict.former_decision)
        yield f"Open again: {conflict.reopened_because}. Before, {before}."
    now = conflict.escalation
    if now.decide_by < meeting and now.authority and not conflict.old_readings:
        people, (verb, _) = format_list(map(str, now.asked)), deadline_text(now)
        yield f"Due before this meeting: {people} {verb} {format_day(now.decide_by)}."
    yield from proposal_sentences(conflict)
    if conflict.age_text:
        yield conflict.age_text


def _stake(conflict: Conflict) -> str:
    impact = conflict.finding.impact
    parts = (
        format_working_days(impact.days) if impact.days else "",
        f"{format_count(impact.items, 'item')} downstream" if impact.items else "",
        format_money(impact.value),
    )
    return ", ".join(filter(None, parts))


def _option(option: Option, conflict: Conflict) -> AgendaOption:
    terms = dict(conflict.wording.terms)
    # As the form is prefilled; what the forum still has to name is left open.
    answers = {field.name: terms.get(field.default, "…") for field in option.fields}
    return AgendaOption(
        option.id,
        fill_in(option.label, terms),
        tuple(_consequences(option, terms, answers, conflict)),
    )


def _consequences(
    option: Option, terms: Mapping[str, str], answers: Mapping[str, str], conflict: Conflict
) -> Iterator[str]:
    meaning = fill_in(option.meaning, terms, answers)
    yield f"{meaning[:1].upper()}{meaning[1:]}."
    end = f"by {fill_in(f'{{{option.until}}}', answers)}" if option.until else ""
    if option.within is not None:
        end = f"within {format_working_days(option.within)}"
    if option.awaits and end:
        awaited = fill_in(option.awaits, terms, answers)
        yield f"It is open again unless this is in the tools {end}: {awaited}."
    impact = conflict.finding.impact
    if option.accepts_size and impact.days:
        yield f"It is open again if the delay passes {format_working_days(impact.days)}."
    if option.needs_reason:
        yield "It needs its reason."


def between_text(point: AgendaPoint) -> str:
    """`Between IT and Marketing`, `Within IT`."""
    where = "Between" if len(point.between) > 1 else "Within"
    return f"{where} {format_list(point.between)}"
