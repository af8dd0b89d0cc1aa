"""Dates as the tests write them: Friday 20 November 2026 is today."""

from datetime import date

from model.network import Calendars, Forecast, Items, Links, Network, date_of, day_of, schedule

TODAY = date(2026, 11, 20)


def day(month: int, number: int) -> int:
    return day_of(date(2026, month, number))


def scheduled(
    items: Items, links: Links | None = None, calendars: Calendars | None = None
) -> Forecast:
    return schedule(Network.build(items, links or Links.of([], []), calendars), TODAY)


def finishes(forecast: Forecast) -> list[str | None]:
    return [shown(value) for value in forecast.early_finish.tolist()]


def starts(forecast: Forecast) -> list[str | None]:
    return [shown(value) for value in forecast.early_start.tolist()]


def shown(value: int) -> str | None:
    found = date_of(value)
    return f"{found:%d %b}" if found else None
