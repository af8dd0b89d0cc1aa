"""The peak memory of building and scheduling one plan with everything switched on, in a process of
its own, its input included: `python -m tests.benchmarks.memory [items]`. Linux only."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from model.network import Network, schedule
from tests.benchmarks.plans import TODAY, build_layered_plan, full_inputs


def main(items: int) -> None:
    plan = full_inputs(build_layered_plan(items, 100))
    peak = peak_memory(lambda: schedule(Network.build(*plan), TODAY))
    print(f"  peak memory, plan included: {peak:.2f} GB", flush=True)


def peak_memory(run: Callable[[], object]) -> float:
    """The most resident memory of this process while something runs, in GB (proc(5): writing 5
    to clear_refs resets the peak)."""
    Path("/proc/self/clear_refs").write_text("5")
    run()
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak
    return int(peak[1]) / 1e6


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
