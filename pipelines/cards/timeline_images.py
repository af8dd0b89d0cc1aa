"""The timeline of a chain as images of a card: each short enough for Dagster to show it at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from model.rules.words import format_day
from pipelines.cards.markdown import INLINE
from pipelines.timeline import (
    Axis,
    TimelineRow,
    all_days,
    axis_texts,
    bars,
    document,
    shorten,
    text_at,
)

LEGEND: Final = "Grey: plan. Green or red: forecast."

# All in pixels; the metadata of a card leaves this width.
_WIDTH, _AXIS_HEIGHT, _ROW, _MARK_ROW = 500, 16, 34, 14
_LONGEST_NAME = 60
_MARK_COLOUR = "#75c"

# A `data:` address inside `<…>` of a Markdown image must not contain these characters.
_PERCENT_ENCODED = str.maketrans(
    {"%": "%25", "#": "%23", "&": "%26", "<": "%3C", ">": "%3E", "\\": "%5C", '"': "%22"}
)


@dataclass(frozen=True, slots=True)
class TimelineMark:
    """A day of note, drawn as a line through all rows: `today`, or when something is needed."""

    name: str
    day: date


def timeline_images(rows: Sequence[TimelineRow], marks: Sequence[TimelineMark]) -> list[str]:
    """The chain as Markdown images on one time axis; none where no record has dates.

    The first has the axis, the names of the marks and the legend. Each row has its key and title.
    """
    days = all_days(rows)
    if not days:
        return []
    days += [mark.day for mark in marks]
    axis = Axis(min(days), max(days), 0, _WIDTH)
    images: list[str] = []
    begun: list[TimelineRow] = []
    for row in rows:
        if begun and len(_image([*begun, row], marks, axis, is_first=not images)) > INLINE:
            images.append(_image(begun, marks, axis, is_first=not images))
            begun = []
        begun.append(row)
    return [*images, _image(begun, marks, axis, is_first=not images)]


def _image(
    rows: Sequence[TimelineRow], marks: Sequence[TimelineMark], axis: Axis, *, is_first: bool
) -> str:
    top = _AXIS_HEIGHT + _MARK_ROW * len(marks) if is_first else 0
    height = top + _ROW * len(rows)
    parts = [
        *(axis_texts(axis) if is_first else ()),
        *(_mark_names(marks, axis) if is_first else ()),
        *_mark_lines(marks, axis, height),
        *(text_at(0, top + _ROW * index + 11, _name(row)) for index, row in enumerate(rows)),
        *bars(rows, axis, top + 18, _ROW),
    ]
    svg = document(_WIDTH, height, parts).translate(_PERCENT_ENCODED)
    return f"![timeline](<data:image/svg+xml,{svg}>)" + (f"\n\n{LEGEND}" if is_first else "")


def _name(row: TimelineRow) -> str:
    return shorten(
        row.key if row.title in ("", row.key) else f"{row.key} {row.title}", _LONGEST_NAME
    )


def _mark_lines(marks: Sequence[TimelineMark], axis: Axis, height: int) -> list[str]:
    """Dashed lines at the ends of the days, from the names of the marks downwards."""
    if not marks:
        return []
    drawn = "".join(f"M{axis.end_of(mark.day)} {_AXIS_HEIGHT}V{height}" for mark in marks)
    return [f"<path stroke='{_MARK_COLOUR}' stroke-dasharray='4 3' d='{drawn}'/>"]


def _mark_names(marks: Iterable[TimelineMark], axis: Axis) -> list[str]:
    """Each mark named beside its line, in a line of text of its own."""
    return [
        _mark_name(mark, axis.end_of(mark.day), _AXIS_HEIGHT + _MARK_ROW * index + 10)
        for index, mark in enumerate(marks)
    ]


def _mark_name(mark: TimelineMark, x: int, y: int) -> str:
    text = f"{mark.name} {format_day(mark.day)}"
    if x > _WIDTH // 2:
        return text_at(x - 4, y, text, " text-anchor='end'")
    return text_at(x + 4, y, text)
