import pytest

from connectors.kit.formulas import escape_formula


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "－1"])
def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(text: str) -> None:
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "CDP-12 = late", "'=1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert escape_formula(text) == text
