"""A chain of items as a picture: SVG text, for a card in Dagster and for a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.sax.saxutils import escape


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One item of the chain as a person knows it."""

    key: str
    title: str
    function: str
    tool: str
    planned_start: date | None
    planned_finish: date | None
    forecast_start: date | None
    forecast_finish: date | None


WIDTH: Final = 600
_ROW: Final = 64
_TOP: Final = 34
_LEFT: Final = 12
_SPAN: Final = WIDTH - 2 * _LEFT
_LONGEST_TEXT: Final = 74
_RIGHT: Final = ' text-anchor="end"'

_PAPER, _INK, _FAINT = "#fbfbfc", "#1f2933", "#5f6b7a"
_PLAN, _ON_TIME, _LATE = "#9aa5b1", "#2f7d5b", "#c2402c"


def chain_svg(steps: Sequence[TimelineRow]) -> str:
    """The items one below the other on one time axis: grey as planned, below it as forecast,
    green where the plan holds and red where it does not.

    600 px wide, on its own light paper so that it reads the same on a dark page. All text is
    escaped. Steps without any date show their text alone.
    """
    first, last = _axis(steps)
    height = _TOP + _ROW * len(steps) + 8
    body = [_heading(first, last)] if first and last else []
    for row, step in enumerate(steps):
        body.append(_step(step, _TOP + row * _ROW, first, last))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif" font-size="12">'
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="{_PAPER}"/>'
        f"{''.join(body)}</svg>"
    )


def _axis(steps: Sequence[TimelineRow]) -> tuple[date | None, date | None]:
    dates = [
        day
        for step in steps
        for day in (
            step.planned_start, step.planned_finish, step.forecast_start, step.forecast_finish,
        )
        if day
    ]  # fmt: skip
    return min(dates, default=None), max(dates, default=None)


def _heading(first: date, last: date) -> str:
    right = WIDTH - _LEFT
    return (
        _text(_LEFT, 20, _FAINT, str(first))
        + _text(right, 20, _FAINT, str(last), _RIGHT)
        + f'<path d="M{_LEFT} 26H{right}" stroke="{_PLAN}" stroke-width="0.5"/>'
    )


def _step(step: TimelineRow, top: int, first: date | None, last: date | None) -> str:
    label = _cut(f"{step.key}  {step.title}", _LONGEST_TEXT - len(step.function) - len(step.tool))
    origin = _cut(f"{step.function} · {step.tool}", _LONGEST_TEXT // 2)
    parts = [
        _text(_LEFT, top + 14, _INK, label),
        _text(WIDTH - _LEFT, top + 14, _FAINT, origin, _RIGHT),
    ]
    if first and last:
        colour = _LATE if _is_late(step) else _ON_TIME
        planned, forecast = (
            (step.planned_start, step.planned_finish),
            (step.forecast_start, step.forecast_finish),
        )
        parts += [
            _text(_LEFT, top + 29, _FAINT, f"planned {_span(*planned)}"),
            _text(WIDTH - _LEFT, top + 29, colour, f"forecast {_span(*forecast)}", _RIGHT),
            _bar(*planned, top + 36, _PLAN, first, last),
            _bar(*forecast, top + 45, colour, first, last),
        ]
    return "".join(parts)


def _text(left: int, top: int, colour: str, text: str, more: str = "") -> str:
    return f'<text x="{left}" y="{top}" fill="{colour}"{more}>{escape(text)}</text>'


def _span(start: date | None, finish: date | None) -> str:
    if start and finish and start != finish:
        return f"{start} to {finish}"
    return str(finish or start or "–")


def _is_late(step: TimelineRow) -> bool:
    planned, forecast = step.planned_finish, step.forecast_finish
    return planned is not None and forecast is not None and forecast > planned


def _bar(
    start: date | None, finish: date | None, top: int, colour: str, first: date, last: date
) -> str:
    """From the morning of the start to the evening of the finish; one date alone is a day."""
    begin, end = start or finish, finish or start
    if not begin or not end:
        return ""
    begin, end = min(begin, end), max(begin, end)
    days = (last - first).days + 1
    left = _LEFT + _SPAN * (begin - first).days / days
    width = max(_SPAN * ((end - begin).days + 1) / days, 4)
    return f'<rect x="{left:.0f}" y="{top}" width="{width:.0f}" height="7" rx="2" fill="{colour}"/>'


def _cut(text: str, length: int) -> str:
    """Shortened to a length; without the control characters that XML cannot hold."""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= length else text[: max(length - 1, 1)].rstrip() + "…"
