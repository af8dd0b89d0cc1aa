"""Layered random plans: every item depends on items of the layer before, rows in random order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.network import NO_DATE, Calendar, Calendars, Items, Links

TODAY = 20_777
"""2026-11-20."""
FIRST_ID = 1_000


@dataclass(frozen=True)
class PlainPlan:
    """Finish-to-start links on plain integers: what the floor kernel reads."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    duration: NDArray[np.int32]
    layers: int
    by_layer: NDArray[np.int64]
    """The items of the first layer, of the second, …"""

    @property
    def nodes(self) -> int:
        return len(self.duration)


def build_layered_plan(items: int, layers: int, fan_in: int = 3, seed: int = 1) -> PlainPlan:
    """`fan_in` links into every item beyond the first layer."""
    random = np.random.default_rng(seed)
    width = items // layers
    head = np.repeat(np.arange(width, width * layers), fan_in)
    tail = (head // width - 1) * width + random.integers(0, width, len(head))
    name, order = random.permutation(items), random.permutation(len(head))
    duration = random.integers(1, 6, items).astype(np.int32)
    return PlainPlan(name[tail[order]], name[head[order]], duration, layers, name[: width * layers])


def simple_inputs(plain: PlainPlan) -> tuple[Items, Links, Calendars]:
    """The same as items with estimates and finish-to-start links, in one calendar."""
    ids = np.arange(plain.nodes) + FIRST_ID
    links = Links.of(plain.tail + FIRST_ID, plain.head + FIRST_ID)
    return Items.of(ids, duration=plain.duration), links, Calendars.of()


def full_inputs(plain: PlainPlan, seed: int = 2) -> tuple[Items, Links, Calendars]:
    """The same with what real plans have: three calendars, all link types, lags and leads, dates,
    deadlines, constraints, progress, every state, and a parent for every tenth item."""
    random = np.random.default_rng(seed)
    n, m = plain.nodes, len(plain.tail)

    def given_for(values: NDArray[np.int64], share: float) -> NDArray[np.int64]:
        return np.where(random.random(len(values)) < share, values, NO_DATE)

    start = TODAY - 60 + random.integers(0, 400, n)
    items = Items.of(
        np.arange(n) + FIRST_ID,
        calendar=random.integers(0, 3, n),
        duration=np.where(random.random(n) < 0.7, plain.duration, -1),
        planned_start=given_for(start, 0.6),
        planned_finish=given_for(start + random.integers(0, 30, n), 0.7),
        actual_start=given_for(start, 0.1),
        state=random.choice([0, 0, 0, 0, 0, 1, 2, 3, 4], n),
        percent=random.integers(-1, 100, n),
        milestone=random.random(n) < 0.05,
        constraint=random.integers(0, 7, n),
        constraint_date=given_for(start, 0.1),
        deadline=given_for(start + 60, 0.1),
        parent=_parents(plain, random),
    )
    links = Links.of(
        plain.tail + FIRST_ID,
        plain.head + FIRST_ID,
        type=random.choice([0, 0, 0, 0, 1, 2, 3], m),
        lag=random.choice([0, 0, 0, 1, 5, -2], m),
        elapsed=random.random(m) < 0.1,
    )
    return items, links, _calendars()


def _parents(plain: PlainPlan, random: np.random.Generator) -> NDArray[np.int64]:
    """A parent in its own layer for every tenth item."""
    layer = plain.by_layer.reshape(plain.layers, -1)
    chosen = random.random(layer.shape) < 0.1
    chosen[:, 0] = False
    parent = np.full(plain.nodes, -1)
    parent[layer[chosen]] = layer[chosen.nonzero()[0], 0] + FIRST_ID
    return parent


def _calendars() -> Calendars:
    holidays = [TODAY + day for day in (31, 35, 36, 42)]
    return Calendars.of(
        [
            Calendar(holidays=holidays),
            Calendar((True,) * 6 + (False,)),
            Calendar((True,) * 4 + (False,) * 3, holidays, extra_days=[TODAY]),
        ]
    )
