"""How fast the plan network is: `python -m tests.benchmarks.network [items ...]`.

The floor is a compiled kernel that does the least (`tests.benchmarks.floor`). Every figure is also
a ratio to it, run in turns with the others, the best of several, because a machine's own speed
varies from minute to minute; NetworkX and rustworkx run in the same turns as far as one has the
patience. Times are those of the processor: all of this runs on one thread, so that what else the
machine does counts less. No test collects this; it asserts nothing but equal dates.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from time import process_time
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from model.network import (
    NO_DATE,
    Forecast,
    IncrementalForecast,
    Items,
    Links,
    Network,
    compute_delay_impact,
    count_descendants,
    find_descendants,
    schedule,
    simulate,
)
from model.network.link_constraints import NO_EFFECT, SingleCalendarConstraints
from model.network.passes import backward_pass, forward_pass
from model.network.topology import Topology, build_topology
from model.records import State
from tests.benchmarks import floor
from tests.benchmarks.plans import FIRST_ID, TODAY, Plain, everything, layered, simple

LAYERS = (10, 100, 1_000, 10_000)
SIZES = (10_000, 100_000, 1_000_000)
NETWORKX_UP_TO = 100_000
DRAWS = 40

Best: TypeAlias = dict[str, float]
"""The best time of each contestant, in seconds."""


def main(sizes: list[int]) -> None:
    floor.kernel(layered(100, 10))
    found: dict[tuple[int, int], Best] = {}
    for size in sizes:
        print(f"\n{size:,} items, {3 * size:,} dependencies; seconds, and times the floor kernel")
        for layers in LAYERS:
            if layers * 2 <= size:
                found[size, layers] = passes(layered(size, layers), layers)
        kept(layered(size, 100))
        subprocess.run([sys.executable, "-m", "tests.benchmarks.memory", str(size)], check=True)
    growth(found)


def growth(found: dict[tuple[int, int], Best]) -> None:
    """What an item costs in plans of each size: where cost is linear a row stays level."""
    print("\nmicroseconds an item, by size of the plan")
    sizes = sorted({size for size, _ in found})
    print(" " * 36 + "".join(f"{size:>12,}" for size in sizes))
    for layers in LAYERS:
        for name in ("floor", "plain", "with everything"):
            cells = [
                f"{1e6 * found[size, layers][name] / size:12.2f}" if (size, layers) in found else ""
                for size in sizes
            ]
            print(f"  {layers:>6,} layers: {name:<19}" + "".join(f"{cell:>12}" for cell in cells))


def passes(plain: Plain, layers: int) -> Best:
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
    print(f"  {layers:>6,} layers: {', '.join(cells)}", flush=True)
    return best


def plainly(plain: Plain) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The network's own passes on the integers that the kernel gets."""
    topology = build_topology(plain.nodes, plain.tail, plain.head)
    assert isinstance(topology, Topology)
    return swept(topology, plain.duration)


def swept(
    topology: Topology, duration: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    length = duration.take(topology.node)
    weights = SingleCalendarConstraints(
        length.take(topology.incoming.neighbour),
        length.repeat(np.diff(topology.outgoing.first_entry)),
    )
    early, _ = forward_pass(
        topology, weights, np.zeros_like(length), np.full_like(length, -NO_EFFECT)
    )
    end = int((early + length).max())
    late = backward_pass(topology, weights, end - length) + length
    return early.take(topology.position), late.take(topology.position)


def kept(plain: Plain) -> None:
    """What a kept topology gives: another pass, changes, draws, and who lies below."""
    topology = build_topology(plain.nodes, plain.tail, plain.head)
    assert isinstance(topology, Topology)
    items, links, _ = simple(plain)
    network = Network.build(items, links)
    forecast = schedule(network, TODAY)
    back = np.append(links.predecessor, links.successor[0])
    tangled = Links.of(back, np.append(links.successor, links.predecessor[0]))
    one, few = np.array([FIRST_ID + 7]), np.arange(FIRST_ID, FIRST_ID + 100)
    function = np.zeros(plain.nodes, dtype=np.int32)
    best = in_turns(
        {
            "floor": lambda: floor.kernel(plain),
            "build": lambda: Network.build(items, links),
            "build, two items waiting for each other": lambda: Network.build(items, tangled),
            "another pass, plain": lambda: swept(topology, plain.duration),
            "another schedule": lambda: schedule(network, TODAY + 1),
            f"{DRAWS} draws": lambda: simulate(forecast, DRAWS, 1, one),
            "impact of a slip": lambda: compute_delay_impact(
                forecast, one, np.array([9], np.int32), function
            ),
            "downstream of one": lambda: find_descendants(network, one),
            "downstream of a hundred": lambda: find_descendants(network, few),
        },
        times=3,
    )
    best["downstream counts of all"] = in_turns({"": lambda: count_descendants(network)}, 1)[""]
    for name, t in best.items():
        print(f"  {name}: {t * 1e3:.1f} ms ({t / best['floor']:.2f}x)")
    print(f"  one draw: {best[f'{DRAWS} draws'] * 1e3 / DRAWS:.1f} ms")
    changes("estimates only", forecast, 40)
    full, full_links, calendars = everything(plain)
    changes("everything", schedule(Network.build(full, full_links, calendars), TODAY), 40)


def changes(plan: str, forecast: Forecast, count: int) -> None:
    """One change after another, each to one item: all the times there are, no best. The last
    moves the plan's end, and so every late date, which are counted anew when they are read."""
    items, random = forecast.cpm.network.items, np.random.default_rng(3)
    rows = [*random.integers(0, len(items), count).tolist(), int(forecast.early_finish.argmax())]
    live, found = IncrementalForecast(forecast), []
    for row in rows:
        longer = Items(**{field.name: getattr(items, field.name)[[row]] for field in fields(Items)})
        longer.duration[0] += 2
        longer.planned_finish[0] = longer.actual_start[0] = NO_DATE
        longer.state[0] = State.PLANNED
        begun = process_time()
        moved = len(live.update(longer))
        found.append((1e3 * (process_time() - begun), moved))
    middle, worst = np.median([taken for taken, _ in found]), max(found)
    begun = process_time()
    assert live.forecast.cpm.plan_end == 1 + live.forecast.early_finish.max()
    read = 1e3 * (process_time() - begun)
    print(f"  one change ({plan}): {middle:.1f} ms in the middle of {len(found)}; at worst", end="")
    print(f" {worst[0]:.1f} ms ({worst[1]:,} items move); late dates read after the", end="")
    print(f" plan's end moved {read:.0f} ms")


def in_turns(runs: dict[str, Callable[[], object]], times: int = 3) -> Best:
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
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
