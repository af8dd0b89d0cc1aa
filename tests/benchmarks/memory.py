"""The peak memory of building and scheduling one plan with everything switched on, in a process of
its own, its input included: `python -m tests.benchmarks.memory [items]`. Linux only."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from model.network import Network, schedule
from tests.benchmarks.plans import TODAY, everything, layered


def main(items: int) -> None:
    plan = everything(layered(items, 100))
    peak = peak_of(lambda: schedule(Network.build(*plan), TODAY))
    print(f"  peak memory, plan included: {peak:.2f} GB", flush=True)


def peak_of(run: Callable[[], object]) -> float:
    """The most memory that this process held while something ran, in GB."""
    Path("/proc/self/clear_refs").write_text("5")
    run()
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak
    return int(peak[1]) / 1e6


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
