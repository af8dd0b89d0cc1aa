"""How long PostgreSQL takes to give a million items and three million dependencies to the rules,
and to take the forecast back: `python -m tests.benchmarks.rows [items]`. Linux only.

The tables are the product's own, as a sync leaves them (`tests.benchmarks.stored`), on an embedded
server. Beside the clock time stands the processor time, that of the reader and of all processes of
the server, because other work on the machine hardly counts in it; its ratio is to the floor kernel
of `tests.benchmarks.network`, run in the same rounds. The best of several rounds counts.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import Connection, create_engine

from model.network import Network, schedule
from model.plan import ItemAttributes
from model.records import Kind
from model.warehouse.connect import migrate
from model.warehouse.embedded.cluster import SUPERUSER
from model.warehouse.embedded.server import join, stop
from model.warehouse.forecast import write_forecast
from model.warehouse.plan import read_known_names, read_plan
from model.warehouse.plan_fields import read_records, read_versions
from model.warehouse.plan_links import read_links
from model.warehouse.plan_tables import declared_columns, network_columns
from tests.benchmarks import floor
from tests.benchmarks.plans import PlainPlan, build_layered_plan
from tests.benchmarks.reading import DAY, MODEL
from tests.benchmarks.stored import fill

ROUNDS = 5
_TICKS = os.sysconf("SC_CLK_TCK")

Parts = dict[str, Callable[[], object]]
Times = tuple[float, ...]
"""Seconds: clock time, processor time of the reader, processor time of the server."""


def main(items: int) -> None:
    plain = build_layered_plan(items, 100)
    floor.kernel(build_layered_plan(100, 10))
    with tempfile.TemporaryDirectory(prefix="interlock-rows-") as folder:
        data = Path(folder) / "data"
        url = join(data).url(SUPERUSER)
        try:
            engine = create_engine(url)
            migrate(engine)
            fill(engine, plain, MODEL)
            with engine.connect() as connection:
                _print_times(plain, _measure(_parts(connection, plain), data))
            address = url.render_as_string(hide_password=False)
            subprocess.run([sys.executable, "-m", "tests.benchmarks.reading", address], check=True)
        finally:
            stop(data)


def _parts(connection: Connection, plain: PlainPlan) -> Parts:
    """What is timed: the whole, and beside it its parts."""
    plan = read_plan(connection, MODEL, DAY)
    known = read_known_names(connection, MODEL)
    columns = network_columns() | declared_columns(ItemAttributes)
    parts = [
        read_versions(connection, kind, columns, known, None)
        for kind in (Kind.WORK_ITEM, Kind.DEAL)
    ]
    return {
        "floor kernel": lambda: floor.kernel(plain),
        "work items": lambda: read_versions(connection, Kind.WORK_ITEM, columns, known, None),
        "deals": lambda: read_versions(connection, Kind.DEAL, columns, known, None),
        "records": lambda: read_records(connection, parts, known),
        "links": lambda: read_links(connection, None),
        "network": lambda: Network.build(plan.items, plan.links, plan.calendars),
        "schedule": lambda: schedule(plan.network, plan.today),
        "rows to rules' inputs": lambda: read_plan(connection, MODEL, DAY),
        "forecast to rows": lambda: write_forecast(connection, plan),
    }


def _measure(parts: Parts, data: Path) -> dict[str, Times]:
    """The best times of each part; all in one transaction, which is rolled back."""
    best: dict[str, Times] = {}
    for _ in range(ROUNDS):
        for name, run in parts.items():
            times = _time(run, data)
            best[name] = tuple(map(min, times, best.get(name, times)))
    return best


def _time(run: Callable[[], object], data: Path) -> Times:
    clock, reader, server = perf_counter(), process_time(), _server_time(data)
    run()
    return perf_counter() - clock, process_time() - reader, _server_time(data) - server


def _server_time(data: Path) -> float:
    """Processor seconds of all processes of the server, those that ended too."""
    postmaster = (data / "postmaster.pid").read_text().splitlines()[0]
    used = sum(_stat(postmaster)[11:15])
    for child in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split():
        used += sum(_stat(child)[11:13])
    return used / _TICKS


def _stat(process: str) -> list[int]:
    """The fields after the name, from the parent on (proc(5)); numbers only."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return [0, *map(int, fields[1:])]


def _print_times(plain: PlainPlan, best: dict[str, Times]) -> None:
    least = best["floor kernel"][1]
    print(f"\n{plain.nodes:,} items, {len(plain.tail):,} dependencies; seconds")
    print(f"{'':24}{'clock':>8}{'reader':>8}{'server':>8}{'x floor':>9}")
    for name, (clock, reader, server) in best.items():
        ratio = (reader + server) / least
        print(f"  {name:22}{clock:8.2f}{reader:8.2f}{server:8.2f}{ratio:9.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
