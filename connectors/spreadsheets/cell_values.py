"""Parses the text of cells; text that is not clear is refused, never guessed.

Each parser raises UnclearValue for text that does not have one certain meaning.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from connectors.kit.plausible import LONGEST, plausible_day, plausible_days
from model.keys import ReferenceFormats
from model.records import DependencyType, Priority

ERROR_VALUES = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)
"""What Excel shows in the cell of a formula that failed."""
_UNKNOWN = frozenset(
    {"tbd", "tbc", "tba", "n/a", "n.a.", "open", "offen", "none", "?", "-", "–", "—"}
)

_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: .*)?")
_DAY_NUMBER = re.compile(r"\d{5}(?:\.\d+)?")
# A comma is a decimal sign only before one or two digits: `1,000` may be a thousand.
_NUMBER = re.compile(r"-?\d+(?:\.\d+|,\d{1,2})?")
_DAYS = re.compile(r"(.+?)\s*(?:d|days?|pt|tage?)?", re.IGNORECASE)
_LINK = re.compile(r"(.+?)\s+(FS|SS|FF|SF)(?:\s*([+-])\s*(\d+)\s*(?:D|DAYS?)?)?", re.IGNORECASE)

_PRIORITIES = {
    Priority.CRITICAL: "critical highest blocker urgent p0 p1 kritisch dringend",
    Priority.HIGH: "high major important p2 hoch wichtig",
    Priority.MEDIUM: "medium normal moderate p3 mittel",
    Priority.LOW: "low lowest minor trivial p4 p5 niedrig gering",
}
_BY_WORD = {word: level for level, words in _PRIORITIES.items() for word in words.split()}
_YES = frozenset({"yes", "y", "true", "x", "1", "ja", "j", "wahr", "✓", "✔"})
_NO = frozenset({"no", "n", "false", "0", "nein", "falsch"})
_TYPES = {
    "FS": DependencyType.FINISH_TO_START,
    "SS": DependencyType.START_TO_START,
    "FF": DependencyType.FINISH_TO_FINISH,
    "SF": DependencyType.START_TO_FINISH,
}


@dataclass
class UnclearValue(ValueError):
    """Text of a cell without one certain meaning: the reason, and how to write it instead."""

    reason: str
    remedy: str


def is_unknown(text: str) -> bool:
    """Whether a text states that there is no value yet: `TBD`, `n/a`, `-`, `offen`."""
    return text.casefold() in _UNKNOWN


def parse_date(text: str, date1904: bool = False) -> date:
    """Parse a calendar day from ISO, from d.m.yyyy, or from Excel's day number."""
    if match := _ISO_DATE.fullmatch(text):
        year, month, day = map(int, match.groups())
    elif match := _DOTTED_DATE.fullmatch(text):
        day, month, year = map(int, match.groups())
    elif _DAY_NUMBER.fullmatch(text):
        return _require_plausible(_from_day_number(int(float(text)), date1904), text)
    else:
        # A date with slashes is refused: 3/4/2026 is in March or in April.
        raise _not_a_date(text)
    try:
        return _require_plausible(date(year, month, day), text)
    except ValueError as error:
        raise _not_a_date(text) from error


def _from_day_number(number: int, date1904: bool) -> date:
    # Excel's day 1 is 1900-01-01, but it counts a 29 February 1900 that did not exist.
    return (date(1904, 1, 1) if date1904 else date(1899, 12, 30)) + timedelta(days=number)


def _require_plausible(day: date, text: str) -> date:
    if not plausible_day(day):
        raise _not_a_date(text)
    return day


def _not_a_date(text: str) -> UnclearValue:
    return UnclearValue(
        f'"{text}" is not a date that can be understood in one way only',
        "Enter a real date, or write it like 2026-03-31 or 31.3.2026",
    )


def parse_percent(text: str, whole: bool = False) -> int:
    """Parse `40 %`, `40`, or the fraction 0.4 that a percent cell holds, into 0 to 100.

    Without a percent sign a number up to 1 is a fraction, unless the column is known to count in
    `whole` percents: there 1 is one percent. A number that may be either (0.4 in such a column,
    1.2 in another) is refused.
    """
    value = _parse_number(text.removesuffix("%").strip())
    if not text.endswith("%"):
        if (0 < value < 1) if whole else (1 < value < 2):
            remedy = "Write all of this column in one way, best with a percent sign"
            raise UnclearValue(f'"{text}" may be a fraction or a percentage', remedy)
        # 1 itself is 100 % here: a cell in percent format holds a fraction.
        value *= 1 if whole or value > 1 else 100
    if not 0 <= value <= 100:
        reason = f'"{text}" is no percentage from 0 to 100'
        raise UnclearValue(reason, "Correct it, or empty the cell")
    return round(value)


def is_in_whole_percents(texts: Iterable[str]) -> bool:
    """Whether a column of percentages counts up to 100: a bare number from 2 on shows it."""
    return any(
        _NUMBER.fullmatch(text.strip()) and _parse_number(text.strip()) >= 2 for text in texts
    )


def parse_days(text: str) -> int:
    """Parse working days, a fraction rounded up: `5`, `2.5`, `5 d`."""
    match = _DAYS.fullmatch(text)
    value = _parse_number(match[1] if match else text)
    if value < 0:
        raise UnclearValue(f'"{text}" is less than no days', "Correct it, or empty the cell")
    if not plausible_days(value):
        raise _too_long(text)
    # The plan counts whole days, and half a day occupies one.
    return math.ceil(value)


def _too_long(text: str) -> UnclearValue:
    return UnclearValue(f'"{text}" is more than {LONGEST:,} working days', "Correct it")


def _parse_number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise UnclearValue(f'"{text}" is no plain number', "Write a plain number, like 12 or 12.5")
    return float(text.replace(",", "."))


def parse_priority(text: str) -> Priority:
    """Parse common English and German words, and P0 to P5."""
    # A bare number is refused: 1 is the highest priority for some people and the lowest for others.
    for word in re.findall(r"\w+", text.casefold()):
        if word in _BY_WORD:
            return _BY_WORD[word]
    raise UnclearValue(
        f'"{text}" is no known priority', "Write critical, high, medium or low, or P1 to P4"
    )


def parse_flag(text: str) -> bool:
    """Parse yes or no in English or German, or a check mark."""
    folded = text.casefold()
    if folded not in _YES | _NO:
        raise UnclearValue(f'"{text}" is neither yes nor no', "Write yes or no")
    return folded in _YES


def parse_labels(text: str) -> tuple[str, ...]:
    """Split labels at commas, semicolons, bars or line breaks, without duplicates."""
    parts = (part.strip() for part in re.split(r"[;,|\n]", text))
    return tuple(dict.fromkeys(part for part in parts if part))


def parse_links(
    text: str, references: ReferenceFormats
) -> list[tuple[str, DependencyType, int, str]]:
    """Parse predecessors: `CDP-12; cdp-14 FF+3d`.

    Returns for each its normalised name, the type (finish to start unless stated), the lag in
    working days, and the spelling of the name in the cell.
    """
    return [_parse_link(name, spelling) for name, spelling in references.split_list(text).items()]


def _parse_link(name: str, spelling: str) -> tuple[str, DependencyType, int, str]:
    match, spelled = _LINK.fullmatch(name), _LINK.fullmatch(spelling)
    if match is None:
        return name, DependencyType.FINISH_TO_START, 0, spelling
    lag = int(match[4] or 0)
    if not plausible_days(lag):
        raise _too_long(name)
    spelling = spelled[1] if spelled else spelling
    return match[1], _TYPES[match[2]], -lag if match[3] == "-" else lag, spelling
