"""The findings that open no conflict yet, because they rest on data that are too old."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, insert, select

from model.findings import Severity
from model.freshness import OldReading
from model.holding import HeldFinding
from model.warehouse.schema import held_finding

_READINGS = TypeAdapter(tuple[OldReading, ...])


def replace_held_findings(connection: Connection, held: Sequence[HeldFinding]) -> None:
    """Make these, worst first, the findings that are held now; nothing is written if they are."""
    if tuple(held) == read_held_findings(connection):
        return
    connection.execute(delete(held_finding))
    rows = [
        {
            "conflict_id": each.conflict_id,
            "rule": each.rule,
            "title": each.title,
            "severity": int(each.severity),
            "readings": _READINGS.dump_python(each.readings, mode="json"),
        }
        for each in held
    ]
    if rows:
        connection.execute(insert(held_finding), rows)


def read_held_findings(connection: Connection) -> tuple[HeldFinding, ...]:
    """The findings that the last run held, worst first."""
    rows = connection.execute(
        select(held_finding).order_by(held_finding.c.severity.desc(), held_finding.c.conflict_id)
    )
    return tuple(
        HeldFinding(
            row.conflict_id,
            row.rule,
            row.title,
            Severity(row.severity),
            _READINGS.validate_python(row.readings),
        )
        for row in rows
    )
