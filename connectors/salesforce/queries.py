"""Bulk reading over HTTP: the pages of a query, and the delete log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.kit.answers import Answered, describe
from connectors.kit.client import HttpClient
from connectors.kit.paginators import NextUrl, PageRequest
from connectors.kit.timestamps import parse_instant

_REMEDY = "Check that `url` is the org's My Domain address and that no proxy stands between."


@dataclass(frozen=True, slots=True)
class QueryClient:
    """Reads of one org below `api` (`/services/data/v62.0`). All methods raise ConnectionFailed."""

    connection: str
    api: str
    http: HttpClient

    def fetch_pages(self, soql: str) -> Iterator[list[Any]]:
        """A query's rows in pages as they came, followed to the end on the same origin only.

        Raises ConnectionFailed for a link that leads back to a page which was read, and where
        fewer rows came than the answer counts.
        """
        request = PageRequest(f"{self.api}/query", {"q": soql})
        count = 0
        for page in self.http.pages(request, NextUrl("nextRecordsUrl")):
            answered = Answered(self.connection, f"GET {request.path}", page.body, _REMEDY)
            rows = answered.list_of("records")
            count += len(rows)
            total = answered.as_object().get("totalSize")
            # Taken for all there is, the missing rows would count as gone.
            is_last = not page.body.get("nextRecordsUrl")
            if is_last and (page.body.get("done") is False or _is_more(total, count)):
                raise answered.unexpected(f"{describe(total)} of rows, not {count}", rows)
            yield rows

    def fetch_delete_log(
        self, sobject: str, since: datetime, until: datetime
    ) -> tuple[list[Any], datetime]:
        """The delete log (`id`, `deletedDate`) and the instant up to which it is complete.

        https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm
        """
        window = {"start": _format_seconds(since), "end": _format_seconds(until)}
        path = f"{self.api}/sobjects/{sobject}/deleted"
        answer = self.http.read("GET", path, params=window)
        answered = Answered(self.connection, f"GET {path}", answer, _REMEDY)
        entries, covered = answered.list_of("deletedRecords"), answer.get("latestDateCovered")
        try:
            return entries, parse_instant(covered) if covered else until
        except ValueError:
            raise answered.unexpected("an instant as latestDateCovered", covered) from None


def _is_more(total: Any, count: int) -> bool:
    is_number = isinstance(total, int) and not isinstance(total, bool)
    return is_number and total > count


def _format_seconds(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
