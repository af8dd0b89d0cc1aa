"""Reading opportunities: what changed since a cursor, page by page, then what is gone.

Stamps are not unique and rows of a transaction still in flight appear up to ten minutes later
with an earlier stamp, so a reading begins ten minutes before the last one's end. Once a day all
is read again: formula results and regained permissions move no stamp.
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
from connectors.salesforce.queries import QueryClient, SObjectRow

_OVERLAP = timedelta(minutes=10)
_ALL_AGAIN = timedelta(days=1)
_DELETE_LOG = timedelta(days=14)
"""The log keeps 15 days and refuses an earlier start; a day is left for clocks that differ."""
_UNSEEN = "it was deleted over 15 days ago, or is no longer shared with the connection's user"


@dataclass(frozen=True, slots=True)
class OpportunityPull:
    """One stream of an org. What it yields and raises is what `Connector.pull` promises.

    The cursor holds `stamp`, the newest stamp read; `all_from`, when the last reading of
    everything began; `deleted_until`, how far the delete log was read (all ISO 8601); and
    `deleted`, the ids found in it, which have to be known for longer than the log does.
    """

    queries: QueryClient
    fields: OpportunityFields

    def pages(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Changed opportunities with their history, then one page with deletions and ids."""
        since, going = _begin(cursor, now)
        for rows in self.queries.fetch_pages(soql.select_changed_deals(self.fields.deal, since)):
            if rows:
                going = going | {"stamp": rows[-1]["SystemModstamp"]}
                yield Page(tuple(self._with_history(rows)), going)
        yield self._gone(going, now)

    def _with_history(self, rows: list[SObjectRow]) -> Iterator[RawRecord]:
        for at in range(0, len(rows), soql.IDS_PER_QUERY):
            part = rows[at : at + soql.IDS_PER_QUERY]
            past: defaultdict[str, list[SObjectRow]] = defaultdict(list)
            query = soql.select_history(self.fields.history, [row["Id"] for row in part])
            for page in self.queries.fetch_pages(query):
                for snapshot in page:
                    past[snapshot["OpportunityId"]].append(snapshot)
            for row in part:
                yield _landed(row["Id"], {"opportunity": row, "history": past[row["Id"]]})

    def _gone(self, cursor: Cursor, now: datetime) -> Page:
        """The delete log tells a deletion from lost permission.

        The snapshot_ids comes first: what is deleted between the two is found by the next reading.
        """
        visible = {row["Id"] for page in self.queries.fetch_pages(soql.ALL_IDS) for row in page}
        log, until = self._delete_log(cursor, now)
        deleted = (_known_deleted(cursor) | {entry["id"] for entry in log}) - visible
        onward = cursor | {"deleted_until": until, "deleted": [*sorted(deleted)]}
        return Page(
            (),
            onward,
            snapshot_ids=frozenset(visible),
            deleted=frozenset(deleted),
            gone_reason=_UNSEEN,
        )

    def _delete_log(self, cursor: Cursor, now: datetime) -> tuple[list[SObjectRow], str]:
        """Entries since the last reading, and how far the log is complete; none at first."""
        until = _moment(cursor, "deleted_until")
        if until is None:
            return [], now.isoformat()
        since = max(until - _OVERLAP, now - _DELETE_LOG)
        return self.queries.fetch_delete_log("Opportunity", since, now)


def _landed(native_id: str, payload: SObjectRow) -> RawRecord:
    return RawRecord(native_id, json.dumps(payload, ensure_ascii=False, sort_keys=True))


def _begin(cursor: Cursor | None, now: datetime) -> tuple[datetime | None, Cursor]:
    """From which stamp to read (None: everything), and the cursor to carry on with."""
    going = cursor or {}
    stamp, all_from = _moment(going, "stamp"), _moment(going, "all_from")
    if stamp is None or all_from is None or now - all_from >= _ALL_AGAIN:
        return None, going | {"all_from": now.isoformat()}
    return stamp - _OVERLAP, going


def _known_deleted(cursor: Cursor) -> set[str]:
    ids = cursor.get("deleted")
    return {str(native_id) for native_id in ids} if isinstance(ids, list) else set()


def _moment(cursor: Cursor, name: str) -> datetime | None:
    value = cursor.get(name)
    return datetime.fromisoformat(value) if isinstance(value, str) else None
