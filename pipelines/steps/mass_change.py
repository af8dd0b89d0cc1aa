"""Mass changes: when what a tool answered is held until it is confirmed.

A change is one if it would remove, hide or alter more than a set share of the records of a
connection or of one of its streams, or would remove or hide all records of a stream. A second,
independent reading from the beginning confirms it if it would remove or hide the very same records
and alter the same ones but for a few; their number alone proves nothing. A reading is independent
some minutes later; of files, which say the same until somebody saves them, once each contains
something else or a working day later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from sqlalchemy import Connection

from connectors.base import Cursor
from model.operating_model.calendar import calendar_with_id, local_day
from model.operating_model.schema import OperatingModel
from model.warehouse.full_reads import read_full_reads
from model.warehouse.holds import (
    Hold,
    count_pending,
    count_present,
    find_streams,
    is_any_untouched,
    name_examples,
    read_held_effects,
)
from model.warehouse.load import HIDDEN, LOST, LoadResult
from pipelines.deployment import MassChangeSettings


@runtime_checkable
class FileReading(Protocol):
    """A connector that reads files: a second reading of the same files proves nothing."""

    def file_digests(self, stream: str, cursor: Cursor) -> Mapping[str, str]:
        """By file, a digest of the rows that were read of it up to this cursor.

        What Interlock itself writes into a file does not change it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What is judged: what landed until `at`.

    `files` are the digests of the files it comes from, None for other tools. A later reading that
    shows the same is independent from `confirm_from` on. `confirms` is whether this one is
    independent of the reading that is held.
    """

    at: datetime
    files: Mapping[str, str] | None
    confirm_from: datetime
    confirms: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was mapped, and either the hold on it or why a former hold has ended."""

    loaded: LoadResult
    hold: Hold | None = None
    confirmed: str = ""


def may_be_mass_change(
    connection: Connection, name: str, reached: Mapping[str, int], limit: MassChangeSettings
) -> bool:
    """Whether what landed behind the streams' positions could be a mass change.

    Costs one count per stream where nothing landed.
    """
    pending = {
        stream: count_pending(connection, name, stream, seq) for stream, seq in reached.items()
    }
    if sum(pending.values()) >= limit.records and _is_exceeded(
        pending, count_present(connection, name), limit
    ):
        return True
    return any(
        pending[stream] and not is_any_untouched(connection, name, stream, seq)
        for stream, seq in reached.items()
    )


def begin_of_reading(connection: Connection, name: str, streams: Collection[str]) -> datetime:
    """Since when all streams were read from their beginning; the year 1 if one was not to its end.

    It is the earliest instant at which any of them began.
    """
    full_reads = read_full_reads(connection, name)
    never = datetime.min.replace(tzinfo=UTC)
    return min(
        (
            full_read.begun_at
            if (full_read := full_reads.get(stream)) is not None and full_read.completed_at
            else never
            for stream in streams
        ),
        default=never,
    )


def are_files_changed(held: Hold, files: Mapping[str, str] | None) -> bool:
    """Whether any file contains something else than when the hold was judged."""
    return files is not None and files != held.files


def is_every_file_changed(held: Hold, files: Mapping[str, str] | None) -> bool:
    """Whether no file contains what it did when the hold was judged.

    One that nobody touched since may be the very one that was emptied by mistake.
    """
    before = {} if held.files is None else dict(held.files)
    return are_files_changed(held, files) and before.items().isdisjoint((files or {}).items())


def find_confirm_from(
    model: OperatingModel, limit: MassChangeSettings, now: datetime, *, is_of_files: bool
) -> datetime:
    """From when on a reading that shows the same confirms a hold that begins now.

    For files after a whole working day of the operating model, in which somebody can notice it.
    """
    if not is_of_files:
        return now + timedelta(minutes=limit.confirm_minutes)
    calendar, day = calendar_with_id(model, model.calendar), local_day(model, now)
    days = 1 if calendar.is_working(day) else 2
    return now + (calendar.add_working_days(day, days) - day)


def judge(
    connection: Connection,
    name: str,
    held: Hold | None,
    reading: Reading,
    limit: MassChangeSettings,
    load_pending: Callable[[Connection], LoadResult],
) -> Verdict:
    """Load what is pending, and judge what became of the records that were present before.

    The caller rolls the transaction back if the verdict is a hold; it is `held` itself while the
    same change waits for an independent reading.
    """
    by_stream = count_present(connection, name)
    present = sum(by_stream.values())
    loaded = load_pending(connection)
    effects = loaded.effects
    emptied = _find_losses_of_emptied_streams(connection, name, effects)
    changed = _count_by_stream(connection, effects)
    if not _is_exceeded(changed, by_stream, limit) and not emptied:
        return Verdict(loaded, confirmed=_recovered(held, len(effects)))
    if held is not None:
        before = read_held_effects(connection, name)
        differences = _count_by_stream(
            connection,
            [r for r in before.keys() | effects.keys() if before.get(r) != effects.get(r)],
        )
        # Contents drift between two reads of a tool in use; which records are gone must not.
        is_repeated = _find_lost(before) == _find_lost(effects)
        if is_repeated and not _is_exceeded(differences, by_stream, limit):
            if not reading.confirms:
                return Verdict(loaded, held)
            return Verdict(loaded, confirmed=_confirmed(held))
    return Verdict(loaded, _build_hold(connection, name, held, reading, effects, present))


def _build_hold(
    connection: Connection,
    name: str,
    before: Hold | None,
    reading: Reading,
    effects: Mapping[str, str],
    present: int,
) -> Hold:
    """The hold on a change with these effects, in place of the one before."""
    removed = sum(effect in LOST for effect in effects.values())
    return Hold(
        name,
        since=before.since if before else reading.at,
        judged_at=reading.at,
        removed=removed,
        altered=len(effects) - removed,
        present=present,
        examples=name_examples(connection, effects),
        confirm_from=reading.confirm_from,
        files=reading.files,
    )


def _is_exceeded(
    changed: Mapping[str, int], present: Mapping[str, int], limit: MassChangeSettings
) -> bool:
    """Whether so many changes, by stream, are too much for a stream or for all together."""
    return limit.is_exceeded(sum(changed.values()), sum(present.values())) or any(
        # A stream of which nothing was present only brings what is new.
        limit.is_exceeded(count, present.get(stream, 0))
        for stream, count in changed.items()
        if present.get(stream)
    )


def _count_by_stream(connection: Connection, refs: Collection[str]) -> Mapping[str, int]:
    return Counter(find_streams(connection, list(refs)).values())


def _find_losses_of_emptied_streams(
    connection: Connection, name: str, effects: Mapping[str, str]
) -> list[str]:
    """The records that are removed or hidden from those streams that show none any more."""
    lost = sorted(_find_lost(effects))
    if not lost:
        return []
    left = Counter(count_present(connection, name))
    stream_of = find_streams(connection, lost)
    # Hidden records stay in the shared model.
    left.subtract(stream_of[ref] for ref in lost if effects[ref] == HIDDEN)
    return [ref for ref, stream in stream_of.items() if left[stream] <= 0]


def _find_lost(effects: Mapping[str, str]) -> set[str]:
    return {ref for ref, effect in effects.items() if effect in LOST}


def _recovered(held: Hold | None, count: int) -> str:
    if held is None:
        return ""
    return (
        f"{held.connection}: a second read changes only {count} of {held.present} records; the "
        f"change held since {held.since:%Y-%m-%d %H:%M} UTC ({held.removed} removed, "
        f"{held.altered} altered) was not mapped"
    )


def _confirmed(held: Hold) -> str:
    return (
        f"{held.connection}: confirmed by a second read: {held.removed} of {held.present} records "
        f"removed, {held.altered} altered"
    )
