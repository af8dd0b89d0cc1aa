"""The agenda of a forum: what needs a decision there, and what became of what was decided.

It is a function of the conflicts, the record and the day alone. It lists no conflict that the forum
need not decide, and reports no status.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from model.agenda_points import AgendaPoint, build_point
from model.agreement import with_turn
from model.conflicts import Conflict, EscalationStatus, Status
from model.escalation_status import escalation_status_at
from model.findings import Severity
from model.ledger import Event
from model.operating_model.absences import present_for, present_instead
from model.operating_model.calendar import local_day
from model.operating_model.forums import Forum
from model.operating_model.meetings import last_meeting, next_meeting
from model.operating_model.people import person_with_id, role_with_id
from model.operating_model.rights import (
    PermittedDecision,
    find_authorities,
    may_decide,
)
from model.operating_model.schema import OperatingModel, Person
from model.outcomes import Outcome, TakenDecision, judge
from model.rules import RuleSet
from model.rules.words import format_day, format_list


@dataclass(frozen=True, slots=True)
class AgendaOutcome:
    """A decision since the last meeting, and what became of it; `on` is the day of the decision.

    `person` names whoever decided: all of them where functions had to agree.
    """

    conflict_id: str
    title: str
    meaning: str
    person: str
    on: date
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class Unauthorised:
    """A conflict in the scope of the forum that nobody there may decide, and who may."""

    conflict_id: str
    title: str
    who_may: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a forum has to decide at one meeting.

    `meeting` and `since`, the meeting before it, have the time zone of the operating model.
    """

    forum: Forum
    meeting: datetime
    since: datetime | None
    chair: str
    members: tuple[str, ...]
    points: tuple[AgendaPoint, ...]
    outcomes: tuple[AgendaOutcome, ...]
    unauthorised: tuple[Unauthorised, ...]

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to decide; otherwise no meeting is needed."""
        return bool(self.points)


@dataclass(frozen=True, slots=True)
class AgendaData:
    """What an agenda is made of.

    `conflicts` are all on record, `initiatives` those of each by conflict id, `events` the events
    of each in their order, `decisions` all in their order.
    """

    conflicts: Mapping[str, Conflict]
    initiatives: Mapping[str, frozenset[str]]
    events: Mapping[str, Sequence[Event]]
    decisions: Sequence[TakenDecision]
    rules: RuleSet


def build_agenda(model: OperatingModel, forum: Forum, data: AgendaData, today: date) -> Agenda:
    """The agenda of the first meeting on this day or later."""
    meeting = next_meeting(model, forum, today)
    day = meeting.date()
    since = last_meeting(model, forum, day)
    people = _people(model, forum, day)
    status_of = escalation_status_at(model, meeting)
    points, unauthorised = [], []
    for conflict in data.conflicts.values():
        if conflict.status is not Status.OPEN:
            continue
        escalation = conflict.escalation
        # While a conflict rests on old data its deadline waits, and so does its level.
        if not conflict.old_readings:
            escalation = status_of(conflict.finding, conflict.counts_from)
            escalation = with_turn(escalation, conflict.proposals)
        if not _is_in_scope(forum, conflict, escalation, data):
            continue
        deciders = [person for person in people if _may_decide(model, person, conflict, day)]
        if deciders:
            options = tuple(data.rules.options_of(conflict.finding.rule).values())
            names = model.function_names
            points.append(build_point(conflict, escalation, deciders, options, names, day))
        else:
            who = dict.fromkeys(map(str, find_authorities(model, conflict.finding)))
            unauthorised.append(Unauthorised(conflict.id, conflict.wording.title, tuple(who)))
    return Agenda(
        forum,
        meeting,
        since,
        _names(model, forum.chair, day),
        tuple(_names(model, member, day) for member in forum.members if member != forum.chair),
        tuple(sorted(points, key=_urgency)),
        tuple(_outcomes(model, forum, data, since, today)),
        tuple(sorted(unauthorised, key=lambda each: (each.title, each.conflict_id))),
    )


def _urgency(point: AgendaPoint) -> tuple[object, ...]:
    return (-point.severity, point.decide_by, point.conflict_id)


def _is_in_scope(
    forum: Forum, conflict: Conflict, escalation: EscalationStatus, data: AgendaData
) -> bool:
    scope, finding = forum.scope, conflict.finding
    initiatives = data.initiatives.get(conflict.id, frozenset())
    return (
        (not scope.functions or bool(set(scope.functions) & set(finding.functions)))
        and (not scope.initiatives or bool(set(scope.initiatives) & initiatives))
        and (not scope.rules or finding.rule in scope.rules)
        and (not scope.levels or escalation.level_name in scope.levels)
        and conflict.severity >= Severity[scope.min_severity.upper()]
    )


def _people(model: OperatingModel, forum: Forum, day: date) -> list[Person]:
    """Everybody of the forum who is there on a day, its chair first, each only once."""
    people = (
        person
        for member in (forum.chair, *forum.members)
        for person in _people_of_member(model, member, day)
    )
    return list({person.id: person for person in people}.values())


def _people_of_member(model: OperatingModel, member: str, day: date) -> tuple[Person, ...]:
    if member in {role.id for role in model.roles}:
        return present_for(model, role_with_id(model, member), day)
    person = present_instead(model, member, day)
    return (person,) if person else ()


def _names(model: OperatingModel, member: str, day: date) -> str:
    """`Dan for Jonas Krüger (Head of IT)`; a person without a role there has no more than a name.

    Where nobody is there on that day, who is expected is named.
    """
    roles = {role.id: role for role in model.roles}
    role = roles.get(member)
    expected = person_with_id(model, role.holder if role else member)
    there = next(iter(_people_of_member(model, member, day)), expected)
    name = there.name if there == expected else f"{there.name} for {expected.name}"
    return f"{name} ({role.name})" if role else name


def _may_decide(model: OperatingModel, person: Person, conflict: Conflict, day: date) -> bool:
    return isinstance(may_decide(model, person, conflict.finding, day), PermittedDecision)


def _outcomes(
    model: OperatingModel, forum: Forum, data: AgendaData, since: datetime | None, today: date
) -> Iterator[AgendaOutcome]:
    names = {person.id: person.name for person in model.people}
    for decision in data.decisions:
        conflict = data.conflicts.get(decision.conflict_id)
        is_new = since is None or decision.decided_at >= since
        if conflict is None or not is_new:
            continue
        if not _is_in_scope(forum, conflict, conflict.escalation, data):
            continue
        judged = judge(decision, data.events.get(conflict.id, ()), today)
        yield AgendaOutcome(
            conflict.id,
            conflict.wording.title,
            decision.meaning or decision.verdict,
            format_list(names.get(each, each) for each in (*decision.agreed_by, decision.person)),
            local_day(model, decision.decided_at),
            judged.outcome,
            outcome_text(decision, judged.because),
        )


def outcome_text(decision: TakenDecision, because: str) -> str:
    """Why a decision ended, or until when it holds or what it awaits; empty if nothing does."""
    if because:
        return because
    if decision.awaits and decision.until:
        return f"{decision.awaits} by {format_day(decision.until)}"
    return f"until {format_day(decision.until)}" if decision.until else ""


def agenda_title(agenda: Agenda) -> str:
    """`CDP round, Tue 3 Mar 2026, 10:00 (CET)`."""
    at = agenda.meeting
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[at.weekday()]
    return f"{agenda.forum.name}, {weekday} {format_day(at.date())}, {at:%H:%M} ({at.tzname()})"
