"""Where a conflict stands on the escalation path, in the words its comments and cards use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from model.conflicts import EscalationStatus, FollowingLevel, NamedAuthority
from model.findings import Finding
from model.operating_model.absences import away_until
from model.operating_model.calendar import local_day
from model.operating_model.escalation import AssignedLevel, locate_on_path
from model.operating_model.rights import DecisionAuthority
from model.operating_model.schema import OperatingModel
from model.rules.words import format_day, format_list


def escalation_status_at(
    model: OperatingModel, now: datetime
) -> Callable[[Finding, datetime], EscalationStatus]:
    """The function from a finding and the instant its conflict opened to its status at `now`."""

    def status_of(finding: Finding, opened_at: datetime) -> EscalationStatus:
        position = locate_on_path(model, finding, finding.severity, opened_at, now)
        level = position.current
        asked = tuple(map(_named, level.authorities))
        parties = asked if len(asked) > 1 else ()
        return EscalationStatus(
            level=level.number,
            level_name=level.name,
            authority=asked[0] if asked else None,
            decide_by=level.decide_by,
            otherwise=_otherwise_text(position.following),
            overdue=position.is_overdue,
            following=_following(position.following),
            parties=parties,
            awaited=parties,
            came_from=_origin_text(position.came_from),
            absence=" ".join(_absence_sentences(level, local_day(model, now))),
        )

    return status_of


def _named(authority: DecisionAuthority) -> NamedAuthority:
    return NamedAuthority(
        role=authority.role.id,
        role_name=authority.role.name,
        person=authority.person.id,
        person_name=authority.person.name,
        for_name=authority.holder.name if authority.holder else "",
    )


def _following(level: AssignedLevel | None) -> FollowingLevel | None:
    if level is None or level.authority is None:
        return None
    return FollowingLevel(person_name=level.authority.person.name, decide_by=level.decide_by)


def _otherwise_text(following: AssignedLevel | None) -> str:
    if following is None or not following.authorities:
        # A level that exists but has no authority helps as little as none.
        return "it stays undecided, for nobody stands above them"
    names = format_list(map(str, following.authorities))
    verb = "has" if len(following.authorities) == 1 else "have"
    return f"it goes to {names}, who then {verb} until {format_day(following.decide_by)}"


def _origin_text(came_from: Sequence[AssignedLevel]) -> str:
    """`escalated from Ben Example (CMO), who was to decide by 3 Dec 2026`; empty at first."""
    clauses = [clause for level in came_from for clause in _former_clauses(level)]
    return f"escalated from {', and past '.join(clauses)}" if clauses else ""


def _former_clauses(level: AssignedLevel) -> Iterator[str]:
    if level.away_from is None:
        names = format_list(map(str, level.authorities))
        verb = "was" if len(level.authorities) == 1 else "were"
        yield f"{names}, who {verb} to decide by {format_day(level.decide_by)}"
        return
    for authority in level.authorities:
        if until := away_until(authority.person, level.away_from, authority.calendar):
            yield f"{authority}, away until {format_day(until)} with nobody to stand in"


def _absence_sentences(level: AssignedLevel, today: date) -> Iterator[str]:
    """Who is away, where that is why another person is asked or the time is short."""
    day = max(today, level.first)
    for authority in level.authorities:
        until = away_until(authority.people[0], day, authority.calendar)
        if until and authority.holder:
            yield f"{authority.holder.name} is away until {format_day(until)}."
        elif until and until >= level.decide_by:
            yield f"{authority.person.name} is away until {format_day(until)}; nobody stands in."
        elif level.away_from:
            yield from _later_absence(authority, level.away_from)


def _later_absence(authority: DecisionAuthority, away_from: date) -> Iterator[str]:
    if until := away_until(authority.person, away_from, authority.calendar):
        name = authority.person.name
        yield f"{name} is away after that until {format_day(until)}; nobody stands in."


def deadline_text(status: EscalationStatus) -> tuple[str, str]:
    """The words between who decides and the day, and the sentences after the day."""
    is_single = len(status.asked) < 2
    together = "" if is_single else " together"
    if status.overdue:
        verb, end = ("was" if is_single else "were") + " to decide", "It is still undecided."
    else:
        verb, end = "decides" if is_single else "decide", f"Otherwise {status.otherwise}."
    # Not str.capitalize, which would write names in lower case.
    origin = f"{status.came_from[:1].upper()}{status.came_from[1:]}." if status.came_from else ""
    return f"{verb}{together} by", " ".join(filter(None, (status.absence, origin, end)))
