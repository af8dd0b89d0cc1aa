"""Bulk reading over HTTP: the pages of a query, and the delete log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.base import ConnectionFailed
from connectors.kit.client import HttpClient
from connectors.kit.paginators import NextUrl, PageRequest
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
        request = PageRequest(f"{self.api}/query", {"q": soql})
        for page in self.http.pages(request, NextUrl("nextRecordsUrl")):
            yield self._rows_of(page.body, "records")

    def fetch_delete_log(
        self, sobject: str, since: datetime, until: datetime
    ) -> tuple[list[SObjectRow], str]:
        """The delete log (`id`, `deletedDate`) and the instant up to which it is complete.

        https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm
        """
        window = {"start": _format_seconds(since), "end": _format_seconds(until)}
        path = f"{self.api}/sobjects/{sobject}/deleted"
        answer = self.http.read("GET", path, params=window)
        entries = self._rows_of(answer, "deletedRecords")
        return entries, str(answer.get("latestDateCovered") or until.isoformat())

    def _rows_of(self, answer: Any, name: str) -> list[SObjectRow]:
        rows = answer.get(name) if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise ConnectionFailed(
                self.connection,
                f"an answer of Salesforce holds no {name}",
                "Check that `url` is the org's My Domain address and that no proxy stands between.",
            )
        return rows


def _format_seconds(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
