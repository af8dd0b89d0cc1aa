"""Amounts as ERP systems write them, read without guessing.

The sign may lead, trail (SAP: `123,00-`) or be a pair of brackets, and an apostrophe may stand
before it all: spreadsheet exporters put one there so that a negative is not taken for a formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Literal

NumberStyle = Literal["german", "english", "plain"]

_SIGNED = re.compile(
    r"'?(?:\((?P<owed>[^()+-]+)\)|(?P<lead>[+-]?)\s*(?P<body>[^+-]+?)(?P<trail>-?))"
)
_GERMAN = re.compile(r"(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
_ENGLISH = re.compile(r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")

_SHAPES: Mapping[NumberStyle, tuple[re.Pattern[str], str]] = {
    "german": (_GERMAN, "."),
    "english": (_ENGLISH, ","),
    "plain": (_PLAIN, ""),
}


def read_number(style: NumberStyle, text: str) -> Decimal | None:
    """The amount that `text` states in this style; None when it is not written so.

    german `1.234,56`, english `1,234.56`, plain `1234.56`.
    """
    signed = _SIGNED.fullmatch(text.replace("\u00a0", " ").replace("\u2212", "-").strip())
    if signed is None or (signed["lead"] and signed["trail"]):
        return None
    shape, grouping = _SHAPES[style]
    body = (signed["owed"] or signed["body"]).strip()
    if not shape.fullmatch(body):
        return None
    digits = body.replace(grouping, "") if grouping else body
    amount = Decimal(digits.replace(",", "."))
    return -amount if signed["owed"] or signed["trail"] or signed["lead"] == "-" else amount


NUMBER_READERS: Mapping[str, Callable[[str], Decimal | None]] = {
    # Plain needs no reader of its own here: whatever it can read, English reads the same.
    "german": partial(read_number, "german"),
    "english": partial(read_number, "english"),
}
