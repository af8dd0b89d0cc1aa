"""A chain of records as a timeline in SVG: planned dates in grey, forecast dates below in colour.

`timeline_svg` draws every record with its texts, for `interlock explain --svg` and for files;
`pipelines.cards.timeline_images` draws the same bars for a card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from model.findings import Label
from model.rules.words import format_day

DateSpan = tuple[date, date]
"""First and last calendar day of a bar; both days belong to it."""

# All in pixels.
_WIDTH, _LABEL_WIDTH, _TOP, _MARGIN = 560, 130, 20, 8
_DETAILED_ROW = 62
_BAR_HEIGHT, _SHORTEST_BAR = 7, 4
_KEY_LENGTH, _LINE_LENGTH = 16, 68

# The colours read on a light page and on a dark one: a card has no background of its own.
_PLANNED, _ON_TIME, _LATE, _TEXT, _PAPER = "#9ab", "#293", "#d43", "#678", "#fbfbfc"


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One record of the chain: what people call it, where it comes from, and its dates.

    `origin` names the function and the connection. A record without dates has no bar.
    """

    key: str
    title: str
    origin: str
    planned: DateSpan | None
    forecast: DateSpan | None

    @property
    def is_late(self) -> bool:
        return bool(self.planned and self.forecast and self.forecast[1] > self.planned[1])


@dataclass(frozen=True, slots=True)
class Axis:
    """The calendar days from `left` to `right` (in pixels), the first and the last included."""

    first: date
    last: date
    left: int
    right: int

    def start_of(self, day: date) -> int:
        """Where a day begins, in pixels."""
        return self._x((day - self.first).days)

    def end_of(self, day: date) -> int:
        """Where a day ends, in pixels."""
        return self._x((day - self.first).days + 1)

    def _x(self, days: int) -> int:
        per_day = (self.right - self.left) / ((self.last - self.first).days + 1)
        return self.left + round(per_day * days)


def timeline_row(
    label: Label,
    function_names: Mapping[str, str],
    planned: DateSpan | None,
    forecast: DateSpan | None,
) -> TimelineRow:
    """The row of a record; `function_names` are the names of functions by id."""
    connection = label.ref.partition(":")[0]
    origin = f"{function_names.get(label.function, label.function)} · {connection}"
    return TimelineRow(label.key, label.title, origin, planned, forecast)


def date_span(start: date | None, finish: date | None) -> DateSpan | None:
    """The days from start to finish; one date alone is one day, and swapped dates are ordered."""
    first, last = start or finish, finish or start
    return (min(first, last), max(first, last)) if first and last else None


def timeline_svg(rows: Sequence[TimelineRow]) -> str:
    """The whole chain as an SVG document, one record below the other on one time axis.

    All text is escaped and free of control characters, which XML cannot hold.
    """
    height = _TOP + _DETAILED_ROW * len(rows) + _MARGIN
    parts = [f"<rect width='{_WIDTH}' height='{height}' rx='6' fill='{_PAPER}'/>"]
    parts += (_row_texts(row, _TOP + _DETAILED_ROW * index) for index, row in enumerate(rows))
    if days := all_days(rows):
        axis = Axis(min(days), max(days), _LABEL_WIDTH, _WIDTH - _MARGIN)
        parts += [*axis_texts(axis), *bars(rows, axis, _TOP + 24, _DETAILED_ROW)]
    return document(_WIDTH, height, parts)


def document(width: int, height: int, parts: Iterable[str]) -> str:
    """An SVG document of these parts."""
    size = f"width='{width}' height='{height}'"
    style = f"font-size='12' font-family='sans-serif' fill='{_TEXT}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} {style}>{''.join(parts)}</svg>"


def all_days(rows: Iterable[TimelineRow]) -> list[date]:
    """The first and last days of all bars."""
    return [day for row in rows for span in (row.planned, row.forecast) if span for day in span]


def axis_texts(axis: Axis) -> list[str]:
    """The days at both ends of the axis, in the first line."""
    return [
        text_at(axis.left, 10, format_day(axis.first)),
        text_at(axis.right, 10, format_day(axis.last), " text-anchor='end'"),
    ]


def bars(rows: Sequence[TimelineRow], axis: Axis, top: int, row_height: int) -> list[str]:
    """The bars of all rows, one path per colour; the first planned one is at `top`."""
    planned: list[str] = []
    on_time: list[str] = []
    late: list[str] = []
    for index, row in enumerate(rows):
        y = top + row_height * index
        if row.planned:
            planned.append(_bar(row.planned, y, axis))
        if row.forecast:
            (late if row.is_late else on_time).append(_bar(row.forecast, y + 9, axis))
    return [
        f"<path stroke='{colour}' stroke-width='{_BAR_HEIGHT}' d='{''.join(drawn)}'/>"
        for colour, drawn in ((_PLANNED, planned), (_ON_TIME, on_time), (_LATE, late))
        if drawn
    ]


def _bar(span: DateSpan, y: int, axis: Axis) -> str:
    """A line from the morning of the first day to the evening of the last."""
    left = axis.start_of(span[0])
    # A day in a plan of years would be thinner than a pixel, hence the shortest bar.
    return f"M{left} {y}h{max(axis.end_of(span[1]) - left, _SHORTEST_BAR)}"


def _row_texts(row: TimelineRow, top: int) -> str:
    """Key, title and origin above the bars, the dates in words below them."""
    origin = shorten(row.origin, _LINE_LENGTH // 2)
    parts = [
        _key_text(row, top + 14),
        text_at(_LABEL_WIDTH, top + 14, shorten(row.title, _LINE_LENGTH - len(origin))),
        text_at(_WIDTH - _MARGIN, top + 14, origin, " text-anchor='end'"),
    ]
    if row.planned:
        parts.append(text_at(_LABEL_WIDTH, top + 50, f"planned {_span_text(row.planned)}"))
    if row.forecast:
        colour = _LATE if row.is_late else _ON_TIME
        attributes = f" text-anchor='end' fill='{colour}'"
        text = f"forecast {_span_text(row.forecast)}"
        parts.append(text_at(_WIDTH - _MARGIN, top + 50, text, attributes))
    return "".join(parts)


def _key_text(row: TimelineRow, y: int) -> str:
    return text_at(_MARGIN, y, shorten(row.key, _KEY_LENGTH))


def text_at(x: int, y: int, text: str, attributes: str = "") -> str:
    """A text element; the text is escaped."""
    return f"<text x='{x}' y='{y}'{attributes}>{escape(text, quote=False)}</text>"


def _span_text(span: DateSpan) -> str:
    return (
        format_day(span[0])
        if span[0] == span[1]
        else f"{format_day(span[0])} to {format_day(span[1])}"
    )


def shorten(text: str, length: int) -> str:
    """At most `length` characters; control characters become spaces."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return printable if len(printable) <= length else f"{printable[: length - 1].rstrip()}…"
