"""Mass changes: when what a tool answered is held until it is confirmed.

A change is one if it would remove, hide or alter more than a set share of the records of a
connection or of one of its streams, or would remove or hide all records of a stream. A second
reading from the beginning confirms it if the same would become of the records; their number alone
proves nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from model.warehouse.full_reads import read_full_reads
from model.warehouse.holds import (
    Hold,
    build_hold,
    count_pending,
    count_present,
    find_streams,
    is_any_untouched,
    read_held_effects,
)
from model.warehouse.load import HIDDEN, LOST, LoadResult
from pipelines.deployment import MassChangeSettings


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


def is_read_again(connection: Connection, held: Hold, streams: Collection[str]) -> bool:
    """Whether all streams were read from their beginning in a later run than the hold's."""
    full_reads = read_full_reads(connection, held.connection)
    return all(
        (full_read := full_reads.get(stream)) is not None
        and full_read.completed_at is not None
        and full_read.begun_at > held.judged_at
        for stream in streams
    )


def judge(
    connection: Connection,
    name: str,
    held: Hold | None,
    limit: MassChangeSettings,
    now: datetime,
    load_pending: Callable[[Connection], LoadResult],
) -> Verdict:
    """Load what is pending, and judge what became of the records that were present before.

    The caller rolls the transaction back if the verdict is a hold.
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
        is_repeated = all(before.get(ref) in LOST for ref in emptied)
        if is_repeated and not _is_exceeded(differences, by_stream, limit):
            return Verdict(loaded, confirmed=_confirmed(held))
    since = held.since if held else now
    return Verdict(loaded, build_hold(connection, name, effects, present, since, now))


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
    lost = [ref for ref, effect in effects.items() if effect in LOST]
    if not lost:
        return []
    left = Counter(count_present(connection, name))
    stream_of = find_streams(connection, lost)
    # Hidden records stay in the shared model.
    left.subtract(stream_of[ref] for ref in lost if effects[ref] == HIDDEN)
    return [ref for ref, stream in stream_of.items() if left[stream] <= 0]


def _recovered(held: Hold | None, count: int) -> str:
    if held is None:
        return ""
    return (
        f"{held.connection}: a second read changes only {count} of {held.present} records; the "
        f"change held since {held.since:%Y-%m-%d %H:%M} UTC ({held.removed} removed, "
        f"{held.altered} altered) was not taken over"
    )


def _confirmed(held: Hold) -> str:
    return (
        f"{held.connection}: confirmed by a second read: {held.removed} of {held.present} records "
        f"removed, {held.altered} altered"
    )
