"""How fast the plan network is: `python -m tests.benchmarks.network [items ...]`.

The floor is a compiled kernel that does as little as possible (`tests.benchmarks.floor`). Every
figure is also a ratio to it. The contestants run in turns and the best of several runs counts,
because a machine's own speed varies from minute to minute; NetworkX and rustworkx take part up to
a size at which they are still bearable. Times are processor times: everything runs on one thread,
so that other work on the machine counts less. No test collects this; it asserts nothing but equal
dates.
"""

import subprocess
import sys
from collections.abc import Callable
from time import process_time
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from model.network import (
    NO_DATE,
    Forecast,
    IncrementalForecast,
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
from tests.benchmarks.plans import (
    FIRST_ID,
    TODAY,
    PlainPlan,
    build_layered_plan,
    full_inputs,
    simple_inputs,
)

LAYERS = (10, 100, 1_000, 10_000)
SIZES = (10_000, 100_000, 1_000_000)
NETWORKX_UP_TO = 100_000
DRAWS = 40

BestTimes: TypeAlias = dict[str, float]
"""The best time of each contestant, in seconds."""
Dates: TypeAlias = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Early starts and late finishes, by item."""


def main(sizes: list[int]) -> None:
    # The first call compiles the kernel.
    floor.kernel(build_layered_plan(100, 10))
    best_times: dict[tuple[int, int], BestTimes] = {}
    for size in sizes:
        print(f"\n{size:,} items, {3 * size:,} dependencies; seconds, and times the floor kernel")
        for layers in LAYERS:
            if layers * 2 <= size:
                plain = build_layered_plan(size, layers)
                best_times[size, layers] = measure_from_start(plain, layers)
        measure_on_built_network(build_layered_plan(size, 100))
        # In a process of its own: peak memory is counted per process.
        subprocess.run([sys.executable, "-m", "tests.benchmarks.memory", str(size)], check=True)
    print_growth(best_times)


def print_growth(best_times: dict[tuple[int, int], BestTimes]) -> None:
    """The cost per item in plans of each size: where cost is linear a row stays level."""
    print("\nmicroseconds per item, by size of the plan")
    sizes = sorted({size for size, _ in best_times})
    print(" " * 36 + "".join(f"{size:>12,}" for size in sizes))
    for layers in LAYERS:
        for name in ("floor", "plain", "with everything"):
            cells = [
                f"{1e6 * best_times[size, layers][name] / size:12.2f}"
                if (size, layers) in best_times
                else ""
                for size in sizes
            ]
            print(f"  {layers:>6,} layers: {name:<19}" + "".join(f"{cell:>12}" for cell in cells))


def measure_from_start(plain: PlainPlan, layers: int) -> BestTimes:
    """Building the network and both passes, from the columns."""
    items, links, _ = simple_inputs(plain)
    full, full_links, calendars = full_inputs(plain)
    runs: dict[str, Callable[[], object]] = {
        "floor": lambda: floor.kernel(plain),
        "plain": lambda: schedule_plain(plain),
        "with ids and columns": lambda: schedule(Network.build(items, links), TODAY),
        "with everything": lambda: schedule(Network.build(full, full_links, calendars), TODAY),
    }
    if plain.nodes <= NETWORKX_UP_TO or layers == LAYERS[0]:
        runs["rustworkx"] = lambda: floor.with_rustworkx(plain)
    if plain.nodes <= NETWORKX_UP_TO:
        runs["networkx"] = lambda: floor.with_networkx(plain)
    check_equal(floor.kernel(plain), schedule_plain(plain))
    best = run_in_turns(runs)
    cells = [f"{name} {t:.3f} ({t / best['floor']:.1f}x)" for name, t in best.items()]
    print(f"  {layers:>6,} layers: {', '.join(cells)}", flush=True)
    return best


def schedule_plain(plain: PlainPlan) -> Dates:
    """The network's own passes on the integers that the kernel gets."""
    topology = build_topology(plain.nodes, plain.tail, plain.head)
    assert isinstance(topology, Topology)
    return run_both_passes(topology, plain.duration)


def run_both_passes(topology: Topology, duration: NDArray[np.int32]) -> Dates:
    length = duration.take(topology.node)
    constraints = SingleCalendarConstraints(
        length.take(topology.incoming.neighbour),
        length.repeat(np.diff(topology.outgoing.first_entry)),
    )
    no_start, no_horizon = np.zeros_like(length), np.full_like(length, -NO_EFFECT)
    early, _ = forward_pass(topology, constraints, no_start, no_horizon)
    end = int((early + length).max())
    late = backward_pass(topology, constraints, end - length) + length
    return early.take(topology.position), late.take(topology.position)


def measure_on_built_network(plain: PlainPlan) -> None:
    """What is cheaper once the network is built: another pass, changes, draws, descendants."""
    topology = build_topology(plain.nodes, plain.tail, plain.head)
    assert isinstance(topology, Topology)
    items, links, _ = simple_inputs(plain)
    network = Network.build(items, links)
    forecast = schedule(network, TODAY)
    tails = np.append(links.predecessor, links.successor[0])
    with_cycle = Links.of(tails, np.append(links.successor, links.predecessor[0]))
    single, hundred = np.array([FIRST_ID + 7]), np.arange(FIRST_ID, FIRST_ID + 100)
    delay = np.array([9], np.int32)
    best = run_in_turns(
        {
            "floor": lambda: floor.kernel(plain),
            "build": lambda: Network.build(items, links),
            "build, two items waiting for each other": lambda: Network.build(items, with_cycle),
            "another pass, plain": lambda: run_both_passes(topology, plain.duration),
            "another schedule": lambda: schedule(network, TODAY + 1),
            f"{DRAWS} draws": lambda: simulate(forecast, DRAWS, 1, single),
            "impact of a delay": lambda: compute_delay_impact(forecast, single, delay),
            "descendants of one item": lambda: find_descendants(network, single),
            "descendants of a hundred items": lambda: find_descendants(network, hundred),
        },
        times=3,
    )
    counts = run_in_turns({"descendant counts of all": lambda: count_descendants(network)}, 1)
    best |= counts
    for name, t in best.items():
        print(f"  {name}: {t * 1e3:.1f} ms ({t / best['floor']:.2f}x)")
    print(f"  one draw: {best[f'{DRAWS} draws'] * 1e3 / DRAWS:.1f} ms")
    measure_changes("estimates only", forecast, 40)
    full, full_links, calendars = full_inputs(plain)
    full_forecast = schedule(Network.build(full, full_links, calendars), TODAY)
    measure_changes("everything", full_forecast, 40)


def measure_changes(label: str, forecast: Forecast, count: int) -> None:
    """One change after another, each to one item; the median and the slowest, no best of several.

    The last moves the plan's end, and so every late date: those are recomputed when they are read.
    """
    items, random = forecast.cpm.network.items, np.random.default_rng(3)
    rows = [*random.integers(0, len(items), count).tolist(), int(forecast.early_finish.argmax())]
    incremental, times = IncrementalForecast(forecast), []
    for row in rows:
        changed = items.take(np.array([row]))
        changed.duration[0] += 2
        changed.planned_finish[0] = changed.actual_start[0] = NO_DATE
        changed.state[0] = State.PLANNED
        begin = process_time()
        moved = len(incremental.update(changed))
        times.append((1e3 * (process_time() - begin), moved))
    median, slowest = np.median([taken for taken, _ in times]), max(times)
    begin = process_time()
    assert incremental.forecast.cpm.plan_end == 1 + incremental.forecast.early_finish.max()
    reading = 1e3 * (process_time() - begin)
    print(
        f"  one change ({label}): median {median:.1f} ms of {len(times)}; slowest"
        f" {slowest[0]:.1f} ms ({slowest[1]:,} items move); late dates read after the plan's"
        f" end moved {reading:.0f} ms"
    )


def run_in_turns(runs: dict[str, Callable[[], object]], times: int = 3) -> BestTimes:
    """The best time of each, run one after the other in every round."""
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(times):
        for name, run in runs.items():
            begin = process_time()
            run()
            best[name] = min(best[name], process_time() - begin)
    return best


def check_equal(expected: Dates, actual: Dates) -> None:
    assert all((a == b).all() for a, b in zip(expected, actual, strict=True)), "the dates differ"


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
