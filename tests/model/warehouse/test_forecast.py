"""The forecast as rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import Engine, text

from model.records import DependencyRole, Origin, State, StatedDependency, Version
from model.warehouse.forecast import write_forecast
from model.warehouse.links import link
from model.warehouse.plan import read_plan
from tests.model.operating_model.small_model import small_model
from tests.model.warehouse.records import NOW, load, work_item


def test_the_stored_forecast_has_the_dates_and_the_driver_of_each_item_that_is_not_cancelled(
    warehouse: Engine, tmp_path: Path
) -> None:
    start = date(2026, 3, 9)
    after = StatedDependency("A-1", DependencyRole.PREDECESSOR, Origin.LINK, "link")
    load(warehouse, "1", Version(NOW, work_item("a", "A-1", planned_start=start, estimate_days=5)))
    load(warehouse, "2", Version(NOW, work_item("b", "B-1", estimate_days=1), (after,)))
    load(warehouse, "3", Version(NOW, work_item("c", "C-1", state=State.CANCELLED)))

    with warehouse.begin() as connection:
        link(connection, [], [], NOW)
        plan = read_plan(connection, small_model(tmp_path), NOW.date())
        # Twice, because each sync replaces the rows of the last one.
        write_forecast(connection, plan)
        write_forecast(connection, plan)
        rows = connection.execute(
            text("""
                select r.native_id, early_start, early_finish, total_slack, d.native_id as driver
                from forecast f join record r on r.id = f.record_id
                left join record d on d.id = f.driver_id order by 1
            """)
        ).all()

    assert [tuple(row) for row in rows] == [
        ("a", date(2026, 3, 9), date(2026, 3, 13), 0, None),
        ("b", date(2026, 3, 16), date(2026, 3, 16), 0, "a"),
    ]
