"""What two instances have to agree on: warehouse, tools and files.

Row numbers are left out, and so are the ports of the stand-ins with the digests over them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from connectors.spreadsheets.notes import read_notes
from tests.pipelines.small import Small
from tests.pipelines.test_killed_sync import _STATE

_DIGEST = re.compile(r"\b[0-9a-f]{16,64}( [0-9a-f]{8})?\b")
_PORTLESS = {
    **_STATE,
    # Without digests: raw records contain the addresses of their tool, ports included.
    "landing": "select connection, stream, native_id, gone_reason from landing",
    "comments": "select conflict_id, r.ref, state from comment join record r on r.id = record_id",
    "rows of the workbook": """
        select r.ref, key, title, state, status, planned_start, planned_finish,
               valid_to is null
        from work_item join record r on r.id = record_id where r.connection = 'marketing-plan'""",
    "versions of deals": """
        select r.ref, key, stage, amount, currency, close_date, valid_from, valid_to
        from deal join record r on r.id = record_id""",
}


def read_warehouse(engine: Engine, small: Small) -> dict[str, list[str]]:
    """The rows of each part of the warehouse, sorted."""
    with engine.connect() as connection:
        return {
            name: sorted(
                _without_ports(repr(tuple(row)), small) for row in connection.exec_driver_sql(query)
            )
            for name, query in _PORTLESS.items()
        }


def read_comments(small: Small) -> list[str]:
    """The place and full content of each of our comments; a duplicate is there twice."""
    return sorted(
        _without_ports(f"{place}: {content}", small)
        for place, content in _all_comments(small)
        if "C-" in content
    )


def _all_comments(small: Small) -> Iterator[tuple[str, str]]:
    for issue in small.sandbox.jira.issues.values():
        for comment in issue.comments:
            yield issue.key, _to_text([comment["body"], comment["properties"]])
    salesforce = small.sandbox.salesforce
    for number, item in salesforce.records["FeedItem"].items():
        if not item["IsDeleted"]:
            yield item["ParentId"], _to_text([item["Body"], salesforce.segments.get(number)])
    for cell, note in read_notes((small.home / "files" / "plan.xlsx").read_bytes()).items():
        yield f"workbook {cell}", note.text


def _to_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _without_ports(text: str, small: Small) -> str:
    for name, url in (
        ("jira.test", small.sandbox.jira_url),
        ("salesforce.test", small.sandbox.salesforce_url),
    ):
        text = text.replace(url.removeprefix("http://"), name)
    return _DIGEST.sub("DIGEST", text)


def read_files(home: Path) -> set[str]:
    """The files of an instance except for the server's and Dagster's own."""
    ours = {"files", "operating_model", "state"}
    return {
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file()
        if path.relative_to(home).parts[0] in ours or len(path.relative_to(home).parts) == 1
        if path.relative_to(home).parts[:2] != ("state", "warehouse")
    }
