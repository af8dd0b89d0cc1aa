from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.erp.date_styles import DATE_READERS
from connectors.erp.number_styles import NUMBER_READERS
from connectors.erp.style_detection import AmbiguousStyle, detect_style


def test_one_unambiguous_amount_decides_the_style_of_its_column() -> None:
    assert detect_style(["1.234", "2.500", "950,00-"], NUMBER_READERS) == "german"
    assert detect_style(["1.234", "2.500", "950.00"], NUMBER_READERS) == "english"


def test_an_ambiguous_column_is_refused_with_both_readings() -> None:
    refused = detect_style(["1.234", "950"], NUMBER_READERS)
    assert isinstance(refused, AmbiguousStyle)
    assert '"1.234" can be read as 1234 (german) or 1.234 (english)' in refused.reason


def test_a_column_written_in_two_styles_is_refused_with_a_value_of_each() -> None:
    refused = detect_style(["1.234,56", "1,234.56"], NUMBER_READERS)
    assert isinstance(refused, AmbiguousStyle)
    assert '"1.234,56" is german' in refused.reason
    assert '"1,234.56" is english' in refused.reason


@pytest.mark.parametrize("texts", [["950", "12"], []])
def test_a_column_that_every_style_reads_alike_has_a_style(texts: list[str]) -> None:
    assert detect_style(texts, NUMBER_READERS) in NUMBER_READERS


def test_a_value_that_no_style_can_read_is_ignored() -> None:
    assert detect_style(["n/a", "1.234,56"], NUMBER_READERS) == "german"


def test_a_day_above_twelve_decides_which_number_is_the_month() -> None:
    assert detect_style(["03/04/2026", "25/04/2026"], DATE_READERS) == "d/m/y"
    assert detect_style(["03/04/2026", "04/25/2026"], DATE_READERS) == "m/d/y"


def test_dates_whose_day_could_be_the_month_are_refused() -> None:
    assert isinstance(detect_style(["03/04/2026"], DATE_READERS), AmbiguousStyle)


AMOUNTS = st.lists(st.decimals(-(10**7), 10**7, places=2), min_size=1)
SWAPPED = str.maketrans(",.", ".,")


@given(AMOUNTS, st.sampled_from([2, 3]), st.booleans())
def test_a_column_is_read_as_it_was_written_or_not_at_all(
    amounts: list[Decimal], places: int, german: bool
) -> None:
    english = [f"{amount:,.{places}f}" for amount in amounts]
    texts = [text.translate(SWAPPED) for text in english] if german else english
    style = detect_style(texts, NUMBER_READERS)
    if not isinstance(style, AmbiguousStyle):
        assert [NUMBER_READERS[style](text) for text in texts] == amounts
