"""The inbox: what wants a decision now, by severity, and how the connections are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import dagster as dg
from sqlalchemy import text

from model.conflicts import Conflict, Status
from model.findings import Severity
from model.rules.words import day
from model.warehouse.ledger import read_conflicts
from model.warehouse.quarantine import counts
from pipelines.cards.markdown import escaped, link, table
from pipelines.instance import Instance
from pipelines.ui_links import card_path

ROWS = 9

_LAST_READ = text("""
    select connection, max(moved_at) as moved_at from cursor
    where stage = 'pull' group by connection
""")


def inbox_metadata(instance: Instance, now: datetime) -> dict[str, Any]:
    """Tables of open conflicts by severity, counts that plot over time, and the connections."""
    with instance.engine.connect() as connection:
        conflicts = list(read_conflicts(connection, Status.OPEN).values())
        last_read = {row.connection: row.moved_at for row in connection.execute(_LAST_READ)}
        quarantined = counts(connection)
    names = {function.id: function.name for function in instance.model.functions}
    by_severity = Counter(conflict.severity for conflict in conflicts)
    numbers = {"open": len(conflicts)} | {
        severity.name.lower(): by_severity[severity] for severity in reversed(Severity)
    }
    today = instance.today(now)
    overdue = sum(conflict.standing.decide_by < today for conflict in conflicts)
    return {
        **{
            f"{severity.name.lower()} conflicts": dg.MarkdownMetadataValue(
                _conflicts([c for c in conflicts if c.severity is severity], names)
            )
            for severity in reversed(Severity)
            if by_severity[severity]
        },
        **numbers,
        "past their decision time": overdue,
        "connections": dg.MarkdownMetadataValue(
            _connections(instance.deployment.names, last_read, quarantined)
        ),
    }


def _conflicts(conflicts: Sequence[Conflict], names: Mapping[str, str]) -> str:
    rows = [_row(conflict, names) for conflict in conflicts[:ROWS]]
    more = len(conflicts) - len(rows)
    said = table(("Conflict", "Between", "Decides", "By"), rows)
    return f"{said}\n\nand {more} more among the partitions of `conflict`" if more else said


def _row(conflict: Conflict, names: Mapping[str, str]) -> tuple[str, ...]:
    who = conflict.standing.authority
    between = ", ".join(names.get(f, f) for f in conflict.finding.functions)
    return (
        link(conflict.wording.title, card_path(conflict)),
        escaped(between),
        escaped(who.person_name if who else "nobody may"),
        day(conflict.standing.decide_by),
    )


def _connections(
    names: Sequence[str],
    last_read: Mapping[str, datetime],
    quarantined: Mapping[str, tuple[int, int]],
) -> str:
    rows = []
    for name in names:
        held, partly = quarantined.get(name, (0, 0))
        read = f"{last_read[name]:%d %b %Y %H:%M} UTC" if name in last_read else "never"
        rows.append((escaped(name), read, str(held), str(partly)))
    return table(("Connection", "Last read", "Quarantined", "Field left out"), rows)
