"""Bulk reading over HTTP: the pages of a query, and the delete log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.base import ConnectionFailed
from connectors.kit.client import HttpClient
from connectors.salesforce.refusals import explained
from connectors.salesforce.soql import SObjectRow


@dataclass(frozen=True, slots=True)
class QueryClient:
    """Reads of one org below `api` (`/services/data/v62.0`). All methods raise ConnectionFailed."""

    connection: str
    api: str
    http: HttpClient

    def fetch_pages(self, soql: str) -> Iterator[list[SObjectRow]]:
        """A query's rows in pages, followed to the end on the same origin only.

        Raises ConnectionFailed for a link that leads back to a page which was read.
        """
        answer = self._get(f"{self.api}/query", {"q": soql})
        followed_links: set[str] = set()
        while True:
            yield self._rows_of(answer, "records")
            link = answer.get("nextRecordsUrl")
            if link is None:
                return
            if link in followed_links:
                raise unexpected_answer(self.connection, "leads back to a page that was read")
            followed_links.add(link)
            answer = self._get(link)

    def fetch_delete_log(
        self, sobject: str, since: datetime, until: datetime
    ) -> tuple[list[SObjectRow], str]:
        """The delete log (`id`, `deletedDate`) and the instant up to which it is complete.

        https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm
        """
        window = {"start": _format_seconds(since), "end": _format_seconds(until)}
        answer = self._get(f"{self.api}/sobjects/{sobject}/deleted", window)
        entries = self._rows_of(answer, "deletedRecords")
        return entries, str(answer.get("latestDateCovered") or until.isoformat())

    def _get(self, path: str, params: dict[str, str] | None = None) -> SObjectRow:
        with explained():
            answer = self.http.read("GET", path, params=params)
        return answer if isinstance(answer, dict) else {}

    def _rows_of(self, answer: SObjectRow, name: str) -> list[SObjectRow]:
        rows = answer.get(name)
        if not isinstance(rows, list):
            raise unexpected_answer(self.connection, f"holds no {name}")
        return rows


def unexpected_answer(connection: str, what: str) -> ConnectionFailed:
    """The error for an answer that Salesforce itself would not give."""
    return ConnectionFailed(
        connection,
        f"an answer of Salesforce {what}",
        "Check that `url` is the org's My Domain address and that no proxy stands between.",
    )


def _format_seconds(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
