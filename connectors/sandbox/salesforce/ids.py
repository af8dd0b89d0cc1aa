"""Salesforce record ids: 15 case-sensitive characters, or 18 that compare in any case.

Reference: https://help.salesforce.com/s/articleView?id=000383751 (the 15 to 18 conversion).
"""

from __future__ import annotations

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
PREFIXES = {
    "User": "005",
    "Account": "001",
    "Opportunity": "006",
    "OpportunityHistory": "008",
    "FeedItem": "0D5",
    "FeedComment": "0D7",
}
"""The first three characters of an id say which object its record belongs to."""


def new_id(object_name: str, number: int) -> str:
    """An 18-character id of the number-th record."""
    tail = ""
    for _ in range(12):
        number, digit = divmod(number, len(DIGITS))
        tail = DIGITS[digit] + tail
    return to_18_characters(PREFIXES[object_name] + tail)


def to_18_characters(id_: str) -> str:
    """The 18-character form of a 15-character id; any other text unchanged."""
    if len(id_) != 15:
        return id_
    blocks = (id_[0:5], id_[5:10], id_[10:15])
    return id_ + "".join(
        SUFFIX[sum(1 << place for place, letter in enumerate(block) if letter.isupper())]
        for block in blocks
    )
