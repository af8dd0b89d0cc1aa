"""Map: from landing to the shared model, in batches, each with its cursor in one transaction.

A changed mapping (settings, operating model, or the connector's own code) starts over from
landing, without another pull.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from connectors.base import Connector, RawRecord
from connectors.tools import installed_tools
from model.operating_model.lookups import lookups_for
from model.records import Mapped
from model.warehouse.landing import LandingRow, move_cursor, read_cursor, unmapped
from model.warehouse.load import LoadResult, load_records
from model.warehouse.locks import exclusive_lock
from pipelines.instance import Instance

BATCH = 1000


def map_records(instance: Instance, name: str, now: datetime) -> LoadResult:
    """Take over what landed since the last mapping of one connection."""
    mapping = _fingerprint(instance, name)
    with exclusive_lock(instance.engine, name), instance.connector(name) as connector:
        taken = (_stream(instance, connector, s, mapping, now) for s in connector.streams)
        return sum(taken, LoadResult())


def _stream(
    instance: Instance, connector: Connector, stream: str, mapping: str, now: datetime
) -> LoadResult:
    with instance.engine.connect() as connection:
        position = read_cursor(connection, connector.name, stream, "map") or {}
    seq = position.get("seq", 0) if position.get("mapping") == mapping else 0
    total = LoadResult()
    while True:
        with instance.engine.begin() as connection:
            rows = unmapped(connection, connector.name, stream, seq, BATCH)
            if rows:
                seq = rows[-1].seq
                batch = [(row, _mapped(connector, stream, row)) for row in rows]
                total += load_records(
                    connection, connector.name, stream, batch, now, instance.references
                )
            at = {"seq": seq, "mapping": mapping}
            move_cursor(connection, connector.name, stream, "map", at, now)
        if len(rows) < BATCH:
            return total


def _mapped(connector: Connector, stream: str, row: LandingRow) -> Mapped:
    """A record that is gone from its tool becomes nothing."""
    if row.gone_reason is not None:
        return Mapped()
    return connector.map(stream, RawRecord(row.native_id, row.payload), row.landed_at)


def _fingerprint(instance: Instance, name: str) -> str:
    """Changes whenever the same landed record could become something else."""
    settings = instance.deployment.connections[name]
    lookups = lookups_for(instance.model, name, instance.references)
    told = (
        installed_tools().named(settings.tool).mapping_version,
        settings.model_dump_json(),
        sorted(lookups.statuses.items()),
        sorted(lookups.functions),
        sorted(lookups.initiatives.items()),
        sorted(lookups.wbs.items()),
        lookups.references,
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
