"""A sync that finds nothing new leaves every row of the warehouse as it was."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from pipelines.instance import Instance
from tests.pipelines.syncing import run_sync

READ_STATE = {"connection_state", "cursor", "full_read", "reading_gap"}
"""What says when each connection was read; the only tables that a quiet sync writes."""


def stored_rows(instance: Instance) -> dict[str, set[str]]:
    """Every row of every other table by table, with the transaction that wrote it."""
    tables = text("select tablename from pg_tables where schemaname = 'public' order by 1")
    with instance.engine.connect() as connection:
        return {
            table: set(connection.scalars(text(f'select row(xmin, t.*)::text from "{table}" t')))
            for table in connection.scalars(tables).all()
            if table not in READ_STATE
        }


@pytest.mark.after_sync
def test_an_unchanged_sync_writes_no_row_on_the_same_day_and_on_the_next(
    instance: Instance,
) -> None:
    run_sync(instance, minutes=5)
    before = stored_rows(instance)

    results = [run_sync(instance, minutes=10), run_sync(instance, days=1)]

    assert [dict(result.detected.events) for result in results] == [{}, {}]
    assert stored_rows(instance) == before


@pytest.mark.after_sync
def test_a_deadline_that_passes_writes_the_conflict_its_event_and_its_comments_alone(
    instance: Instance,
) -> None:
    before = stored_rows(instance)

    days = (run_sync(instance, days=day) for day in range(1, 10))
    events = next(result.detected.events for result in days if result.detected.events)

    after = stored_rows(instance)
    changed = {table for table in after if after[table] != before[table]}
    assert changed <= {"conflict", "conflict_event", "conflict_version", "comment", "audit_chain"}
    for table in ("conflict_event", "conflict_version"):
        assert len(after[table] - before[table]) == sum(events.values())
