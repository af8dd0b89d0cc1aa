"""A plan of `tests.benchmarks.plans` in the product's own tables, as a sync leaves it there: rows
as wide as real ones, every twentieth item a deal, every tenth work item with a past version."""

import numpy as np
from sqlalchemy import Connection, Engine, text

from model.network import NO_DATE, Items, Links
from model.operating_model.schema import OperatingModel
from model.warehouse.columns import write_columns
from model.warehouse.rows import driver_connection
from tests.benchmarks.plans import PlainPlan, full_inputs

_POSTGRES_EPOCH = 10_957
_DATES = ("planned_start", "planned_finish", "actual_start", "deadline")
_ITEM = np.dtype(
    [
        *((name, "i8") for name in ("id", "parent")),
        *((name, "i4") for name in (*_DATES, "duration")),
        *((name, "i2") for name in ("percent", "state")),
        ("milestone", "?"),
    ]
)
_LINK = np.dtype([("predecessor", "i8"), ("successor", "i8"), ("lag", "i4"), ("type", "i2")])

_STAGED = """
    create temporary table staged_item (
        id int8, parent int8, planned_start date, planned_finish date, actual_start date,
        deadline date, duration int4, percent int2, state int2, milestone bool);
    create temporary table staged_link (predecessor int8, successor int8, lag int4, type int2);
"""

_RECORDS = """
    insert into record (id, ref, connection, stream, kind, native_id, landed_id, parent_id,
                        touched_at)
    overriding system value
    select id, 'it-jira:' || kind || ':' || id, 'it-jira', 'issues', kind, id, id,
           nullif(parent, -1), timestamptz '2026-11-01 12:00Z' - id % 200 * interval '1 day'
    from (select *, case when id % 20 = 0 then 'deal' else 'work_item' end as kind
          from staged_item) as staged
    order by id
"""

_VERSION = """
    select id, {begins}, now(), {ends},
           'CDP-' || id, 'Profile service: step ' || id || ' of the migration',
           'https://small.example/browse/CDP-' || id,
           (cast(:functions as text[]))[1 + id % cardinality(cast(:functions as text[]))],
           'Jira "Due date"',
           (select jsonb_agg(jsonb_build_object('target', 'CDP-' || id / n, 'role', 'predecessor',
                'origin', 'link', 'place', 'issue link "is blocked by"', 'type', 0, 'lag_days', 0))
            from generate_series(1, 3) as n),
           case when id % 3 > 0 then '5b10a2844c20165700ede' || id % 5000 end
"""

_WORK_ITEMS = f"""
    insert into work_item (
        record_id, valid_from, recorded_at, valid_to, key, title, url, function,
        dates_from, stated_dependencies, owner, state, status, priority,
        planned_start, planned_finish, actual_start, actual_finish,
        estimate_days, remaining_days, percent_complete, milestone,
        initiative, labels, wbs)
    {_VERSION}, state, 'In Progress', nullif(id % 5, 4),
           nullif(planned_start, '-infinity'), nullif(planned_finish, '-infinity'),
           nullif(actual_start, '-infinity'), case when state = 3 then date '2026-11-02' end,
           nullif(duration, -1), null, nullif(percent, -1), milestone,
           (cast(:initiatives as text[]))[1 + id % 10], array['go-live'],
           case when id % 4 = 0 then 'd-' || id % 2000 end
    from staged_item where id % 20 > 0 {{chosen}}
    order by id
"""

_DEALS = f"""
    insert into deal (
        record_id, valid_from, recorded_at, valid_to, key, title, url, function,
        dates_from, stated_dependencies, owner, stage, status, amount, currency, close_date)
    {_VERSION}, (array['open', 'won', 'lost'])[1 + id % 3], 'Negotiation', id % 90000 + 0.5,
           (array['EUR', 'CHF'])[1 + id % 2], nullif(deadline, '-infinity')
    from staged_item where id % 20 = 0
    order by id
"""

_DEPENDENCIES = """
    insert into dependency (predecessor_id, successor_id, type, lag_days, stated_by, place)
    select distinct on (predecessor, successor, type)
           predecessor, successor, type, lag, successor, 'issue link "is blocked by"'
    from staged_link
    order by predecessor, successor, type, lag desc
"""

_BEGAN = "timestamptz '2026-10-01 12:00Z'"
_CHANGED = "timestamptz '2026-11-01 12:00Z'"


def fill(engine: Engine, plain: PlainPlan, model: OperatingModel) -> None:
    """Fill a new warehouse as its superuser, with foreign keys unchecked."""
    names = {
        "functions": [function.id for function in model.functions],
        "initiatives": [initiative.id for initiative in model.initiatives],
    }
    past = {"begins": _BEGAN, "ends": _CHANGED, "chosen": "and id % 10 = 1"}
    present = {"begins": _CHANGED, "ends": "null", "chosen": ""}
    with engine.begin() as connection:
        _stage(connection, plain)
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text(_RECORDS))
        connection.execute(text(_WORK_ITEMS.format(**past)), names)
        connection.execute(text(_WORK_ITEMS.format(**present)), names)
        connection.execute(text(_DEALS.format(**present)), names)
        connection.execute(text(_DEPENDENCIES))
    # A sync leaves statistics behind, and without them the planner reads the tables differently.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def _stage(connection: Connection, plain: PlainPlan) -> None:
    items, links, _ = full_inputs(plain)
    driver = driver_connection(connection)
    driver.execute(_STAGED)
    write_columns(driver, "staged_item", _items(items))
    write_columns(driver, "staged_link", _links(links))


def _items(items: Items) -> np.ndarray:
    rows = np.empty(len(items), dtype=_ITEM)
    for name in _ITEM.names or ():
        rows[name] = getattr(items, name)
    for name in _DATES:
        days = getattr(items, name)
        rows[name] = np.where(days == NO_DATE, NO_DATE, days - _POSTGRES_EPOCH)
    return rows


def _links(links: Links) -> np.ndarray:
    rows = np.empty(len(links.predecessor), dtype=_LINK)
    for name in _LINK.names or ():
        rows[name] = getattr(links, name)
    return rows
