"""Work items in the warehouse, for tests: mapped from one raw record each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from model.keys import ReferenceFormats
from model.records import Kind, Mapped, Ref, State, Version, WorkItem
from model.warehouse.landing import LandingRow
from model.warehouse.load import LoadResult, load_records

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def work_item(native_id: str, key: str, **fields: Any) -> WorkItem:
    given = {"title": f"Work {key}", "function": "it", "state": State.PLANNED, **fields}
    ref = Ref("jira", Kind.WORK_ITEM, native_id)
    return WorkItem(ref=ref, key=key, status="To Do", **given)


def load(
    warehouse: Engine,
    raw_id: str,
    *versions: Version,
    aliases: tuple[tuple[Ref, str], ...] = (),
    now: datetime = NOW,
) -> LoadResult:
    """Load what the raw record of Jira's stream `issues` was mapped to."""
    row = LandingRow(raw_id, "{}", now, 1, None)
    mapped = Mapped(versions, aliases=aliases)
    with warehouse.begin() as connection:
        return load_records(connection, "jira", "issues", [(row, mapped)], now, ReferenceFormats())
