"""Reading opportunities: what changed since a cursor, page by page, then what is gone.

Stamps are not unique, and rows of a transaction still in flight appear up to ten minutes later with
an earlier stamp, so a pull begins ten minutes before the end of the last one. Once a day everything
is read again, because formula results and regained permissions change no stamp.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.base import Cursor, Page, RawRecord
from connectors.salesforce import soql
from connectors.salesforce.fields import OpportunityFields
from connectors.salesforce.queries import QueryClient
from connectors.salesforce.soql import SObjectRow

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
        for rows in self.queries.fetch_pages(soql.select_changed_deals(self.fields.deal, since)):
            if rows:
                position = position | {"stamp": rows[-1]["SystemModstamp"]}
                yield Page(tuple(self._with_history(rows)), position)
        yield self._snapshot_page(position, now)

    def _with_history(self, rows: list[SObjectRow]) -> Iterator[RawRecord]:
        for start in range(0, len(rows), soql.IDS_PER_QUERY):
            deals = rows[start : start + soql.IDS_PER_QUERY]
            history: defaultdict[str, list[SObjectRow]] = defaultdict(list)
            query = soql.select_history(self.fields.history, [deal["Id"] for deal in deals])
            for page in self.queries.fetch_pages(query):
                for snapshot in page:
                    history[snapshot["OpportunityId"]].append(snapshot)
            for deal in deals:
                yield _raw_record(deal, history[deal["Id"]])

    def _snapshot_page(self, position: Cursor, now: datetime) -> Page:
        """The page with all ids that are visible now, and those that were deleted."""
        # The ids before the log: what is deleted in between is found by the next pull.
        visible = {row["Id"] for page in self.queries.fetch_pages(soql.ALL_IDS) for row in page}
        log, log_until = self._fetch_delete_log(position, now)
        # Ids stay in the cursor, because the log forgets a deletion after 15 days.
        deleted = (_known_deleted(position) | {entry["id"] for entry in log}) - visible
        return Page(
            (),
            position | {"deleted_until": log_until, "deleted": [*sorted(deleted)]},
            snapshot_ids=frozenset(visible),
            deleted=frozenset(deleted),
            gone_reason=_GONE_REASON,
        )

    def _fetch_delete_log(self, position: Cursor, now: datetime) -> tuple[list[SObjectRow], str]:
        """Entries since the last pull, none at first, and how far the log is complete."""
        log_until = _instant_in(position, "deleted_until")
        if log_until is None:
            return [], now.isoformat()
        since = max(log_until - _OVERLAP, now - _DELETE_LOG)
        return self.queries.fetch_delete_log("Opportunity", since, now)


def _raw_record(deal: SObjectRow, history: list[SObjectRow]) -> RawRecord:
    payload = {"opportunity": deal, "history": history}
    return RawRecord(deal["Id"], json.dumps(payload, ensure_ascii=False, sort_keys=True))


def _start_from(cursor: Cursor | None, now: datetime) -> tuple[datetime | None, Cursor]:
    """From which stamp to read (None: everything), and the cursor to continue with."""
    position = cursor or {}
    stamp, all_from = _instant_in(position, "stamp"), _instant_in(position, "all_from")
    if stamp is None or all_from is None or now - all_from >= _FULL_READ_EVERY:
        return None, position | {"all_from": now.isoformat()}
    return stamp - _OVERLAP, position


def _known_deleted(position: Cursor) -> set[str]:
    ids = position.get("deleted")
    return {str(native_id) for native_id in ids} if isinstance(ids, list) else set()


def _instant_in(position: Cursor, name: str) -> datetime | None:
    value = position.get(name)
    return datetime.fromisoformat(value) if isinstance(value, str) else None
