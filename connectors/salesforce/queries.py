"""Bulk reading over HTTP: the pages of a query, and the delete log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.base import ConnectionFailed
from connectors.http import HttpClient
from connectors.salesforce.refusals import explained

SObjectRow = dict[str, Any]


@dataclass(frozen=True, slots=True)
class QueryClient:
    """Reads of one org below `api` (`/services/data/v62.0`). All methods raise ConnectionFailed."""

    connection: str
    api: str
    http: HttpClient

    def fetch_pages(self, soql: str) -> Iterator[list[SObjectRow]]:
        """A query's rows in pages, followed to the end on the same origin only."""
        answer = self._get(f"{self.api}/query", {"q": soql})
        seen: set[str] = set()
        while True:
            yield self._list(answer, "records")
            link = answer.get("nextRecordsUrl")
            if link is None:
                return
            if link in seen:
                raise unexpected_answer(self.connection, "leads back to a page that was read")
            seen.add(link)
            answer = self._get(link)

    def fetch_delete_log(
        self, thing: str, since: datetime, until: datetime
    ) -> tuple[list[SObjectRow], str]:
        """The delete log (`id`, `deletedDate`) and the instant up to which it is complete.

        https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm
        """
        window = {"start": _whole_seconds(since), "end": _whole_seconds(until)}
        answer = self._get(f"{self.api}/sobjects/{thing}/deleted", window)
        entries = self._list(answer, "deletedRecords")
        return entries, str(answer.get("latestDateCovered") or until.isoformat())

    def _get(self, path: str, params: dict[str, str] | None = None) -> SObjectRow:
        with explained():
            answer = self.http.read("GET", path, params=params)
        return answer if isinstance(answer, dict) else {}

    def _list(self, answer: SObjectRow, name: str) -> list[SObjectRow]:
        found = answer.get(name)
        if not isinstance(found, list):
            raise unexpected_answer(self.connection, f"holds no {name}")
        return found


def unexpected_answer(connection: str, how: str) -> ConnectionFailed:
    """An answer that Salesforce itself would not give."""
    return ConnectionFailed(
        connection,
        f"an answer of Salesforce {how}",
        "Check that `url` is the org's My Domain address and that no proxy stands between.",
    )


def _whole_seconds(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
