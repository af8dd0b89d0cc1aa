"""The peak memory of building and scheduling one plan with everything switched on, in a process of
its own, its input included: `python -m tests.benchmarks.memory [items]`. Linux only."""

import re
import sys
from pathlib import Path

from model.network import Network, schedule
from tests.benchmarks.plans import TODAY, everything, layered


def main(items: int) -> None:
    plan = everything(layered(items, 100))
    Path("/proc/self/clear_refs").write_text("5")
    schedule(Network.build(*plan), TODAY)
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak
    print(f"  peak memory, plan included: {int(peak[1]) / 1e6:.2f} GB", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
