"""A conflict's chain as a picture so small that Dagster shows it at once.

Metadata above 1,000 characters hides behind a click, so there is one path a colour, a label of a
few characters a record, and no paper: the colours read on light and on dark pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from model.rules.words import day

ROWS = 6
"""Of a longer chain both ends are drawn; the table of records has it whole."""
LEGEND = "Grey: as planned. Green or red: as forecast."

_KEY = 16
_WIDTH, _LEFT, _TOP, _ROW = 560, 130, 18, 30
_ENCODED = str.maketrans(
    {"%": "%25", "#": "%23", "&": "%26", "<": "%3C", ">": "%3E", "\\": "%5C", '"': "%22"}
)

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Bars:
    """One record of the chain: what people call it, its dates as planned and as forecast."""

    key: str
    planned: Span | None
    forecast: Span | None

    @property
    def late(self) -> bool:
        return bool(self.planned and self.forecast and self.forecast[1] > self.planned[1])


def timeline(chain: Sequence[Bars]) -> str:
    """A Markdown image of the chain on one time axis, and its legend; nothing without dates."""
    drawn = [*chain[: ROWS // 2], *chain[-(ROWS // 2) :]] if len(chain) > ROWS else [*chain]
    days = [
        when for bars in drawn for span in (bars.planned, bars.forecast) if span for when in span
    ]
    if not days:
        return ""
    svg = _svg(drawn, min(days), max(days)).translate(_ENCODED)
    return f"![timeline](<data:image/svg+xml,{svg}>)\n\n{LEGEND}"


def _svg(drawn: Sequence[Bars], first: date, last: date) -> str:
    def across(when: date) -> int:
        whole = max((last - first).days, 1)
        return _LEFT + round((_WIDTH - _LEFT - 8) * (when - first).days / whole)

    rows = list(enumerate(drawn))
    planned = [(_TOP + _ROW * at + 8, bars.planned) for at, bars in rows]
    late = [(_TOP + _ROW * at + 17, bars.forecast if bars.late else None) for at, bars in rows]
    well = [(_TOP + _ROW * at + 17, None if bars.late else bars.forecast) for at, bars in rows]
    body = [
        _text(_LEFT, 10, day(first)),
        _text(_WIDTH, 10, day(last), " text-anchor='end'"),
        *(_text(0, _TOP + _ROW * at + 16, _cut(bars.key)) for at, bars in rows),
        _path("#9ab", planned, across),
        _path("#293", well, across),
        _path("#d43", late, across),
    ]
    size = f"width='{_WIDTH}' height='{_TOP + _ROW * len(drawn)}'"
    style = "font-size='12' font-family='sans-serif' fill='#678'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} {style}>{''.join(body)}</svg>"


def _text(x: int, y: int, said: str, more: str = "") -> str:
    return f"<text x='{x}' y='{y}'{more}>{said}</text>"


def _path(
    colour: str, bars: Sequence[tuple[int, Span | None]], across: Callable[[date], int]
) -> str:
    """All bars of one colour; one of no length is still seen."""
    drawn = "".join(
        f"M{across(span[0])} {y}h{max(across(span[1]) - across(span[0]), 4)}"
        for y, span in bars
        if span
    )
    return f"<path stroke='{colour}' stroke-width='7' d='{drawn}'/>" if drawn else ""


def _cut(key: str) -> str:
    return escape(key if len(key) <= _KEY else f"{key[: _KEY - 1].rstrip()}…")
