"""The working calendar of each function, in the form that the network computes with."""

from __future__ import annotations

from datetime import date

from model.network import Calendar, Calendars
from model.operating_model.calendar import WorkingCalendar
from model.operating_model.schema import OperatingModel

_YEARS_BACK = 10
_YEARS_AHEAD = 15


def function_calendars(model: OperatingModel, today: date) -> Calendars:
    """One calendar per function, in the order of the operating model, last the default one.

    Public holidays are known from ten years before `today` to fifteen after it; beyond that only
    weekends are.
    """
    specs = {spec.id: spec for spec in model.calendars}
    years = (today.year - _YEARS_BACK, today.year + _YEARS_AHEAD)
    calendars = []
    # Items of no function are planned in the default calendar.
    for calendar in (*(function.calendar for function in model.functions), None):
        working = WorkingCalendar(specs[calendar or model.calendar])
        calendars.append(Calendar(working.week, working.days_off(*years), working.extra_days))
    return Calendars.of(calendars)
