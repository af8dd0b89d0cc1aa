"""`interlock decisions`: what was decided, by whom, and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from model.agenda import outcome_text
from model.conflicts import Conflict
from model.operating_model.calendar import local_day
from model.operating_model.schema import OperatingModel
from model.outcomes import JudgedOutcome, TakenDecision, judge
from model.rules.words import format_day
from model.warehouse.conflict_versions import read_conflicts_as_of
from model.warehouse.ledger import read_conflicts
from model.warehouse.record import read_all_events, read_taken_decisions
from pipelines.cli.as_of import end_of_day, model_as_of
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_json, print_line, print_table


def decisions(*, as_of: datetime | None, json: bool) -> None:
    """Print all decisions, the newest first, and what had become of each by the end of a day."""
    with open_home_instance() as instance:
        instant = as_of and end_of_day(as_of, instance)
        with instance.engine.connect() as connection:
            model = model_as_of(instance, connection, instant)
            taken = read_taken_decisions(connection, instant)
            events = read_all_events(connection, instant)
            conflicts = (
                read_conflicts_as_of(connection, instant) if instant else read_conflicts(connection)
            )
        today = local_day(instance.model, instant or now())
    judged = [(each, judge(each, events.get(each.conflict_id, ()), today)) for each in taken[::-1]]
    if json:
        print_json([decision_to_json(each, became) for each, became in judged])
    elif judged:
        print_table(
            ("On", "Conflict", "What", "Decided", "By", "Became"),
            [_row(each, became, model, conflicts) for each, became in judged],
            "Decisions",
        )
    else:
        print_line("Nothing was decided.")


def _row(
    decision: TakenDecision,
    became: JudgedOutcome,
    model: OperatingModel,
    conflicts: dict[str, Conflict],
) -> tuple[str, ...]:
    conflict = conflicts.get(decision.conflict_id)
    return (
        format_day(local_day(model, decision.decided_at)),
        decision.conflict_id,
        conflict.wording.title if conflict else "",
        decision.meaning or decision.verdict,
        _person(decision, model),
        _became(decision, became),
    )


def decision_text(decision: TakenDecision, became: JudgedOutcome, model: OperatingModel) -> str:
    """`Decided on 4 Mar 2026 by Ada (CIO): … (awaited: … by 6 Mar 2026)`."""
    day: date = local_day(model, decision.decided_at)
    because = f" Reason: {decision.reason}" if decision.reason else ""
    return (
        f"Decided on {format_day(day)} by {_person(decision, model)}: "
        f"{decision.meaning or decision.verdict} ({_became(decision, became)}).{because}"
    )


def _person(decision: TakenDecision, model: OperatingModel) -> str:
    people = {person.id: person.name for person in model.people}
    roles = {role.id: role.name for role in model.roles}
    person = people.get(decision.person, decision.person)
    return f"{person} ({roles.get(decision.role, decision.role)})"


def _became(decision: TakenDecision, became: JudgedOutcome) -> str:
    detail = outcome_text(decision, became.because)
    return f"{became.outcome}: {detail}" if detail else became.outcome.value


def decision_to_json(decision: TakenDecision, became: JudgedOutcome) -> dict[str, Any]:
    """A decision and what became of it as JSON values; instants are in UTC."""
    return {
        "conflict": decision.conflict_id,
        "verdict": decision.verdict,
        "meaning": decision.meaning,
        "person": decision.person,
        "role": decision.role,
        "right": decision.right,
        "channel": decision.channel,
        "reason": decision.reason,
        "decided_at": decision.decided_at,
        "until": decision.until,
        "awaits": decision.awaits,
        "replaces": decision.replaces,
        "outcome": became.outcome.value,
        "since": became.since,
        "because": became.because,
    }
