"""The query endpoints: SOQL over the records of the org, page by page."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from connectors.sandbox.json_http import Json
from connectors.sandbox.salesforce.query_execution import QueryExecution
from connectors.sandbox.salesforce.request import SalesforceErrorResponse, SalesforceRequest
from connectors.sandbox.salesforce.soql import SoqlError, parse

LARGEST_BATCH = 2000
SMALLEST_BATCH = 200


def run_query(request: SalesforceRequest) -> Json:
    return _first_page(request, deleted=False)


def run_query_all(request: SalesforceRequest) -> Json:
    """Like `query`, including records in the recycle bin."""
    return _first_page(request, deleted=True)


def next_page(request: SalesforceRequest) -> Json:
    """The page at a `nextRecordsUrl`."""
    locator, _, start = request.path("locator").rpartition("-")
    rows = request.salesforce.locators.get(locator)
    if rows is None or not start.isdigit():
        raise SalesforceErrorResponse(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return _page(request, rows, locator, int(start))


def _first_page(request: SalesforceRequest, *, deleted: bool) -> Json:
    text = request.query("q")
    if not text:
        raise SalesforceErrorResponse(400, "MALFORMED_QUERY", "A query string has to be specified")
    try:
        query = parse(text)
    except SoqlError as error:
        raise SalesforceErrorResponse(
            400, "MALFORMED_QUERY", f"\n{text}\nERROR at Row:1: {error}"
        ) from error
    rows = QueryExecution(request.org, query, request.root).rows(deleted=deleted)
    # COUNT() returns the number in `totalSize`, without rows.
    if not query.select:
        return {"totalSize": len(rows), "done": True, "records": []}
    locator = f"01g{len(request.salesforce.locators):012d}AAA"
    return _page(request, rows, locator, 0)


def _page(request: SalesforceRequest, rows: list[Json], locator: str, start: int) -> Json:
    end = start + _batch_size(request)
    page: Json = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[start:end]}
    if not page["done"]:
        request.salesforce.locators[locator] = rows
        page["nextRecordsUrl"] = f"{request.root}/query/{locator}-{end}"
    return page


def _batch_size(request: SalesforceRequest) -> int:
    if request.org.settings.batch_size:
        return request.org.settings.batch_size
    match = re.search(r"batchSize=(\d+)", request.http.headers.get("sforce-query-options", ""))
    size = int(match[1]) if match else LARGEST_BATCH
    return min(max(size, SMALLEST_BATCH), LARGEST_BATCH)


def parse_instant(text: str) -> datetime:
    """An instant in a URL parameter; raises SalesforceErrorResponse (400) for any other text."""
    try:
        # An unescaped + in a query string arrives as a space.
        instant = datetime.fromisoformat(text.replace(" ", "+").replace("Z", "+00:00"))
    except ValueError as error:
        raise SalesforceErrorResponse(400, "INVALID_FIELD", f"invalid date-time: {text}") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
