"""The styles in which ERP systems write amounts.

The sign may lead, trail (SAP: `123,00-`) or be a pair of brackets. An apostrophe may stand before
it: spreadsheet programs export one with a negative amount that they guard against being a formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Literal

from connectors.kit.plausible import plausible_amount

NumberStyle = Literal["german", "english", "plain"]

_SIGNED = re.compile(
    r"'?(?:\((?P<owed>[^()+-]+)\)|(?P<lead>[+-]?)\s*(?P<body>[^+-]+?)(?P<trail>-?))"
)
# A group of thousands never begins with zero: `0.500` is a half in English, not 500 in German.
_GERMAN = re.compile(r"(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
_ENGLISH = re.compile(r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")

_PATTERNS: Mapping[NumberStyle, tuple[re.Pattern[str], str]] = {
    "german": (_GERMAN, "."),
    "english": (_ENGLISH, ","),
    "plain": (_PLAIN, ""),
}


def read_number(style: NumberStyle, text: str) -> Decimal | None:
    """Read an amount written in this style; None for text in another style.

    german `1.234,56`, english `1,234.56`, plain `1234.56`.
    """
    # Exports pad with no-break spaces, and office programs write the minus sign U+2212.
    signed = _SIGNED.fullmatch(text.replace("\u00a0", " ").replace("\u2212", "-").strip())
    # A sign at both ends is a typing error, not a negative of a negative.
    if signed is None or (signed["lead"] and signed["trail"]):
        return None
    pattern, grouping = _PATTERNS[style]
    body = (signed["owed"] or signed["body"]).strip()
    if not pattern.fullmatch(body):
        return None
    digits = body.replace(grouping, "") if grouping else body
    amount = Decimal(digits.replace(",", "."))
    if not plausible_amount(amount):
        return None
    return -amount if signed["owed"] or signed["trail"] or signed["lead"] == "-" else amount


NUMBER_READERS: Mapping[str, Callable[[str], Decimal | None]] = {
    # Plain needs no reader of its own here: whatever it can read, English reads the same.
    "german": partial(read_number, "german"),
    "english": partial(read_number, "english"),
}
