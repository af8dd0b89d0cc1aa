"""The peak memory of a process that does nothing but build and schedule one plan with everything
switched on, its input included: `python -m tests.benchmarks.memory [items]`."""

import resource
import sys

from model.network import Network, schedule
from tests.benchmarks.plans import TODAY, everything, layered


def main(items: int) -> None:
    schedule(Network.build(*everything(layered(items, 100))), TODAY)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  peak memory, plan included: {peak:.2f} GB", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
