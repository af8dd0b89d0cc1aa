"""A comment as lines of spans, and shortening them to what a tool accepts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from model.comment_content import (
    Bullets,
    CommentContent,
    LinkSpan,
    MentionSpan,
    Paragraph,
    Span,
    TextSpan,
)

ELLIPSIS = "…"
SHORTENED = "Shortened here: there is more than this tool accepts in one comment."

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, or one item of a bullet list."""

    spans: tuple[Span, ...]
    is_bullet: bool = False


def to_lines(content: CommentContent) -> Iterator[Line]:
    """The heading, then a line per paragraph and bullet, without control characters."""
    yield Line((TextSpan(without_control(content.heading), strong=True),))
    for block in content.blocks:
        match block:
            case Paragraph(spans):
                yield Line(_clean(spans))
            case Bullets(items):
                yield from (Line(_clean(spans), is_bullet=True) for spans in items)


def without_control(text: str) -> str:
    """The text on one line: control characters, line breaks among them, become blanks."""
    return _CONTROL.sub(" ", text)


def fit_lines(
    lines: Iterable[Line],
    space: int,
    size_of: Callable[[Line], int],
    notice: str | None = SHORTENED,
) -> list[Line]:
    """Lines from the top as long as there is space for them, in the unit of `size_of`.

    The first line that does not fit is cut and ends with an ellipsis. A line with the notice
    follows, if there is one; it comes on top of `space`.
    """
    fitting: list[Line] = []
    for line in lines:
        size = size_of(line)
        if size > space:
            beginning = _cut_line(line, space, size_of)
            end = [] if beginning and not notice else [Line((TextSpan(notice or ELLIPSIS),))]
            return [*fitting, *beginning, *end]
        space -= size
        fitting.append(line)
    return fitting


def name_mentions(lines: Iterable[Line], can_mention: Callable[[MentionSpan], bool]) -> list[Line]:
    """Lines in which people who cannot be mentioned are only named."""

    def named(span: Span) -> Span:
        is_named = isinstance(span, MentionSpan) and not can_mention(span)
        return TextSpan(span.name) if is_named and isinstance(span, MentionSpan) else span

    return [replace(line, spans=tuple(map(named, line.spans))) for line in lines]


def _clean(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    return tuple(map(_clean_span, spans))


def _clean_span(span: Span) -> Span:
    match span:
        case MentionSpan(name):
            return replace(span, name=without_control(name))
        case LinkSpan(text) | TextSpan(text):
            return replace(span, text=without_control(text))


def _cut_line(line: Line, space: int, size_of: Callable[[Line], int]) -> list[Line]:
    """The beginning of a line that fits with an ellipsis behind it; empty where not even that."""

    def cut_after(count: int, length: int = 0) -> Line:
        """The first spans, and the beginning of the next one where it is plain text."""
        text = line.spans[count].text[:length] if length else ""  # type: ignore[union-attr]
        return replace(line, spans=(*line.spans[:count], TextSpan(f"{text} {ELLIPSIS}")))

    def fits(cut: Line) -> bool:
        return size_of(cut) <= space

    # Links and mentions are dropped whole: half an address leads nowhere.
    count = _longest(len(line.spans) - 1, lambda n: fits(cut_after(n)))
    span = line.spans[count]
    length = len(span.text) if isinstance(span, TextSpan) else 0
    cut = cut_after(count, _longest(length, lambda n: fits(cut_after(count, n))))
    return [cut] if fits(cut) else []


def _longest(limit: int, fits: Callable[[int], bool]) -> int:
    """The greatest length up to a limit that fits, by bisection; 0 where none does."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
