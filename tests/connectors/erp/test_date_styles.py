from datetime import date

import pytest

from connectors.erp.date_styles import is_unset_date, read_date


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("d.m.y", "03.04.2026"),
        ("d.m.y", "3.4.2026"),
        ("y-m-d", "2026-04-03"),
        ("y-m-d", "2026-04-03 00:00:00.000"),
        ("y-m-d", "2026-04-03T00:00:00Z"),
        ("ymd", "20260403"),
        ("d/m/y", "03/04/2026"),
        ("m/d/y", "04/03/2026"),
    ],
)
def test_each_style_reads_its_own_dates(style: str, text: str) -> None:
    assert read_date(style, text) == date(2026, 4, 3)


@pytest.mark.parametrize("text", ["31.02.2026", "03.04.26", "2026-04-03", "soon"])
def test_impossible_dates_and_dates_in_another_style_are_none(text: str) -> None:
    assert read_date("d.m.y", text) is None


@pytest.mark.parametrize("text", ["", "00.00.0000", "00000000", "0000-00-00"])
def test_an_empty_cell_and_saps_initial_date_are_unset(text: str) -> None:
    assert is_unset_date(text)


def test_a_real_date_is_set() -> None:
    assert not is_unset_date("01.01.2026")
