from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.erp.dates import DATE_READERS
from connectors.erp.numerals import NUMBER_READERS
from connectors.erp.styles import Undecided, decide


def test_one_clear_amount_decides_for_its_whole_column() -> None:
    assert decide(["1.234", "2.500", "950,00-"], NUMBER_READERS) == "german"
    assert decide(["1.234", "2.500", "950.00"], NUMBER_READERS) == "english"


def test_a_column_that_could_be_either_is_refused_and_shows_why() -> None:
    refused = decide(["1.234", "950"], NUMBER_READERS)
    assert isinstance(refused, Undecided)
    assert '"1.234" can be read as 1234 (german) or 1.234 (english)' in refused.reason


def test_a_column_written_in_two_styles_is_refused_with_a_value_of_each() -> None:
    refused = decide(["1.234,56", "1,234.56"], NUMBER_READERS)
    assert isinstance(refused, Undecided)
    assert '"1.234,56" is german' in refused.reason
    assert '"1,234.56" is english' in refused.reason


@pytest.mark.parametrize("texts", [["950", "12"], []])
def test_whole_numbers_need_no_decision(texts: list[str]) -> None:
    assert decide(texts, NUMBER_READERS) in NUMBER_READERS


def test_a_value_that_nothing_reads_does_not_spoil_its_column() -> None:
    assert decide(["n/a", "1.234,56"], NUMBER_READERS) == "german"


def test_a_day_above_twelve_tells_day_and_month_apart() -> None:
    assert decide(["03/04/2026", "25/04/2026"], DATE_READERS) == "d/m/y"
    assert decide(["03/04/2026", "04/25/2026"], DATE_READERS) == "m/d/y"


def test_days_that_could_be_months_are_refused() -> None:
    assert isinstance(decide(["03/04/2026"], DATE_READERS), Undecided)


AMOUNTS = st.lists(st.decimals(-(10**7), 10**7, places=2), min_size=1)
SWAPPED = str.maketrans(",.", ".,")


@given(AMOUNTS, st.sampled_from([2, 3]), st.booleans())
def test_a_column_is_read_as_it_was_written_or_not_at_all(
    amounts: list[Decimal], places: int, german: bool
) -> None:
    english = [f"{amount:,.{places}f}" for amount in amounts]
    texts = [text.translate(SWAPPED) for text in english] if german else english
    style = decide(texts, NUMBER_READERS)
    if not isinstance(style, Undecided):
        assert [NUMBER_READERS[style](text) for text in texts] == amounts
