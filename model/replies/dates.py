"""Dates as people write them, in the languages of the tools' users."""

from __future__ import annotations

import re
from datetime import date, datetime, time

import dateparser

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da")

# "03/04/2027" is March in one country and April in the next; with dots or dashes the day leads,
# with the year in front the month follows it. For both, the parser would swap day and month where
# that makes a date of "2027-13-01".
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[.\-]\s?(\d{1,2})[.\-]\s?(\d{4}|\d{2})", re.ASCII)

_LONGEST_PHRASE = 60
"""Of a date in words; the parser takes long on longer texts."""


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
    if parts := _YEAR_FIRST.fullmatch(phrase):
        return _date(parts[1], parts[2], parts[3])
    if parts := _DAY_FIRST.fullmatch(phrase):
        return _date(parts[3], parts[2], parts[1])
    settings = {
        "RELATIVE_BASE": datetime.combine(today, time()),
        "PREFER_DATES_FROM": "future",
        "REQUIRE_PARTS": ["day", "month"],
        "PARSERS": ["relative-time", "absolute-time"],
    }
    if len(phrase) > _LONGEST_PHRASE:
        return None
    # The parser takes "1" or a lone word for much; a date has a digit, or is a relative phrase.
    if len(phrase) < 3:
        return None
    try:
        parsed = dateparser.parse(phrase, languages=list(LANGUAGES), settings=settings)
    # "in 99999999999 years" names no day, and a calendar ends with the year 9999.
    except (ArithmeticError, ValueError):
        return None
    return parsed.date() if parsed else None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(day))
    except ValueError:
        return None


def _refuse_ambiguous(phrase: str, first: int, second: int) -> None:
    if first <= 12 and second <= 12 and first != second:
        raise AmbiguousDate(phrase)
