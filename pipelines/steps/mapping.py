"""The mapping of one connection: what it reads of landing, how far it came, and what it holds."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from connectors.base import ConnectionFailed, Connector, RawRecord
from model.operating_model.lookups import lookups_for
from model.plugin_errors import PLUGIN_ERRORS, describe_error
from model.records import Mapped, Problem
from model.warehouse.connection_states import record_mapping_end, record_unusable
from model.warehouse.holds import (
    Hold,
    end_hold,
    find_streams_without_records,
    save_hold,
)
from model.warehouse.landing import LandingRow, move_cursor, read_cursor, read_unmapped
from model.warehouse.load import LoadResult, load_records
from model.warehouse.locks import exclusive_lock
from model.warehouse.quarantine import count_unusable
from pipelines.instance import Instance
from pipelines.isolation import REPORT, isolated, mask_problems
from pipelines.steps.mass_change import (
    FileReading,
    Reading,
    Verdict,
    are_files_changed,
    begin_of_reading,
    find_confirm_from,
    is_every_file_changed,
    judge,
    may_be_mass_change,
)

BATCH = 1000
_SEE_PROBLEMS = (
    "`interlock problems` says why; until they can be used, the connection counts as not read."
)
_SEE_SETTINGS = "Look at what its settings choose; until then, the connection counts as not read."
_LOG = logging.getLogger("interlock.connectors")


@contextmanager
def open_mapping(instance: Instance, name: str, now: datetime) -> Iterator[ConnectionMapping]:
    """One connection, opened under its lock."""
    fingerprint = _fingerprint_mapping(instance, name)
    with exclusive_lock(instance.engine, name), instance.connector(name) as connector:
        with isolated(name, "naming its streams"):
            streams = tuple(connector.streams)
        yield ConnectionMapping(instance, connector, streams, fingerprint, now)


@dataclass(frozen=True, slots=True)
class _Position:
    """The cursor of one stream's mapping.

    `seq` is how far the present mapping came, `reached` how far any did: what landed after it may
    be a mass change, what landed before is only mapped in another way.
    """

    seq: int
    reached: int


@dataclass(frozen=True, slots=True)
class ConnectionMapping:
    """The mapping of one connection's records, under its lock."""

    instance: Instance
    connector: Connector
    streams: tuple[str, ...]
    fingerprint: str
    now: datetime

    def map_known(self) -> LoadResult:
        """Map again what was mapped already, where the mapping changed meanwhile."""
        total = LoadResult()
        for stream in self.streams:
            with self.instance.engine.connect() as connection:
                position = self._read_position(connection, stream)
            while position.seq < position.reached:
                with self.instance.engine.begin() as connection:
                    rows = read_unmapped(
                        connection,
                        self.connector.name,
                        stream,
                        position.seq,
                        BATCH,
                        position.reached,
                    )
                    if rows:
                        total += self._load(connection, stream, rows)
                    seq = rows[-1].seq if len(rows) == BATCH else position.reached
                    position = _Position(seq, position.reached)
                    self._save_position(connection, stream, position)
        return total

    def may_be_mass_change(self) -> bool:
        """Whether what landed since the last mapping could be one, judged without mapping it."""
        with self.instance.engine.connect() as connection:
            reached = {
                stream: self._read_position(connection, stream).reached for stream in self.streams
            }
            limit = self.instance.deployment.mass_change
            return may_be_mass_change(connection, self.connector.name, reached, limit)

    def map_pending(self, connection: Connection | None = None) -> LoadResult:
        """Map what landed since, in this transaction or each batch in one of its own."""
        total = LoadResult()
        for stream in self.streams:
            is_last = False
            while not is_last:
                with nullcontext(connection) if connection else self.instance.engine.begin() as own:
                    loaded = self._map_batch(own, stream)
                is_last = loaded.rows < BATCH
                total += loaded
        return total

    def map_guarded(self, held: Hold | None) -> Verdict:
        """Map what landed since, unless it is a mass change that nothing confirms yet."""
        with self.instance.engine.connect() as connection:
            with connection.begin() as transaction:
                limit = self.instance.deployment.mass_change
                name = self.connector.name
                reading = self._describe_reading(connection, held)
                verdict = judge(connection, name, held, reading, limit, self.map_pending)
                if verdict.hold is None:
                    end_hold(connection, name)
                else:
                    transaction.rollback()
            if verdict.hold is not None and verdict.hold is not held:
                with connection.begin():
                    save_hold(connection, verdict.hold, verdict.loaded.effects)
        return verdict

    def is_read_again(self, held: Hold) -> bool:
        """Whether a later run than the hold's read all again, or files that changed since."""
        with self.instance.engine.connect() as connection:
            begun_at = begin_of_reading(connection, held.connection, self.streams)
            return begun_at > held.judged_at or are_files_changed(held, self._files(connection))

    def _describe_reading(self, connection: Connection, held: Hold | None) -> Reading:
        files, limit = self._files(connection), self.instance.deployment.mass_change
        begun_at = begin_of_reading(connection, self.connector.name, self.streams)
        return Reading(
            self.now,
            files,
            find_confirm_from(self.instance.model, limit, self.now, is_of_files=files is not None),
            held is not None
            and (begun_at >= held.confirm_from or is_every_file_changed(held, files)),
        )

    def _files(self, connection: Connection) -> dict[str, str] | None:
        """By stream and file, a digest of what was last read; None for a tool without files."""
        if not isinstance(self.connector, FileReading):
            return None
        files: dict[str, str] = {}
        for stream in self.streams:
            if cursor := read_cursor(connection, self.connector.name, stream, "pull"):
                with isolated(self.connector.name, f"comparing the files of {stream}"):
                    digests = self.connector.file_digests(stream, cursor)
                    files |= {f"{stream}/{file}": str(text) for file, text in digests.items()}
        return files

    def record_end(self, connection: Connection) -> ConnectionFailed | None:
        """Save that the connection is read, or return why what it showed is too little for that."""
        name, limit = self.connector.name, self.instance.deployment.mass_change
        unusable = {
            stream: f"{count} of {known} records of {stream} could not be used"
            for stream, count, known in count_unusable(connection, name)
            if limit.is_exceeded(count, known) or count == known
        }
        ignored = {
            stream: f"none of the {count} records of {stream} became part of the plan"
            for stream, count in find_streams_without_records(
                connection, name, self.streams
            ).items()
            if stream not in unusable
        }
        if not unusable and not ignored:
            record_mapping_end(connection, name)
            return None
        record_unusable(connection, name)
        reasons = "; ".join([*unusable.values(), *ignored.values()])
        return ConnectionFailed(name, reasons, _SEE_PROBLEMS if unusable else _SEE_SETTINGS)

    def _map_batch(self, connection: Connection, stream: str) -> LoadResult:
        """Map the next raw records behind the stream's cursor, and move it."""
        position = self._read_position(connection, stream)
        rows = read_unmapped(connection, self.connector.name, stream, position.reached, BATCH)
        if not rows:
            return LoadResult()
        loaded = self._load(connection, stream, rows)
        self._save_position(connection, stream, _Position(rows[-1].seq, rows[-1].seq))
        return loaded

    def _load(self, connection: Connection, stream: str, rows: list[LandingRow]) -> LoadResult:
        batch = [(row, _map_row(self.connector, stream, row)) for row in rows]
        references = self.instance.references
        return load_records(connection, self.connector.name, stream, batch, self.now, references)

    def _read_position(self, connection: Connection, stream: str) -> _Position:
        stored = read_cursor(connection, self.connector.name, stream, "map") or {}
        seq = stored.get("seq", 0)
        reached = max(seq, stored.get("reached", 0))
        return _Position(seq if stored.get("mapping") == self.fingerprint else 0, reached)

    def _save_position(self, connection: Connection, stream: str, position: _Position) -> None:
        stored = {
            "seq": position.seq,
            "reached": position.reached,
            "mapping": self.fingerprint,
        }
        move_cursor(connection, self.connector.name, stream, "map", stored, self.now)


def _map_row(connector: Connector, stream: str, row: LandingRow) -> Mapped:
    # A record that is gone from its tool maps to nothing, which ends its present version.
    if row.gone_reason is not None:
        return Mapped()
    try:
        mapped = connector.map(stream, RawRecord(row.native_id, row.payload), row.landed_at)
        if not isinstance(mapped, Mapped):
            raise TypeError(f"map returned {type(mapped).__name__}")
        return _masked(connector.name, mapped)
    # Of whatever type: one record must not stop those after it.
    except PLUGIN_ERRORS as error:
        _LOG.debug("%s: mapping %s %s", connector.name, stream, row.native_id, exc_info=error)
        reason = f"mapping it failed: {describe_error(error)}"
        return _masked(connector.name, Mapped(problems=(Problem(row.native_id, reason, REPORT),)))


def _masked(name: str, mapped: Mapped) -> Mapped:
    """The same with problems that may be shown: they quote what the tool says."""
    # Most records have none, and copying each would cost time.
    if not mapped.problems:
        return mapped
    return replace(mapped, problems=mask_problems(name, mapped.problems))


def _fingerprint_mapping(instance: Instance, name: str) -> str:
    """A digest that changes whenever the same raw record could map to something else."""
    settings = instance.deployment.connections[name]
    lookups = lookups_for(instance.model, name, instance.references)
    inputs = (
        instance.tool(name).mapping_version,
        # Defaults are left out: a new optional setting must not map every record again.
        settings.model_dump_json(
            exclude={"schedule", "budget", "reread_days", "fresh_for"}, exclude_defaults=True
        ),
        sorted(lookups.statuses.items()),
        sorted(lookups.functions),
        sorted(lookups.initiatives.items()),
        sorted(lookups.wbs.items()),
        lookups.references,
    )
    return hashlib.sha256(repr(inputs).encode()).hexdigest()[:16]
