from collections.abc import Callable
from decimal import Decimal
from typing import Any

WriteLine = Callable[..., str]
ExportFolder = Any


def test_a_total_row_without_a_sum_is_refused(folder: ExportFolder, line: WriteLine) -> None:
    folder.profile["total"] = "Summe"
    folder.put("march.csv", line("1"), "Summe;;;;;;;;")
    (problem,) = folder.pull().problems
    assert "the total row in line 3 holds no sum" in problem.reason


def test_a_total_of_an_ambiguous_column_is_reported_as_unchecked(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile["total"] = "Summe"
    folder.put("march.csv", line("1", "1.234"), line("2", "2.000"), "Summe;;;;;;;;3.234")
    (problem,) = folder.pull().problems
    assert 'could not be checked: the column "Betrag" cannot be read' in problem.reason


def test_the_total_row_decides_the_style_of_an_ambiguous_column(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile["total"] = "Summe"
    folder.put("march.csv", line("1", "1.234"), line("2", "2.000"), "Summe;;;;;;;;3.234,00")
    assert folder.pull().problems == []
    assert [spend.amount for spend in folder.spend()] == [Decimal(1234), Decimal(2000)]


def test_a_total_is_compared_in_the_declared_style(folder: ExportFolder, line: WriteLine) -> None:
    folder.profile |= {"total": "Summe", "numbers": "german"}
    folder.put("march.csv", line("1", "1.234"), line("2", "2.000"), "Summe;;;;;;;;3.234")
    assert folder.pull().problems == []
