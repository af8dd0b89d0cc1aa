"""Why an item is forecast when it is."""

from dataclasses import dataclass

import numpy as np

from model.network.columns import Ids
from model.network.descendants import find_descendants
from model.network.forecast import Forecast
from model.network.treatment import Certainty, Treatment


@dataclass(frozen=True, slots=True)
class DrivingStep:
    """One item of a chain; dates as in `Items`."""

    id: int
    planned_start: int
    planned_finish: int
    early_start: int
    early_finish: int
    certainty: Certainty
    reasons: tuple[str, ...]
    """Why its dates are not simply those of its tool; for people."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The forecast of one item, and what it rests on."""

    chain: tuple[DrivingStep, ...]
    """From the item whose own plan sets the date, each driving the next, to the one asked for."""
    total_slack: int
    free_slack: int
    late_finish: int
    descendants: Ids
    """Ids of the open items that move if it slips far enough."""


def driving_chain(forecast: Forecast, item: int) -> list[int]:
    """The ids from the source of an item's date to the item: each is what drives the next.

    Raises KeyError for an id that is no item.
    """
    items = forecast.passes.network.items
    return [int(items.id[row]) for row in _chain_rows(forecast, item)]


def explain(forecast: Forecast, item: int) -> Explanation:
    """Everything the network can say about an item; raises as `driving_chain`."""
    rows = _chain_rows(forecast, item)
    here = rows[-1]
    below = find_descendants(forecast.passes.network, np.array([item]))
    return Explanation(
        tuple(_step(forecast, row) for row in rows),
        int(forecast.total_slack[here]), int(forecast.free_slack[here]),
        int(forecast.late_finish[here]), below,
    )  # fmt: skip


def _chain_rows(forecast: Forecast, item: int) -> list[int]:
    row = int(forecast.passes.network.row_index.find(np.array([item]))[0])
    if row < 0:
        raise KeyError(f"no item has the id {item}")
    chain = []
    while row >= 0:
        chain.append(row)
        row = int(forecast.driver[row])
    return chain[::-1]


def _step(forecast: Forecast, row: int) -> DrivingStep:
    items = forecast.passes.network.items
    return DrivingStep(
        int(items.id[row]), int(items.planned_start[row]), int(items.planned_finish[row]),
        int(forecast.early_start[row]), int(forecast.early_finish[row]),
        Certainty(int(forecast.certainty[row])),
        tuple(Treatment(int(forecast.treatment[row])).reasons()),
    )  # fmt: skip
