"""Reading opportunities: what changed since a cursor, page by page, then what is gone.

Stamps are not unique, and rows of a transaction still in flight appear up to ten minutes later with
an earlier stamp, so a pull begins ten minutes before the end of the last one. Once a day everything
is read again, because formula results and regained permissions change no stamp.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.base import Cursor, Page, RawRecord
from connectors.kit.plausible import is_from_future, report_future_change
from connectors.kit.stream_records import StreamRecords, split
from connectors.kit.timestamps import parse_instant
from connectors.salesforce import soql
from connectors.salesforce.fields import OpportunityFields, SObjectRow
from connectors.salesforce.queries import QueryClient
from model.records import Problem

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_OVERLAP = timedelta(minutes=10)
_FULL_READ_EVERY = timedelta(days=1)
_DELETE_LOG = timedelta(days=14)
"""The log keeps 15 days and refuses an earlier start; a day is left for clocks that differ."""
_GONE_REASON = "it was deleted over 15 days ago, or is no longer shared with the connection's user"


@dataclass(frozen=True, slots=True)
class OpportunityPull:
    """One pull of the opportunities of an org.

    The cursor holds `stamp`, the newest SystemModstamp read; `all_from`, when the last reading of
    everything began; `deleted_until`, how far the delete log was read (all ISO 8601); and
    `deleted`, the ids found in that log.
    """

    queries: QueryClient
    fields: OpportunityFields

    def pages(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Changed opportunities with their history, then one page with deletions and snapshot ids.

        Raises ConnectionFailed when the org cannot be read further.
        """
        since, position = _start_from(cursor, now)
        met = StreamRecords("opportunities")
        for rows in self.queries.fetch_pages(soql.select_changed_deals(self.fields.deal, since)):
            if rows:
                latest = self.queries.http.tool_time(now)
                position = position | _last_stamp(rows, latest)
                records, problems = self._with_history(rows, met)
                future = (problem for row in rows for problem in _future_change(row, latest))
                yield Page(records, position, (*problems, *future))
        yield self._snapshot_page(position, now)

    def _with_history(
        self, rows: list[Any], met: StreamRecords
    ) -> tuple[tuple[RawRecord, ...], tuple[Problem, ...]]:
        history: defaultdict[str, list[SObjectRow]] = defaultdict(list)
        ids = [native_id for row in rows if (native_id := _id_in(row, "Id"))]
        for start in range(0, len(ids), soql.IDS_PER_QUERY):
            chunk = ids[start : start + soql.IDS_PER_QUERY]
            for page in self.queries.fetch_pages(soql.select_history(self.fields.history, chunk)):
                for snapshot in page:
                    # One without an id belongs to no deal; its instant has other snapshots.
                    if deal := _id_in(snapshot, "OpportunityId"):
                        history[deal].append(snapshot)
        return split([self._take(row, history, met) for row in rows])

    def _take(
        self, row: Any, history: Mapping[str, list[SObjectRow]], met: StreamRecords
    ) -> RawRecord | Problem:
        native_id = _id_in(row, "Id")
        payload = {"opportunity": row, "history": history.get(native_id or "", [])}
        return met.take(native_id, payload)

    def _snapshot_page(self, position: Cursor, now: datetime) -> Page:
        """The page with all ids that are visible now, and those that were deleted."""
        # The ids before the log: what is deleted in between is found by the next pull.
        shown = StreamRecords("ids of opportunities")
        rows = (row for page in self.queries.fetch_pages(soql.ALL_IDS) for row in page)
        _, problems = split([shown.take(_id_in(row, "Id"), None) for row in rows])
        log, log_until = self._fetch_delete_log(position, now)
        # Ids stay in the cursor, because the log forgets a deletion after 15 days.
        logged = {native_id for entry in log if (native_id := _id_in(entry, "id"))}
        deleted = (_known_deleted(position) | logged) - shown.ids
        return Page(
            (),
            position | {"deleted_until": log_until.isoformat(), "deleted": [*sorted(deleted)]},
            problems,
            snapshot_ids=shown.snapshot(),
            deleted=frozenset(deleted),
            gone_reason=_GONE_REASON,
        )

    def _fetch_delete_log(self, position: Cursor, now: datetime) -> tuple[list[Any], datetime]:
        """Entries since the last pull, none at first, and how far the log is complete."""
        log_until = _instant_in(position, "deleted_until")
        if log_until is None:
            return [], now
        since = max(log_until - _OVERLAP, now - _DELETE_LOG)
        return self.queries.fetch_delete_log("Opportunity", since, now)


def _id_in(row: Any, name: str) -> str | None:
    native_id = row.get(name) if isinstance(row, dict) else None
    return native_id if isinstance(native_id, str) and _ID.fullmatch(native_id) else None


def _last_stamp(rows: list[Any], now: datetime) -> Cursor:
    """The newest stamp of a page, whose rows are in its order; none where none can be read.

    No later than `now`, by the org's clock: a stamp from the future would hide every change until
    then.
    """
    stamps = (row.get("SystemModstamp") for row in reversed(rows) if isinstance(row, dict))
    stamp = next((s for s in stamps if isinstance(s, str) and _parse(s)), None)
    if stamp is None:
        return {}
    return {"stamp": now.isoformat() if parse_instant(stamp) > now else stamp}


def _parse(value: Any) -> datetime | None:
    try:
        return parse_instant(value)
    except ValueError:
        return None


def _start_from(cursor: Cursor | None, now: datetime) -> tuple[datetime | None, Cursor]:
    """From which stamp to read (None: everything), and the cursor to continue with."""
    position = cursor or {}
    stamp, all_from = _instant_in(position, "stamp"), _instant_in(position, "all_from")
    # Beyond now are only cursors of versions that followed stamps from the future.
    # The org's clock is unknown before its first answer, so that hours prove nothing.
    is_beyond = any(instant and is_from_future(instant, now) for instant in (stamp, all_from))
    if stamp is None or all_from is None or is_beyond or now - all_from >= _FULL_READ_EVERY:
        return None, position | {"all_from": now.isoformat()}
    return stamp - _OVERLAP, position


def _future_change(row: Any, now: datetime) -> tuple[Problem, ...]:
    native_id = _id_in(row, "Id")
    stamp = _parse(row.get("SystemModstamp")) if native_id else None
    return report_future_change(native_id, stamp, now) if native_id and stamp else ()


def _known_deleted(position: Cursor) -> set[str]:
    ids = position.get("deleted")
    return {str(native_id) for native_id in ids} if isinstance(ids, list) else set()


def _instant_in(position: Cursor, name: str) -> datetime | None:
    value = position.get(name)
    return _parse(value)
