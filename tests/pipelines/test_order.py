"""Every result depends on the data alone, not on the order in which rows lie on disk."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from model.warehouse.ledger import read_conflicts
from model.warehouse.plan import read_plan
from pipelines.instance import Instance
from pipelines.steps.comment import comment
from pipelines.steps.detect import detect
from pipelines.steps.forecast import forecast
from tests.pipelines.small import NOW, Small

COMMENTED = ("it-jira", "sales", "marketing-plan", "finance-erp")
PLAN_TABLES = ("work_item", "deal", "spend", "dependency", "dangling", "stated_dependency", "alias")


def shuffle(engine: Engine, seed: float) -> None:
    """Store the rows of the plan again, in random order."""
    with engine.begin() as connection:
        # Only a replica's session may empty append-only tables.
        connection.exec_driver_sql("set local session_replication_role = replica")
        connection.exec_driver_sql(f"select setseed({seed})")
        for table in PLAN_TABLES:
            connection.exec_driver_sql(
                f"create temporary table shuffled on commit drop as select * from {table}"
            )
            connection.exec_driver_sql(f"delete from {table}")
            connection.exec_driver_sql(
                f"insert into {table} select * from shuffled order by random()"
            )
            connection.exec_driver_sql("drop table shuffled")


def read_arrays(instance: Instance) -> list[list[int]]:
    """What tells the order of the plan's rows."""
    with instance.engine.begin() as connection:
        plan = read_plan(connection, instance.model, NOW.date())
    columns = (plan.items.id, plan.links.predecessor, plan.links.successor, plan.spend.id)
    return [column.tolist() for column in columns]


@pytest.mark.after_sync
def test_rows_in_another_order_on_disk_change_no_conflict_and_no_comment(
    small: Small, instance: Instance
) -> None:
    with instance.engine.connect() as connection:
        conflicts = tuple(read_conflicts(connection).values())
    for seed in (0.1, 0.5, 0.9):
        before = read_arrays(instance)
        shuffle(instance.engine, seed)
        assert read_arrays(instance) == before
        forecast(instance, NOW)
        detected = detect(instance, NOW)
        comments = [comment(instance, name, NOW, dry_run=True) for name in COMMENTED]

        assert detected.events == {}
        assert detected.in_force == conflicts
        assert [change for result in comments for change in result.difference.changes] == []
