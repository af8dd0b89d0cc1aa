"""Cell addresses as spreadsheets show them: `B7`."""

from __future__ import annotations

import re
from functools import cache

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def format_cell_address(row: int, column: int) -> str:
    """`B7` for row 6 and column 1, both counted from 0."""
    return f"{column_letters(column)}{row + 1}"


@cache
def column_letters(column: int) -> str:
    """`A` for column 0, `AA` for column 26."""
    letters, rest = "", column + 1
    while rest:
        # There is no letter for zero, so each digit counts from 1 (A) to 26 (Z).
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def parse_cell_address(cell: str) -> tuple[int, int]:
    """Row and column, both counted from 0, of an address like `B7`; raises ValueError."""
    match = _ADDRESS.fullmatch(cell)
    if match is None:
        raise ValueError(f'"{cell}" is no cell address like B7')
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1
