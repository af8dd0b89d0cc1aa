"""Dates as people write them, in the languages of the tools' users."""

from __future__ import annotations

import re
from datetime import date, datetime, time

import dateparser

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da")

# "03/04/2027" is March in one country and April in the next; with dots or dashes the day leads,
# with the year in front the month follows it.
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})")
# These order their parts beyond doubt, but the parser would try the American order first.
_DAY_FIRST = re.compile(r"\d{1,2}[.\-]\s?\d{1,2}[.\-]\s?\d{2,4}")


class AmbiguousDate(ValueError):
    """A date that means two days, depending on the reader's country."""


def parse_date(phrase: str, today: date) -> date | None:
    """The day that a phrase names, or None if it names none.

    A day without its year is the next one from `today`. Day and month must be stated, or a
    distance ("in two weeks"). Raises AmbiguousDate.
    """
    phrase = phrase.strip(" .,;:")
    if slashed := _SLASHED.fullmatch(phrase):
        _refuse_ambiguous(phrase, int(slashed[1]), int(slashed[2]))
    settings = {
        "RELATIVE_BASE": datetime.combine(today, time()),
        "PREFER_DATES_FROM": "future",
        "REQUIRE_PARTS": ["day", "month"],
        "PARSERS": ["relative-time", "absolute-time"],
        **({"DATE_ORDER": "DMY"} if _DAY_FIRST.fullmatch(phrase) else {}),
    }
    # The parser takes "1" or a lone word for much; a date has a digit, or is a relative phrase.
    if len(phrase) < 3:
        return None
    parsed = dateparser.parse(phrase, languages=list(LANGUAGES), settings=settings)
    return parsed.date() if parsed else None


def _refuse_ambiguous(phrase: str, first: int, second: int) -> None:
    if first <= 12 and second <= 12 and first != second:
        raise AmbiguousDate(phrase)
