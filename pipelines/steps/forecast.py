"""Forecast: compute the early and late dates of every item and store them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from model.warehouse.forecast import write_forecast
from model.warehouse.locks import exclusive_lock
from model.warehouse.plan import read_plan
from pipelines.freshness import read_freshness
from pipelines.instance import Instance
from pipelines.steps.link import MODEL_STEP


@dataclass(frozen=True, slots=True)
class ForecastResult:
    """The size of the plan: items, dependencies, and cycles of items that wait for each other."""

    items: int
    dependencies: int
    cycles: int


def forecast(instance: Instance, now: datetime) -> ForecastResult:
    """Compute and store early and late dates, slack and driving predecessor of all items."""
    with exclusive_lock(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        data_dates = read_freshness(instance, connection, now).data_dates()
        plan = read_plan(connection, instance.model, instance.today(now), data_dates=data_dates)
        write_forecast(connection, plan)
        return ForecastResult(len(plan.items), len(plan.links), len(plan.network.cycles))
