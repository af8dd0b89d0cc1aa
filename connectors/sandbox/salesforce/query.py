"""Running a SOQL query over the org's records, and giving its rows page by page."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from connectors.sandbox.answers import Json
from connectors.sandbox.salesforce.call import Call, Refused
from connectors.sandbox.salesforce.rows import Run
from connectors.sandbox.salesforce.soql import SoqlError, parse

LARGEST_BATCH = 2000
SMALLEST_BATCH = 200


def run_query(call: Call) -> Json:
    return _first_page(call, deleted=False)


def run_query_all(call: Call) -> Json:
    """Like `query`, and rows in the recycle bin are among the others."""
    return _first_page(call, deleted=True)


def more(call: Call) -> Json:
    """The page that a `nextRecordsUrl` names."""
    locator, _, start = call.path("locator").rpartition("-")
    rows = call.salesforce.locators.get(locator)
    if rows is None or not start.isdigit():
        raise Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return _page(call, rows, locator, int(start))


def _first_page(call: Call, *, deleted: bool) -> Json:
    text = call.query("q")
    if not text:
        raise Refused(400, "MALFORMED_QUERY", "A query string has to be specified")
    try:
        query = parse(text)
    except SoqlError as error:
        raise Refused(400, "MALFORMED_QUERY", f"\n{text}\nERROR at Row:1: {error}") from error
    rows = Run(call.org, query, call.root).rows(deleted=deleted)
    if not query.select:
        return {"totalSize": len(rows), "done": True, "records": []}
    locator = f"01g{len(call.salesforce.locators):012d}AAA"
    return _page(call, rows, locator, 0)


def _page(call: Call, rows: list[Json], locator: str, start: int) -> Json:
    end = start + _batch_size(call)
    page: Json = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[start:end]}
    if not page["done"]:
        call.salesforce.locators[locator] = rows
        page["nextRecordsUrl"] = f"{call.root}/query/{locator}-{end}"
    return page


def _batch_size(call: Call) -> int:
    if call.org.settings.batch_size:
        return call.org.settings.batch_size
    asked = re.search(r"batchSize=(\d+)", call.request.headers.get("sforce-query-options", ""))
    size = int(asked[1]) if asked else LARGEST_BATCH
    return min(max(size, SMALLEST_BATCH), LARGEST_BATCH)


def parse_moment(text: str) -> datetime:
    """A moment in a URL parameter; raises Refused when it is none."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+").replace("Z", "+00:00"))
    except ValueError as error:
        raise Refused(400, "INVALID_FIELD", f"invalid date-time: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
