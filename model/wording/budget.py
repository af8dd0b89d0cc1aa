"""The lines of a comment within its budget: the least important ones are left out, never cut.

Each line comes in versions, the fullest first. A line that is required stays in one of them, in
the shortest if need be; of the others those remain that fit, from the most important one on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.comment_content import LinkSpan, MentionSpan, Span, TextSpan

MOST_LINES = 5
"""Between the first line and the footer."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line in its versions, the fullest first; a higher `importance` stays longer, and in a
    fuller version.
    """

    versions: tuple[tuple[Span, ...], ...]
    importance: int = 0
    is_required: bool = False


def required_line(importance: int, *versions: str) -> Line:
    """A line of plain text that stays."""
    return Line(tuple((TextSpan(text),) for text in versions), importance, is_required=True)


def optional_line(importance: int, *versions: str) -> Line:
    """A line of plain text that may be left out."""
    return Line(tuple((TextSpan(text),) for text in versions), importance)


def count_words(spans: Iterable[Span]) -> int:
    """The words that a reader sees; an address behind a link is none."""
    return len("".join(map(_text_of, spans)).split())


def fit(lines: Sequence[Line], most_words: int, most_lines: int) -> list[tuple[Span, ...] | None]:
    """The version of each line, in their order; None for a line that is left out.

    What is required is there whatever the budget, at worst in its shortest version.
    """
    chosen: list[tuple[Span, ...] | None] = [
        min(line.versions, key=count_words) if line.is_required else None for line in lines
    ]
    words = most_words - sum(count_words(spans) for spans in chosen if spans)
    places = max(0, most_lines - sum(spans is not None for spans in chosen))
    for i in sorted(range(len(lines)), key=lambda i: -lines[i].importance):
        line, present = lines[i], count_words(chosen[i] or ())
        version = next((v for v in line.versions if count_words(v) - present <= words), None)
        is_new = chosen[i] is None
        if version is None or (is_new and not places):
            # Whatever is left out, no line of less importance stays.
            places = 0
            continue
        places -= is_new
        words -= count_words(version) - present
        chosen[i] = version
    return chosen


def _text_of(span: Span) -> str:
    match span:
        case TextSpan(text) | LinkSpan(text):
            return text
        case MentionSpan(name):
            return name
