"""The booked lines of a WBS element: generated, exact to the cent, and the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from pipelines.demo.days import Days
from pipelines.demo.story import BudgetElement

BUDGET, COMMITMENT, ACTUAL = "Budget", "Obligo", "Ist"
_CENT = Decimal("0.01")
# Working days before today: most of a fiscal year, and nothing that is posted in the future.
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
    """A line of the export; `released` is the first day on which a budget may be used."""

    element: BudgetElement
    kind: str
    amount: Decimal
    posted: date
    text: str
    order: str = ""
    released: date | None = None


def bookings(element: BudgetElement, days: Days) -> list[Booking]:
    """Budgets, then payments and commitments, oldest first."""
    spending = sorted(_spending(element, days), key=lambda booking: booking.posted)
    return [*_budgets(element, days), *spending]


def _budgets(element: BudgetElement, days: Days) -> Iterator[Booking]:
    releases = [(days.fiscal_year_start(budget.year), budget.amount) for budget in element.budgets]
    if element.late:
        late = element.late
        releases.append((days.late_quarter_start(late.after, late.at_least), late.amount))
    for released, amount in releases:
        text = f"{element.text}, Budget {released.year}"
        # A budget is posted in advance; its release may lie ahead, its posting may not.
        posted = min(released, days.day(_NEWEST))
        yield Booking(element, BUDGET, Decimal(amount), posted, text, released=released)


def _spending(element: BudgetElement, days: Days) -> Iterator[Booking]:
    # Seeded by the element, so that every run writes the same file.
    random = Random(element.wbs or element.text)  # noqa: S311 generated figures, not secrets
    total = Decimal(sum(budget.amount for budget in element.budgets)) * element.used / 100
    for amount in _shares(total, element.lines, random):
        # Credit notes come from payments only.
        is_commitment = amount > 0 and random.random() < 0.2
        order = f"45000{random.randrange(10_000, 99_999)}" if is_commitment else ""
        text = f"{element.text}, {random.choice(_TEXTS)}{' Gutschrift' if amount < 0 else ''}"
        posted = days.day(random.randint(_OLDEST, _NEWEST))
        yield Booking(element, COMMITMENT if is_commitment else ACTUAL, amount, posted, text, order)


def _shares(total: Decimal, lines: int, random: Random) -> list[Decimal]:
    """Split the total into `lines` amounts, of which every fifteenth is a credit note."""
    if not lines:
        return []
    weights = [
        # A negative weight makes a credit note; the unit below keeps the total exact.
        -random.uniform(0.1, 0.4) if line % 15 == 14 else random.uniform(0.3, 2.0)
        for line in range(lines)
    ]
    unit = total / Decimal(sum(weights))
    amounts = [(unit * Decimal(weight)).quantize(_CENT) for weight in weights[:-1]]
    # The last amount takes what rounding to cents leaves over.
    return [*amounts, total - sum(amounts)]
