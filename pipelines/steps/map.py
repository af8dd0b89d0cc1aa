"""Map: from landing to the shared model, in batches, each committed together with its cursor.

When the mapping changes (settings, operating model, or the tool's mapping version), all raw
records are mapped again from landing, without another pull.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from connectors.base import Connector, RawRecord
from connectors.tools import installed_tools
from model.operating_model.lookups import lookups_for
from model.records import Mapped
from model.warehouse.landing import LandingRow, move_cursor, read_cursor, read_unmapped
from model.warehouse.load import LoadResult, load_records
from model.warehouse.locks import exclusive_lock
from pipelines.instance import Instance

BATCH = 1000


def map_records(instance: Instance, name: str, now: datetime) -> LoadResult:
    """Map and load the raw records of one connection that landed since its last mapping."""
    mapping = _fingerprint_mapping(instance, name)
    with exclusive_lock(instance.engine, name), instance.connector(name) as connector:
        results = (
            _map_stream(instance, connector, stream, mapping, now) for stream in connector.streams
        )
        return sum(results, LoadResult())


def _map_stream(
    instance: Instance, connector: Connector, stream: str, mapping: str, now: datetime
) -> LoadResult:
    with instance.engine.connect() as connection:
        position = read_cursor(connection, connector.name, stream, "map") or {}
    seq = position.get("seq", 0) if position.get("mapping") == mapping else 0
    total = LoadResult()
    while True:
        with instance.engine.begin() as connection:
            rows = read_unmapped(connection, connector.name, stream, seq, BATCH)
            if rows:
                seq = rows[-1].seq
                batch = [(row, _map_row(connector, stream, row)) for row in rows]
                total += load_records(
                    connection, connector.name, stream, batch, now, instance.references
                )
            position = {"seq": seq, "mapping": mapping}
            move_cursor(connection, connector.name, stream, "map", position, now)
        # A short batch was the last; asking once more would only find nothing.
        if len(rows) < BATCH:
            return total


def _map_row(connector: Connector, stream: str, row: LandingRow) -> Mapped:
    # A record that is gone from its tool maps to nothing, which ends its present version.
    if row.gone_reason is not None:
        return Mapped()
    return connector.map(stream, RawRecord(row.native_id, row.payload), row.landed_at)


def _fingerprint_mapping(instance: Instance, name: str) -> str:
    """A digest that changes whenever the same raw record could map to something else."""
    settings = instance.deployment.connections[name]
    lookups = lookups_for(instance.model, name, instance.references)
    inputs = (
        installed_tools().named(settings.tool).mapping_version,
        # Defaults are left out: a new optional setting must not map every record again.
        settings.model_dump_json(exclude={"schedule", "budget"}, exclude_defaults=True),
        sorted(lookups.statuses.items()),
        sorted(lookups.functions),
        sorted(lookups.initiatives.items()),
        sorted(lookups.wbs.items()),
        lookups.references,
    )
    return hashlib.sha256(repr(inputs).encode()).hexdigest()[:16]
