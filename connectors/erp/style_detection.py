"""Which of several styles a column is written in, decided once from all its values.

A single cell is often ambiguous: `1.234` is a thousand in Germany and one in England, `03/04/2026`
is a day in March or in April. All cells of a column together usually are not; a column that still
is ambiguous is refused, not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

StyleReaders = Mapping[str, Callable[[str], object]]
"""A reader for each style; it returns None for text that is not written in its style."""


@dataclass(frozen=True, slots=True)
class AmbiguousStyle:
    """Why no style could be chosen, with the cells that show it."""

    reason: str


def detect_style(texts: Iterable[str], readers: StyleReaders) -> str | AmbiguousStyle:
    """Return the one style in which every readable value of a column has been written.

    Of styles that read all values the same, the first in `readers`. A value that no style can
    read is ignored here; it is reported when its line is mapped.
    """
    readings = _read_in_every_style(texts, readers)
    possible = [style for style in readers if all(style in values for values in readings.values())]
    if not possible:
        return AmbiguousStyle(_describe_mixed_styles(readings))
    for text, values in readings.items():
        if len({values[style] for style in possible}) > 1:
            meanings = " or ".join(f"{values[style]} ({style})" for style in possible)
            return AmbiguousStyle(f'"{text}" can be read as {meanings}, and no other value decides')
    return possible[0]


def _read_in_every_style(
    texts: Iterable[str], readers: StyleReaders
) -> dict[str, dict[str, object]]:
    """The values of each readable text by style; a style that cannot read it is left out."""
    readings = {}
    # Columns of exports repeat few values; each is read only once.
    for text in dict.fromkeys(texts):
        results = {style: read(text) for style, read in readers.items()}
        values = {style: value for style, value in results.items() if value is not None}
        if values:
            readings[text] = values
    return readings


def _describe_mixed_styles(readings: Mapping[str, Mapping[str, object]]) -> str:
    text_by_styles: dict[str, str] = {}
    for text, values in readings.items():
        text_by_styles.setdefault(" or ".join(values), text)
    examples = ", ".join(f'"{text}" is {styles}' for styles, text in text_by_styles.items())
    return f"its values are not written in one style: {examples}"
