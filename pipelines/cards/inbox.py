"""The inbox: what needs a decision now, by severity, and the state of the connections."""

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
from model.freshness import readings_text
from model.holding import HeldFinding
from model.rules.words import format_count, format_day, format_list
from model.warehouse.held_findings import read_held_findings
from model.warehouse.holds import Hold, read_holds
from model.warehouse.ledger import read_conflicts
from model.warehouse.quarantine import count_problems
from pipelines.assets.keys import FAILURE, landing_key, records_key
from pipelines.cards.markdown import bullets, escape, link, metadata_entries
from pipelines.instance import Instance
from pipelines.ui_links import asset_url, card_url, cards_url, own_site

# Dagster shows Markdown of up to 1,000 characters at once, and hides longer text behind a click.
MOST_ROWS = 9
"""Conflicts listed per severity; the others are counted and linked."""


@dataclass(frozen=True, slots=True)
class InboxContext:
    """What all lines share: the start of links, names of functions by id, and the present day."""

    site: str
    function_names: Mapping[str, str]
    today: date


def inbox_metadata(
    instance: Instance, dagster_instance: dg.DagsterInstance, now: datetime
) -> dict[str, Any]:
    """Open conflicts by severity, the connections, and counts that Dagster plots over time."""
    with instance.engine.connect() as connection:
        conflicts = list(read_conflicts(connection, Status.OPEN).values())
        connection_lines = list(_connection_lines(instance, dagster_instance, connection))
        held = read_held_findings(connection)
    context = _build_context(instance, now)
    totals = Counter(conflict.severity for conflict in conflicts)
    lists: dict[str, dg.MarkdownMetadataValue] = {}
    for severity in sorted(totals, reverse=True):
        same_severity = [conflict for conflict in conflicts if conflict.severity is severity]
        lists |= _conflict_list(f"{severity.name.lower()} conflicts", same_severity, context)
    return {
        **(lists or metadata_entries("conflicts", ["Nothing needs a decision."])),
        **metadata_entries("held findings", bullets(_held_line(each) for each in held)),
        **metadata_entries("connections", bullets(connection_lines)),
        "open": len(conflicts),
        "held": len(held),
        # Also those with a count of zero: Dagster plots a gap where a run has no value.
        **{severity.name.lower(): totals[severity] for severity in sorted(Severity, reverse=True)},
        "past their decision time": sum(is_overdue(each, context.today) for each in conflicts),
    }


def is_overdue(conflict: Conflict, today: date) -> bool:
    """Whether the time to decide is over; the last day to decide still counts as in time.

    While a conflict rests on old data its deadline waits.
    """
    return not conflict.old_readings and conflict.escalation.decide_by < today


def _build_context(instance: Instance, now: datetime) -> InboxContext:
    function_names = instance.model.function_names
    site = own_site(instance.deployment.ui_url)
    return InboxContext(site, function_names, instance.today(now))


def _conflict_list(
    entry_name: str, conflicts: Sequence[Conflict], context: InboxContext
) -> dict[str, dg.MarkdownMetadataValue]:
    """Conflicts as a list under this name: each with its card, who decides and by when."""
    lines = [_conflict_line(conflict, context) for conflict in conflicts[:MOST_ROWS]]
    if more := len(conflicts) - len(lines):
        lines.append(link(f"and {more:,} more", cards_url(context.site)))
    return metadata_entries(entry_name, bullets(lines))


def _conflict_line(conflict: Conflict, context: InboxContext) -> str:
    authority = conflict.escalation.authority
    names = [context.function_names.get(each, each) for each in conflict.finding.functions]
    decides = (
        f"**{escape(authority.person_name)}** decides" if authority else "**nobody** may decide"
    )
    deadline = f"by {format_day(conflict.escalation.decide_by)}"
    late = ", which is past" if is_overdue(conflict, context.today) else ""
    title = link(conflict.wording.title, card_url(context.site, conflict))
    age = f"\\\n  {escape(conflict.age_text)}" if conflict.age_text else ""
    return f"{title}\\\n  {escape(format_list(names))}: {decides} {deadline}{late}{age}"


def _held_line(held: HeldFinding) -> str:
    """What a rule found in data that are too old to open a conflict."""
    severity = held.severity.name.capitalize()
    age = escape(f"Rests on {readings_text(held.readings)}.")
    return f"{severity}: {escape(held.title)}\\\n  {age}"


def _connection_lines(
    instance: Instance, dagster_instance: dg.DagsterInstance, connection: Connection
) -> Iterator[str]:
    """One line per connection: when it was last read, and how many records are in quarantine."""
    site, zone = own_site(instance.deployment.ui_url), ZoneInfo(instance.model.time_zone)
    quarantined, holds = count_problems(connection), read_holds(connection)
    for name in instance.deployment.connection_names:
        held, partly = quarantined.get(name, (0, 0))
        parts = [_last_read_text(dagster_instance, name, zone)]
        parts += [_hold_text(holds[name])] if name in holds else []
        parts += [f"**{format_count(held, 'record')} in quarantine**"] if held else []
        parts += [f"{format_count(partly, 'record')} with a field left out"] if partly else []
        yield f"{link(name, asset_url(site, records_key(name).path))}: {', '.join(parts)}"


def _hold_text(hold: Hold) -> str:
    count = hold.removed + hold.altered
    return (
        f"**held**: its last change concerns {count:,} of {format_count(hold.present, 'record')} "
        f"and waits for a second read from {hold.confirm_from:%Y-%m-%d %H:%M} UTC on, or for the "
        "job release"
    )


def _last_read_text(dagster_instance: dg.DagsterInstance, name: str, zone: ZoneInfo) -> str:
    event = dagster_instance.get_latest_materialization_event(landing_key(name))
    if event is None or event.asset_materialization is None:
        return "never read"
    at = datetime.fromtimestamp(event.timestamp, zone)
    when = f"{format_day(at.date())} {at:%H:%M %Z}"
    # An asset whose connection failed is materialized too, so that the other assets go on.
    if FAILURE in event.asset_materialization.metadata:
        return f"**could not be read** on {when}"
    return f"read {when}"
