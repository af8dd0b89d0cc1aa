"""`interlock audit`: whether the record is whole, and the record of one conflict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import typer

from model.operating_model.schema import OperatingModel
from model.warehouse.audit import Audit, audit_record, read_head
from model.warehouse.ledger import (
    RecordedDecision,
    RecordedEvent,
    read_conflicts,
    read_decisions,
    read_events,
)
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import print_error, print_json, print_line
from pipelines.instance import Instance


def audit(conflict: str | None, *, head: bool, expect: str | None, json: bool) -> None:
    """Verify the whole record, or print that of one conflict, or only the head of the chain.

    Raises Exit(NOT_WHOLE) when something does not fit, Exit(MISCONFIGURED) for an unknown conflict
    and for options that do not go together.
    """
    if sum((conflict is not None, head, expect is not None)) > 1:
        print_error("Give one of CONFLICT, --head and --expect: each is a question of its own")
        raise typer.Exit(ExitCode.MISCONFIGURED)
    with open_home_instance() as instance:
        if conflict is not None:
            _print_conflict(instance, conflict, json=json)
        elif head:
            _print_head(instance, json=json)
        else:
            _print_audit(audit_record(instance.engine, expect and expect.strip()), json=json)


def _print_head(instance: Instance, *, json: bool) -> None:
    with instance.engine.connect() as connection:
        head = read_head(connection)
    if json:
        print_json(asdict(head))
    else:
        print_line(head.hash)


def _print_audit(audit: Audit, *, json: bool) -> None:
    if json:
        print_json({"whole": not audit.faults, **asdict(audit)})
    else:
        _print_audit_text(audit)
    if audit.faults:
        raise typer.Exit(ExitCode.NOT_WHOLE)


def _print_audit_text(audit: Audit) -> None:
    sign = "!" if audit.faults else "✓"
    count = (
        f"{sign} {audit.head.number} entries of events, decisions, releases and operating models"
    )
    print_line(f"{count}, {audit.first_at} to {audit.last_at}" if audit.first_at else count)
    if audit.chained_later:
        print_line(f"  {audit.chained_later} of them are older than the chain and were added to it")
    print_line(f"  head {audit.head.hash}")
    for fault in audit.faults:
        print_error(str(fault))
    if audit.faults:
        print_error(
            "The record is not as Interlock wrote it. Find out who could write to the database, "
            "keep a copy of it as it is, and compare it with the last backup"
        )


def _print_conflict(instance: Instance, conflict_id: str, *, json: bool) -> None:
    with instance.engine.connect() as connection:
        conflict = read_conflicts(connection).get(conflict_id)
        events = read_events(connection, conflict_id)
        decisions = read_decisions(connection, conflict_id)
    if conflict is None and not events:
        print_error(f"{conflict_id}: there is no such conflict; see `interlock conflicts --all`")
        raise typer.Exit(ExitCode.MISCONFIGURED)
    if json:
        print_json(
            {
                "conflict": conflict_id,
                "events": [_event_to_json(each) for each in events],
                "decisions": [asdict(each) for each in decisions],
            }
        )
        return
    print_line(f"{conflict_id}  {conflict.wording.title if conflict else ''}".rstrip())
    lines = [
        *((each.event.at, each.number or 0, _event_lines(each)) for each in events),
        *(
            (each.decided_at, each.number or 0, _decision_lines(each, instance.model))
            for each in decisions
        ),
    ]
    # In the order in which the database recorded them.
    for at, number, (first, *others) in sorted(lines, key=lambda line: line[1]):
        print_line(f"{_name_number(number)}  {_format_instant(at)}  {first}")
        for other in others:
            print_line(f"{'':>6}  {'':>20}  {other}")


def _event_to_json(recorded: RecordedEvent) -> dict[str, Any]:
    event = recorded.event
    return {
        "number": recorded.number,
        "hash": recorded.hash,
        "event": event.event,
        "at": event.at,
        "details": dict(event.details),
    }


def _event_lines(recorded: RecordedEvent) -> list[str]:
    details = recorded.event.details
    said = ", ".join(f"{name} {value}" for name, value in details.items() if value is not None)
    return [f"{recorded.event.event}: {said}" if said else recorded.event.event]


def _decision_lines(decision: RecordedDecision, model: OperatingModel) -> list[str]:
    names = {person.id: person.name for person in model.people}
    return [
        f"decision: {decision.verdict}" + (f" ({decision.meaning})" if decision.meaning else ""),
        f"by {names.get(decision.person, decision.person)} ({decision.person}) as {decision.role}, "
        f"right {decision.right_id}, over {decision.channel}"
        + (f", named there as {decision.identity}" if decision.identity else ""),
        f"because: {decision.reason}",
        *_ground_lines(decision),
    ]


def _ground_lines(decision: RecordedDecision) -> Iterator[str]:
    if decision.bounds:
        seen = {name: value for name, value in decision.bounds.items() if value not in (None, [])}
        yield "size: " + ", ".join(f"{name} {_format(value)}" for name, value in seen.items())
    if decision.model_version:
        yield f"operating model {decision.model_version}"


def _format(value: object) -> str:
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value)


def _name_number(number: int) -> str:
    return f"{number:>6}" if number else f"{'none':>6}"


def _format_instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%SZ")
