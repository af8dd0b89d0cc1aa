"""The connections in the inbox: when each was last read, and what of it is held back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
from sqlalchemy import Connection

from model.rules.words import format_count, format_day
from model.warehouse.holds import Hold, read_holds
from model.warehouse.quarantine import count_problems
from pipelines.assets.keys import FAILURE, landing_key, records_key
from pipelines.cards.markdown import link
from pipelines.instance import Instance
from pipelines.ui_links import asset_url, own_site


def connection_lines(
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
