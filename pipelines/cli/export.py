"""`interlock export`: the record as JSON Lines or CSV, for other programs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection

from model.conflicts import Conflict
from model.operating_model.calendar import local_day
from model.outcomes import judge
from model.warehouse.ledger import read_conflicts
from model.warehouse.record import read_all_events, read_event_rows, read_taken_decisions
from pipelines.cli.decisions import decision_to_json
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now
from pipelines.instance import Instance
from pipelines.printable import printable_json

Row = Mapping[str, Any]

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}")
"""A spreadsheet takes a cell that begins so for a formula, whatever the CSV quotes."""


class Exported(StrEnum):
    """What can be exported."""

    CONFLICTS = "conflicts"
    DECISIONS = "decisions"
    EVENTS = "events"


class ExportFormat(StrEnum):
    """The form of the export."""

    JSONL = "jsonl"
    CSV = "csv"


def export(what: Exported, form: ExportFormat) -> None:
    """Write all rows to standard output: one JSON object or CSV line per row."""
    with open_home_instance() as instance, instance.engine.connect() as connection:
        rows = _rows(instance, connection, what)
        if form is ExportFormat.JSONL:
            for row in rows:
                print(printable_json(orjson.dumps(dict(row)).decode()))
        else:
            _write_csv(rows)


def _rows(instance: Instance, connection: Connection, what: Exported) -> Iterator[Row]:
    match what:
        case Exported.CONFLICTS:
            yield from map(_conflict_row, read_conflicts(connection).values())
        case Exported.DECISIONS:
            events = read_all_events(connection)
            today = local_day(instance.model, now())
            for decision in read_taken_decisions(connection):
                became = judge(decision, events.get(decision.conflict_id, ()), today)
                yield decision_to_json(decision, became)
        case Exported.EVENTS:
            yield from read_event_rows(connection)


def _conflict_row(conflict: Conflict) -> Row:
    finding, escalation = conflict.finding, conflict.escalation
    authority, impact, decision = escalation.authority, finding.impact, conflict.decision
    return {
        "conflict": conflict.id,
        "rules": list(finding.rules),
        "status": conflict.status.value,
        "severity": conflict.severity.name.lower(),
        "title": conflict.wording.title,
        "explanation": " ".join(conflict.wording.explanation),
        "question": conflict.wording.question,
        "functions": list(finding.functions),
        "about": list(finding.about),
        "needed_by": finding.needed_by,
        "delay_days": impact.days,
        "items_downstream": impact.items,
        "value": [f"{money.amount} {money.currency}" for money in impact.value],
        "level": escalation.level,
        "level_name": escalation.level_name,
        "authority": authority and authority.person,
        "authority_role": authority and authority.role,
        "decide_by": escalation.decide_by,
        "overdue": escalation.overdue,
        "opened_at": conflict.opened_at,
        "changed_at": conflict.changed_at,
        "resolved_at": conflict.resolved_at,
        "merged_into": conflict.merged_into,
        "verdict": decision and decision.verdict,
        "decision": decision and decision.meaning,
        "decided_by": decision and decision.person,
        "decided_at": decision and decision.decided_at,
        "until": decision and decision.until,
        "reopened_because": conflict.reopened_because,
    }


def _write_csv(rows: Iterable[Row]) -> None:
    """Write rows of equal fields with their names as the first line; nothing without a row."""
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row)
        writer.writerow([csv_cell(value) for value in row.values()])


def csv_cell(value: Any) -> str:
    """A value as text that no spreadsheet takes for a formula.

    Lists are joined by `; `, objects are JSON. Numbers stay numbers, also negative ones.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        text = "; ".join(map(str, value))
    elif isinstance(value, Mapping):
        text = orjson.dumps(value).decode()
    elif hasattr(value, "isoformat"):
        text = value.isoformat()
    else:
        text = str(value)
    flat = " ".join(text.split())
    return f"'{flat}" if flat.startswith(_STARTS_FORMULA) else flat
