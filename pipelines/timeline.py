"""A chain of records as a timeline in SVG: planned dates in grey, forecast dates below in colour.

`timeline_svg` draws every record with its texts, for `interlock explain --svg` and for files.
`timeline_image` draws the same bars so compactly that Dagster shows the card's image at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Final

from model.findings import Label
from model.rules.words import format_day

DateSpan = tuple[date, date]
"""First and last calendar day of a bar; both days belong to it."""

MOST_COMPACT_ROWS: Final = 6
LEGEND: Final = "Grey: as planned. Green or red: as forecast."

# All in pixels.
_WIDTH, _LABEL_WIDTH, _TOP, _MARGIN = 560, 130, 20, 8
_COMPACT_ROW, _DETAILED_ROW = 30, 62
_BAR_HEIGHT, _SHORTEST_BAR = 7, 4
_KEY_LENGTH, _LINE_LENGTH = 16, 68

# The colours read on a light page and on a dark one: a card has no background of its own.
_PLANNED, _ON_TIME, _LATE, _TEXT, _PAPER = "#9ab", "#293", "#d43", "#678", "#fbfbfc"

# A `data:` address inside `<…>` of a Markdown image must not contain these characters.
_PERCENT_ENCODED = str.maketrans(
    {"%": "%25", "#": "%23", "&": "%26", "<": "%3C", ">": "%3E", "\\": "%5C", '"': "%22"}
)


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
    paper = f"<rect width='{_WIDTH}' height='{height}' rx='6' fill='{_PAPER}'/>"
    texts = (_row_texts(row, _TOP + _DETAILED_ROW * index) for index, row in enumerate(rows))
    return _document(height, [paper, *texts, *_bars(rows, _DETAILED_ROW, 24)])


def timeline_image(rows: Sequence[TimelineRow]) -> str:
    """The chain as a Markdown image with its legend; an empty text where no record has dates.

    A row has only its key; of a chain of more than MOST_COMPACT_ROWS both ends are drawn.
    """
    # Dagster hides Markdown above 1,000 characters behind a click, so there is also only one path
    # per colour.
    # The ends say where the delay begins and whom it meets; the middle only hands it on.
    half = MOST_COMPACT_ROWS // 2
    shown = [*rows[:half], *rows[-half:]] if len(rows) > MOST_COMPACT_ROWS else rows
    bars = _bars(shown, _COMPACT_ROW, 8)
    if not bars:
        return ""
    keys = (_key_text(row, _TOP + _COMPACT_ROW * index + 16) for index, row in enumerate(shown))
    svg = _document(_TOP + _COMPACT_ROW * len(shown), [*keys, *bars])
    return f"![timeline](<data:image/svg+xml,{svg.translate(_PERCENT_ENCODED)}>)\n\n{LEGEND}"


def _document(height: int, parts: Iterable[str]) -> str:
    size = f"width='{_WIDTH}' height='{height}'"
    style = f"font-size='12' font-family='sans-serif' fill='{_TEXT}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} {style}>{''.join(parts)}</svg>"


def _bars(rows: Sequence[TimelineRow], row_height: int, offset: int) -> list[str]:
    """The ends of the time axis, and the bars of all rows; nothing where no row has dates."""
    days = [day_ for row in rows for span in (row.planned, row.forecast) if span for day_ in span]
    if not days:
        return []
    first, last = min(days), max(days)
    planned: list[str] = []
    on_time: list[str] = []
    late: list[str] = []
    for index, row in enumerate(rows):
        y = _TOP + row_height * index + offset
        if row.planned:
            planned.append(_bar(row.planned, y, first, last))
        if row.forecast:
            (late if row.is_late else on_time).append(_bar(row.forecast, y + 9, first, last))
    return [
        _text(_LABEL_WIDTH, 10, format_day(first)),
        _text(_WIDTH - _MARGIN, 10, format_day(last), " text-anchor='end'"),
        *(
            f"<path stroke='{colour}' stroke-width='{_BAR_HEIGHT}' d='{''.join(bars)}'/>"
            for colour, bars in ((_PLANNED, planned), (_ON_TIME, on_time), (_LATE, late))
            if bars
        ),
    ]


def _bar(span: DateSpan, y: int, first: date, last: date) -> str:
    """A line from the morning of the first day to the evening of the last."""
    per_day = (_WIDTH - _LABEL_WIDTH - _MARGIN) / ((last - first).days + 1)
    left = _LABEL_WIDTH + round(per_day * (span[0] - first).days)
    right = _LABEL_WIDTH + round(per_day * ((span[1] - first).days + 1))
    # A day in a plan of years would be thinner than a pixel, hence the shortest bar.
    return f"M{left} {y}h{max(right - left, _SHORTEST_BAR)}"


def _row_texts(row: TimelineRow, top: int) -> str:
    """Key, title and origin above the bars, the dates in words below them."""
    origin = _shorten(row.origin, _LINE_LENGTH // 2)
    parts = [
        _key_text(row, top + 14),
        _text(_LABEL_WIDTH, top + 14, _shorten(row.title, _LINE_LENGTH - len(origin))),
        _text(_WIDTH - _MARGIN, top + 14, origin, " text-anchor='end'"),
    ]
    if row.planned:
        parts.append(_text(_LABEL_WIDTH, top + 50, f"planned {_span_text(row.planned)}"))
    if row.forecast:
        colour = _LATE if row.is_late else _ON_TIME
        attributes = f" text-anchor='end' fill='{colour}'"
        text = f"forecast {_span_text(row.forecast)}"
        parts.append(_text(_WIDTH - _MARGIN, top + 50, text, attributes))
    return "".join(parts)


def _key_text(row: TimelineRow, y: int) -> str:
    return _text(_MARGIN, y, _shorten(row.key, _KEY_LENGTH))


def _text(x: int, y: int, text: str, attributes: str = "") -> str:
    return f"<text x='{x}' y='{y}'{attributes}>{escape(text, quote=False)}</text>"


def _span_text(span: DateSpan) -> str:
    return (
        format_day(span[0])
        if span[0] == span[1]
        else f"{format_day(span[0])} to {format_day(span[1])}"
    )


def _shorten(text: str, length: int) -> str:
    """At most `length` characters; control characters become spaces."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return printable if len(printable) <= length else f"{printable[: length - 1].rstrip()}…"
