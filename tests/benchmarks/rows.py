"""How fast a million items and three million dependencies leave PostgreSQL as columns, and
results go back: `python -m tests.benchmarks.rows`. On an embedded server of its own, loopback."""

import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import psycopg

from model.network import Items, Links, Network, schedule
from model.warehouse.columns import read_columns, write_columns
from model.warehouse.connect import embedded_url, stop_embedded
from tests.benchmarks.plans import TODAY

ITEMS, LINKS = 1_000_000, 3_000_000

_TABLES = f"""
    create table item as
        select id::int8, case when random() < 0.7 then current_date + (random() * 300)::int end
               as due, (random() * 8)::int4 as estimate, (random() * 4)::int2 as state
        from generate_series(1, {ITEMS}) as id;
    create table link as
        select tail::int8, (tail + 1 + random() * 999)::int8 as head
        from (select 1 + floor(random() * ({ITEMS} - 1001)) as tail
              from generate_series(1, {LINKS})) as drawn;
    create table result (id int8, early_finish int4, total_slack int4, driver int8);
"""
_ITEM = np.dtype([("id", "i8"), ("due", "i4"), ("estimate", "i4"), ("state", "i2")])
_LINK = np.dtype([("tail", "i8"), ("head", "i8")])
_RESULT = np.dtype([("id", "i8"), ("early_finish", "i4"), ("total_slack", "i4"), ("driver", "i8")])


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="interlock-rows-") as folder:
        data = Path(folder) / "data"
        try:
            with psycopg.connect(embedded_url(data)) as connection:
                connection.execute(_TABLES)
                connection.commit()
                _measure(connection)
        finally:
            stop_embedded(data)


def _measure(connection: psycopg.Connection) -> None:
    for _ in range(2):
        begun = perf_counter()
        item = read_columns(
            connection,
            "select id, coalesce(due - date '1970-01-01', -2147483648)::int4, estimate, state"
            " from item",
            _ITEM,
        )
        link = read_columns(connection, "select tail, head from link", _LINK)
        read = perf_counter()
        items = Items.of(
            item["id"],
            planned_finish=item["due"],
            duration=item["estimate"],
            state=item["state"],
        )
        network = Network.build(items, Links.of(link["tail"], link["head"]))
        forecast = schedule(network, TODAY)
        computed = perf_counter()
        result = np.empty(ITEMS, dtype=_RESULT)
        result["id"], result["early_finish"] = items.id, forecast.early_finish
        result["total_slack"], result["driver"] = forecast.total_slack, forecast.driver
        write_columns(connection, "result", result)
        written = perf_counter()
        connection.rollback()
        print(
            f"rows to columns {read - begun:.2f} s, forecast {computed - read:.2f} s, "
            f"results to rows {written - computed:.2f} s; rows to the rules' inputs "
            f"{computed - begun:.2f} s"
        )


if __name__ == "__main__":
    main()
