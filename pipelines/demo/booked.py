"""Booked lines of an element: made up, adding up to the cent, and always the same ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from pipelines.demo.days import Days
from pipelines.demo.story import Element

BUDGET, COMMITMENT, ACTUAL = "Budget", "Obligo", "Ist"
_CENT = Decimal("0.01")
_OLDEST, _NEWEST = -210, -2
_TEXTS = (
    "Beratung",
    "Externe Entwicklung",
    "Lizenzen",
    "Testumgebung",
    "Schulung",
    "Betrieb",
    "Reisekosten",
    "Qualitätssicherung",
    "Gestaltung",
    "Wartung",
)


@dataclass(frozen=True, slots=True)
class Booking:
    """One line of the export; `released` is the day from which a budget may be used."""

    element: Element
    kind: str
    amount: Decimal
    posted: date
    text: str
    order: str = ""
    released: date | None = None


def bookings(element: Element, days: Days) -> list[Booking]:
    """Budgets first, then what was paid and committed, oldest first."""
    spent = sorted(_spent(element, days), key=lambda booking: booking.posted)
    return [*_budgets(element, days), *spent]


def _budgets(element: Element, days: Days) -> Iterator[Booking]:
    releases = [(days.fiscal_year_start(b.year), b.amount) for b in element.budgets]
    if element.late:
        late = element.late
        releases.append((days.late_quarter_start(late.after, late.at_least), late.amount))
    for released, amount in releases:
        text = f"{element.text}, Budget {released.year}"
        posted = min(released, days.day(_NEWEST))
        yield Booking(element, BUDGET, Decimal(amount), posted, text, released=released)


def _spent(element: Element, days: Days) -> Iterator[Booking]:
    chance = Random(element.wbs or element.text)  # noqa: S311 made-up figures, not secrets
    total = Decimal(sum(budget.amount for budget in element.budgets)) * element.used / 100
    for amount in _shares(total, element.lines, chance):
        committed = amount > 0 and chance.random() < 0.2
        order = f"45000{chance.randrange(10_000, 99_999)}" if committed else ""
        text = f"{element.text}, {chance.choice(_TEXTS)}{' Gutschrift' if amount < 0 else ''}"
        posted = days.day(chance.randint(_OLDEST, _NEWEST))
        yield Booking(element, COMMITMENT if committed else ACTUAL, amount, posted, text, order)


def _shares(total: Decimal, lines: int, chance: Random) -> list[Decimal]:
    """So many amounts that add up to the total, every fifteenth a credit note."""
    if not lines:
        return []
    weights = [
        -chance.uniform(0.1, 0.4) if line % 15 == 14 else chance.uniform(0.3, 2.0)
        for line in range(lines)
    ]
    each = total / Decimal(sum(weights))
    amounts = [(each * Decimal(weight)).quantize(_CENT) for weight in weights[:-1]]
    return [*amounts, total - sum(amounts)]
