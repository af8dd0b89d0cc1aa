"""Why an item is forecast when it is: its driving chain, with slack and descendants."""

from dataclasses import dataclass

import numpy as np

from model.network.columns import Ids
from model.network.descendants import find_descendants
from model.network.forecast import Forecast
from model.network.treatment import Certainty, Treatment


@dataclass(frozen=True, slots=True)
class DrivingStep:
    """One item of a driving chain; dates as in `Items`."""

    id: int
    planned_start: int
    planned_finish: int
    early_start: int
    early_finish: int
    certainty: Certainty
    reasons: tuple[str, ...]
    """Why its dates are not simply those of its tool; sentences to show to users."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The forecast of one item, and what it rests on."""

    chain: tuple[DrivingStep, ...]
    """From the item whose own plan sets the date, each driving the next, to the one asked for."""
    total_slack: int
    """Working days, as in `Forecast`."""
    free_slack: int
    late_finish: int
    descendants: Ids
    """Ids of the open items that move if it slips far enough."""


def driving_chain(forecast: Forecast, item: int) -> list[int]:
    """The ids from the source of an item's date to the item, each the driver of the next.

    Raises KeyError for an id that is no item.
    """
    items = forecast.cpm.network.items
    return [int(items.id[row]) for row in _driving_rows(forecast, item)]


def explain(forecast: Forecast, item: int) -> Explanation:
    """The driving chain, slack and descendants of an item; raises as `driving_chain`."""
    rows = _driving_rows(forecast, item)
    row = rows[-1]
    return Explanation(
        tuple(_driving_step(forecast, row) for row in rows),
        int(forecast.total_slack[row]),
        int(forecast.free_slack[row]),
        int(forecast.late_finish[row]),
        find_descendants(forecast.cpm.network, np.array([item])),
    )


def _driving_rows(forecast: Forecast, item: int) -> list[int]:
    row = int(forecast.cpm.network.row_index.find_known(np.array([item]))[0])
    rows = []
    # A driver lies on an earlier level than what it drives, so this ends.
    while row >= 0:
        rows.append(row)
        row = int(forecast.driver[row])
    return rows[::-1]


def _driving_step(forecast: Forecast, row: int) -> DrivingStep:
    items = forecast.cpm.network.items
    return DrivingStep(
        int(items.id[row]), int(items.planned_start[row]), int(items.planned_finish[row]),
        int(forecast.early_start[row]), int(forecast.early_finish[row]),
        Certainty(int(forecast.certainty[row])),
        tuple(Treatment(int(forecast.treatment[row])).reasons()),
    )  # fmt: skip
