"""How fast the plan network is: `python -m tests.benchmarks.network [items ...]`.

Every figure is also a ratio to the compiled floor kernel, run in turns with the others, the best
of several, because a machine's own speed varies from minute to minute. Times are those of the
processor: all of this runs on one thread, so that what else the machine does counts less. No
test collects this; it asserts nothing but equal dates.
"""

import resource
import sys
from collections.abc import Callable
from time import process_time

import numpy as np
from numpy.typing import NDArray

from model.network import (
    Forecast,
    Items,
    LivePlan,
    Network,
    downstream,
    downstream_counts,
    impact,
    schedule,
    simulate,
)
from model.network.reach import NEVER, Straight
from model.network.sweep import backward, forward
from model.network.topology import Topology, arrange
from tests.benchmarks import floor
from tests.benchmarks.plans import FIRST_ID, TODAY, Plain, everything, layered, simple

LAYERS = (10, 100, 1_000, 10_000)
SIZES = (10_000, 100_000, 1_000_000)
NETWORKX_UP_TO = 100_000


def main(sizes: list[int]) -> None:
    floor.kernel(layered(100, 10))
    for size in sizes or list(SIZES):
        print(f"\n{size:,} items, {3 * size:,} dependencies; seconds, and times the floor kernel")
        for layers in LAYERS:
            if layers * 2 <= size:
                passes(layered(size, layers), layers)
        kept(layered(size, 100))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\npeak memory of this process, kernel and libraries included: {peak:.2f} GB")


def passes(plain: Plain, layers: int) -> None:
    """Build, forward and backward, from nothing."""
    items, links, _ = simple(plain)
    full, full_links, calendars = everything(plain)
    runs: dict[str, Callable[[], object]] = {
        "floor": lambda: floor.kernel(plain),
        "plain": lambda: plainly(plain),
        "with ids and columns": lambda: schedule(Network.build(items, links), TODAY),
        "with everything": lambda: schedule(Network.build(full, full_links, calendars), TODAY),
    }
    if plain.nodes <= NETWORKX_UP_TO or layers == LAYERS[0]:
        runs["rustworkx"] = lambda: floor.with_rustworkx(plain)
    if plain.nodes <= NETWORKX_UP_TO:
        runs["networkx"] = lambda: floor.with_networkx(plain)
    agree(floor.kernel(plain), plainly(plain))
    best = in_turns(runs)
    cells = [f"{name} {t:.3f} ({t / best['floor']:.1f}x)" for name, t in best.items()]
    print(f"  {layers:>6,} layers: {', '.join(cells)}")


def plainly(plain: Plain) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The network's own passes on the integers that the kernel gets."""
    topology = arrange(plain.nodes, plain.tail, plain.head)
    assert isinstance(topology, Topology)
    return swept(topology, plain.duration)


def swept(
    topology: Topology, duration: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    length = duration.take(topology.node)
    weights = Straight(length.take(topology.ins.other), length.repeat(np.diff(topology.outs.first)))
    early, _ = forward(topology, weights, np.zeros_like(length), np.full_like(length, -NEVER))
    end = int((early + length).max())
    late = backward(topology, weights, end - length) + length
    return early.take(topology.place), late.take(topology.place)


def kept(plain: Plain) -> None:
    """What a kept topology gives: another pass, changes, draws, and who lies below."""
    topology = arrange(plain.nodes, plain.tail, plain.head)
    assert isinstance(topology, Topology)
    items, links, _ = simple(plain)
    network = Network.build(items, links)
    forecast = schedule(network, TODAY)
    one, few = np.array([FIRST_ID + 7]), np.arange(FIRST_ID, FIRST_ID + 100)
    function = np.zeros(plain.nodes, dtype=np.int32)
    best = in_turns(
        {
            "floor": lambda: floor.kernel(plain),
            "another pass, plain": lambda: swept(topology, plain.duration),
            "another schedule": lambda: schedule(network, TODAY + 1),
            "40 draws": lambda: simulate(forecast, 40, 1, one),
            "impact of a slip": lambda: impact(forecast, one, np.array([9], np.int32), function),
            "downstream of one": lambda: downstream(network, one),
            "downstream of a hundred": lambda: downstream(network, few),
        },
        times=3,
    )
    best["downstream counts of all"] = in_turns({"": lambda: downstream_counts(network)}, 1)[""]
    for name, t in best.items():
        print(f"  {name}: {t * 1e3:.1f} ms ({t / best['floor']:.2f}x)")
    changes(forecast, plain)


def changes(forecast: Forecast, plain: Plain) -> None:
    """One change after another, each to one item: all the times there are, no best."""
    live, random = LivePlan(forecast), np.random.default_rng(3)
    taken = []
    for row in random.integers(0, plain.nodes, 40).tolist():
        longer = Items.of([row + FIRST_ID], duration=[int(plain.duration[row]) + 2])
        begun = process_time()
        live.update(longer)
        taken.append(process_time() - begun)
    middle, worst = 1e3 * float(np.median(taken)), 1e3 * max(taken)
    print(f"  one change: {middle:.1f} ms in the middle of 40, {worst:.1f} ms at worst")


def in_turns(runs: dict[str, Callable[[], object]], times: int = 3) -> dict[str, float]:
    """The best time of each, run one after the other in every round."""
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(times):
        for name, run in runs.items():
            begun = process_time()
            run()
            best[name] = min(best[name], process_time() - begun)
    return best


def agree(one: floor.Dates, other: floor.Dates) -> None:
    assert all((a == b).all() for a, b in zip(one, other, strict=True)), "the dates differ"


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
