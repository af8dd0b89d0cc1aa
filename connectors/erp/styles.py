"""Which of several ways of writing a column follows, decided once from all its values.

A cell alone is often ambiguous: `1.234` is a thousand in Germany and one in England, `03/04/2026`
is a day in March or in April. All cells of a column together usually are not; where they are,
the column is refused rather than guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Readers = Mapping[str, Callable[[str], object]]
"""A reader for each style; it gives None for what is not written in its style."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Why no style could be chosen, with the cells that show it."""

    reason: str


def decide(texts: Iterable[str], readers: Readers) -> str | Undecided:
    """The one style in which every readable value of a column has been written.

    A value that no style can read says nothing about the column and is reported on its own.
    """
    readings = _readings(texts, readers)
    possible = [style for style in readers if all(style in found for found in readings.values())]
    if not possible:
        return Undecided(_mixed(readings))
    for text, found in readings.items():
        if len({found[style] for style in possible}) > 1:
            meanings = " or ".join(f"{found[style]} ({style})" for style in possible)
            return Undecided(f'"{text}" can be read as {meanings}, and no other value decides')
    return possible[0]


def _readings(texts: Iterable[str], readers: Readers) -> dict[str, dict[str, object]]:
    readings = {}
    for text in dict.fromkeys(texts):
        tried = {style: read(text) for style, read in readers.items()}
        found = {style: value for style, value in tried.items() if value is not None}
        if found:
            readings[text] = found
    return readings


def _mixed(readings: Mapping[str, Mapping[str, object]]) -> str:
    shown: dict[str, str] = {}
    for text, found in readings.items():
        shown.setdefault(" or ".join(found), text)
    examples = ", ".join(f'"{text}" is {styles}' for styles, text in shown.items())
    return f"its values are not written in one style: {examples}"
