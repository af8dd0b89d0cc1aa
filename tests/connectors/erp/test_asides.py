"""Rows with figures that are no postings are left out, counted, and shown with their sum."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.connectors.erp.conftest import ExportFolder


@pytest.mark.parametrize(
    "document",
    ["", "Zwischensumme", "Subtotal 4400", "Saldovortrag", "Opening balance", "Result"],
)
def test_a_sum_or_balance_is_no_spend_and_is_shown(
    folder: ExportFolder, line: Callable[..., str], document: str
) -> None:
    folder.put("a.csv", line("1", "10,00"), line("2", "5,50"), line(document, "15,50"))
    assert sorted(spend.amount for spend in folder.spend()) == [Decimal("5.50"), Decimal("10.00")]
    (problem,) = folder.pull().problems
    assert not problem.held
    assert "1 (line 4; Betrag 15.50)" in problem.reason


def test_a_cell_too_many_is_held_even_if_the_last_is_empty(folder: ExportFolder) -> None:
    head = "BuKr;Periode;Belegnr;Buchungsdatum;Kostenstelle;PSP-Element;Wertart;Betrag;Text"
    good = "1000;2026/003;1;15.03.2026;4400;P-1;Ist;1,50;"
    second, third = good.replace(";1;", ";2;"), good.replace(";1;", ";3;")
    folder.put("a.csv", good, second, f"{third};", head=head)
    assert len(folder.pull().ids) == 2
    assert "line 4: 10 cells under 9 headings" in folder.pull().problems[0].reason
