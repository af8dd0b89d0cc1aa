from decimal import Decimal

import pytest

from connectors.erp.number_styles import read_number


@pytest.mark.parametrize(
    ("style", "text", "amount"),
    [
        ("german", "1.234,56", "1234.56"),
        ("german", "1234,5", "1234.5"),
        ("german", "1.234", "1234"),
        ("english", "1,234.56", "1234.56"),
        ("english", "1.234", "1.234"),
        ("plain", "1234.56", "1234.56"),
    ],
)
def test_each_style_reads_its_own_amounts(style: str, text: str, amount: str) -> None:
    assert read_number(style, text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["950,00-", "-950,00", "- 950,00", "(950,00)", "'-950,00", " -950,00 ", "\u2212950,00"],
)
def test_every_notation_of_a_negative_amount_is_read(text: str) -> None:
    assert read_number("german", text) == Decimal(-950)


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("german", "1,234.56"),
        ("german", "12.34"),
        ("german", "0.500"),
        ("german", "-1,00-"),
        ("german", "(-1,00)"),
        ("german", ""),
        ("german", "-"),
        ("german", "12,3x"),
        ("german", "1.234.56"),
        ("german", "١٢"),
        ("english", "1.234,56"),
        ("english", "12,34"),
        ("plain", "1,234"),
    ],
)
def test_an_amount_in_another_style_is_none(style: str, text: str) -> None:
    assert read_number(style, text) is None
