"""The peak memory of reading the plan from a warehouse once, in a process of its own:
`python -m tests.benchmarks.reading url`. Linux only."""

import sys
from pathlib import Path

from sqlalchemy import create_engine

from model.network import date_of
from model.operating_model.load import load
from model.warehouse.plan import read_plan
from tests.benchmarks.memory import peak_memory
from tests.benchmarks.plans import TODAY

MODEL = load(Path(__file__).parents[2] / "dagster_home" / "operating_model")
DAY = date_of(TODAY)
assert DAY


def main(url: str) -> None:
    with create_engine(url).connect() as connection:
        peak = peak_memory(lambda: read_plan(connection, MODEL, DAY))
    print(f"  peak memory of the reader: {peak:.2f} GB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
