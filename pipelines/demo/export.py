"""Finance's part of the story as its ERP exports it: cp1252, semicolons, German figures.

Above the table stands a preamble, each element ends with a subtotal, the file with its total.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO

from pipelines.demo.booked import Booking, bookings
from pipelines.demo.days import Days
from pipelines.demo.story import FinanceStory

_HEADINGS = (
    "Belegnummer",
    "Buchungsdatum",
    "Freigabe ab",
    "Kostenstelle",
    "PSP-Element",
    "Bestellung",
    "Art",
    "Betrag",
    "Währung",
    "Text",
)
_AMOUNT = _HEADINGS.index("Betrag")
_FIRST_DOCUMENT = 5_100_000_000


def erp_export(story: FinanceStory, days: Days) -> bytes:
    """The export's bytes."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([[story.title], [story.report], [f"Stand: {_day(days.day(story.saved))}"], []])
    writer.writerow(_HEADINGS)
    writer.writerows(_body([bookings(element, days) for element in story.elements]))
    return text.getvalue().encode("cp1252")


def _body(elements: Sequence[Sequence[Booking]]) -> Iterator[list[str]]:
    document = _FIRST_DOCUMENT
    for lines in elements:
        for line in lines:
            document += 1
            yield _line(str(document), line)
        yield _sum("Zwischensumme", lines)
    yield _sum("Gesamtsumme", [line for lines in elements for line in lines])


def _line(document: str, line: Booking) -> list[str]:
    return [
        document,
        _day(line.posted),
        _day(line.released) if line.released else "",
        line.element.cost_centre,
        line.element.wbs or "",
        line.order,
        line.kind,
        _german(line.amount),
        "EUR",
        line.text,
    ]


def _sum(label: str, lines: Sequence[Booking]) -> list[str]:
    total = _german(sum((line.amount for line in lines), Decimal()))
    cells = [""] * len(_HEADINGS)
    cells[0], cells[_AMOUNT] = label, total
    return cells


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _german(amount: Decimal) -> str:
    """`1.234,56`, and `1.234,56-` below zero."""
    digits = f"{abs(amount):,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{digits}-" if amount < 0 else digits
