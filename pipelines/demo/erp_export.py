"""Finance's part of the story as an ERP export: cp1252, semicolons, German number format.

There are title rows above the table, a subtotal after each element, and a total at the end.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO

from pipelines.demo.bookings import Booking, bookings
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
    """The content of the export."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows(
        [[story.title], [story.report], [f"Stand: {_format_day(days.day(story.saved))}"], []]
    )
    writer.writerow(_HEADINGS)
    writer.writerows(_table_rows([bookings(element, days) for element in story.elements]))
    # As SAP downloads come in German offices, to show that encodings are detected.
    return text.getvalue().encode("cp1252")


def _table_rows(elements: Sequence[Sequence[Booking]]) -> Iterator[list[str]]:
    document = _FIRST_DOCUMENT
    for element in elements:
        for booking in element:
            document += 1
            yield _booking_row(str(document), booking)
        yield _total_row("Zwischensumme", element)
    yield _total_row("Gesamtsumme", [booking for element in elements for booking in element])


def _booking_row(document: str, booking: Booking) -> list[str]:
    return [
        document,
        _format_day(booking.posted),
        _format_day(booking.released) if booking.released else "",
        booking.element.cost_centre,
        booking.element.wbs or "",
        booking.order,
        booking.kind,
        _format_amount(booking.amount),
        "EUR",
        booking.text,
    ]


def _total_row(label: str, bookings: Sequence[Booking]) -> list[str]:
    total = _format_amount(sum((booking.amount for booking in bookings), Decimal()))
    cells = [""] * len(_HEADINGS)
    cells[0], cells[_AMOUNT] = label, total
    return cells


def _format_day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _format_amount(amount: Decimal) -> str:
    """`1.234,56`, and `1.234,56-` below zero."""
    # ERP systems put the sign behind the number.
    digits = f"{abs(amount):,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{digits}-" if amount < 0 else digits
