"""Dates as the tests write them, and the forecast of a plan as they read it."""

from datetime import date

from model.network import Calendars, Forecast, Items, Links, Network, date_of, day_of, schedule

TODAY = date(2026, 11, 20)
"""The data date: a Friday."""


def day(month: int, number: int) -> int:
    """A day of 2026, in days since 1970-01-01."""
    return day_of(date(2026, month, number))


def forecast_of(
    items: Items, links: Links | None = None, calendars: Calendars | None = None
) -> Forecast:
    return schedule(Network.build(items, links or Links.of([], []), calendars), TODAY)


def finishes(forecast: Forecast) -> list[str | None]:
    return [format_day(day) for day in forecast.early_finish.tolist()]


def starts(forecast: Forecast) -> list[str | None]:
    return [format_day(day) for day in forecast.early_start.tolist()]


def format_day(day: int) -> str | None:
    """`20 Nov`; None for `NO_DATE`."""
    value = date_of(day)
    return f"{value:%d %b}" if value else None
