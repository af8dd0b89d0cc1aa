"""The inbox: what wants a decision now, by severity, and how the connections are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
from sqlalchemy import Connection

from model.conflicts import Conflict, Status
from model.findings import Severity
from model.rules.words import counted, day, listed
from model.warehouse.ledger import read_conflicts
from model.warehouse.quarantine import counts
from pipelines.assets.keys import FAILURE, landing_key, records_key
from pipelines.cards.markdown import bullets, escape, link, metadata_entries
from pipelines.instance import Instance
from pipelines.ui_links import asset_url, card_url, cards_url, own_site

ROWS = 9
"""Conflicts shown of each severity; the others are counted and linked."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """For whom lines are written: on which site, what functions are called, the day it is."""

    site: str
    functions: Mapping[str, str]
    today: date


def _reader(instance: Instance, now: datetime) -> _Reader:
    functions = {function.id: function.name for function in instance.model.functions}
    return _Reader(own_site(instance.deployment.ui_url), functions, instance.today(now))


def inbox_metadata(
    instance: Instance, dagster_instance: dg.DagsterInstance, now: datetime
) -> dict[str, Any]:
    """Open conflicts by severity, the connections, and counts that Dagster plots over time."""
    with instance.engine.connect() as connection:
        conflicts = list(read_conflicts(connection, Status.OPEN).values())
        connections = list(_connections(instance, dagster_instance, connection))
    told = _reader(instance, now)
    by_severity = Counter(conflict.severity for conflict in conflicts)
    shown: dict[str, dg.MarkdownMetadataValue] = {}
    for severity in sorted(by_severity, reverse=True):
        name = f"{severity.name.lower()} conflicts"
        shown |= _conflicts(name, [c for c in conflicts if c.severity is severity], told)
    return {
        **(shown or metadata_entries("conflicts", ["Nothing wants a decision."])),
        **metadata_entries("connections", bullets(connections)),
        "open": len(conflicts),
        **{one.name.lower(): by_severity[one] for one in sorted(Severity, reverse=True)},
        "past their decision time": sum(_overdue(one, told) for one in conflicts),
    }


def _conflicts(
    name: str, conflicts: Sequence[Conflict], told: _Reader
) -> dict[str, dg.MarkdownMetadataValue]:
    """Conflicts as a list in metadata of this name: each with its card, who decides and by when."""
    lines = [_line(conflict, told) for conflict in conflicts[:ROWS]]
    if more := len(conflicts) - len(lines):
        lines.append(link(f"and {more:,} more", cards_url(told.site)))
    return metadata_entries(name, bullets(lines))


def _line(conflict: Conflict, told: _Reader) -> str:
    who = conflict.escalation.authority
    between = escape(listed(told.functions.get(f, f) for f in conflict.finding.functions))
    decides = f"**{escape(who.person_name)}** decides" if who else "**nobody** may decide"
    by = f"by {day(conflict.escalation.decide_by)}"
    late = ", which is past" if _overdue(conflict, told) else ""
    title = link(conflict.wording.title, card_url(told.site, conflict))
    return f"{title}\\\n  {between}: {decides} {by}{late}"


def _overdue(conflict: Conflict, told: _Reader) -> bool:
    return conflict.escalation.decide_by < told.today


def _connections(
    instance: Instance, dagster_instance: dg.DagsterInstance, connection: Connection
) -> Iterator[str]:
    """One line each: whether and when it was last read, and what of it waits in quarantine."""
    site, zone = own_site(instance.deployment.ui_url), ZoneInfo(instance.model.time_zone)
    quarantined = counts(connection)
    for name in instance.deployment.connection_names:
        held, partly = quarantined.get(name, (0, 0))
        waits = [f"**{counted(held, 'record')} in quarantine**"] if held else []
        waits += [f"{counted(partly, 'record')} with a field left out"] if partly else []
        where = link(name, asset_url(site, records_key(name).path))
        yield f"{where}: {', '.join((_last_read(dagster_instance, name, zone), *waits))}"


def _last_read(dagster_instance: dg.DagsterInstance, name: str, zone: ZoneInfo) -> str:
    event = dagster_instance.get_latest_materialization_event(landing_key(name))
    if event is None or event.asset_materialization is None:
        return "never read"
    at = datetime.fromtimestamp(event.timestamp, zone)
    when = f"{day(at.date())} {at:%H:%M %Z}"
    if FAILURE in event.asset_materialization.metadata:
        return f"**could not be read** on {when}"
    return f"read {when}"
