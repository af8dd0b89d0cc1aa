"""A comment as the message segments of a Chatter post, and how its marker is found again.

Segments are data to Salesforce, which escapes them itself. A post accepts 10,000 characters
(markup included, as the body is stored as HTML) and 25 mentions:
https://developer.salesforce.com/docs/atlas.en-us.chatterapi.meta/chatterapi/connect_requests_feed_item_input.htm
The marker is the last line. Chatter stores nothing hidden, so the digest stands there too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from connectors.kit.addresses import is_web_address
from connectors.kit.rich_text.lines import Line, fit_lines, name_mentions, to_lines
from model.comment_content import (
    MARKER_PREFIX,
    CommentContent,
    LinkSpan,
    MentionSpan,
    Span,
    TextSpan,
)

Segment = dict[str, str]

# Of 10,000 characters; the rest is for the marker and what the sizes underestimate.
_ROOM = 9_500
_MOST_MENTIONS = 25
_TAGS = 60
"""At least what the tags of a line, a span, a link or a mention add to the stored body."""
_NOTICE = "Shortened here, as Chatter takes no more than 10,000 characters."
_MARKER = re.compile(rf"{MARKER_PREFIX}:(\S+) · ([0-9a-f]{{16}})\s*$")
_USER_ID = re.compile(r"005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")


def render(content: CommentContent, notify: bool) -> list[Segment]:
    """The segments of a post; without `notify` people are named in plain text, which is silent."""
    lines = _limit_mentions(to_lines(content), _MOST_MENTIONS if notify else 0)
    marker = Line((TextSpan(f"{content.marker} · {content.digest}"),))
    grouped = _group_bullets([*fit_lines(lines, _ROOM, _size, _NOTICE), marker])
    return [segment for part in grouped for segment in part]


def find_marker(text: str) -> tuple[str, str] | None:
    """The conflict id and digest at the end of the plain text of a post."""
    match = _MARKER.search(text)
    return (match[1], match[2]) if match else None


def _limit_mentions(lines: Iterable[Line], most: int) -> list[Line]:
    """Name people beyond the first `most`, and those without the id of a user."""
    left = most

    def can_mention(span: MentionSpan) -> bool:
        nonlocal left
        if span.identity is None or not _USER_ID.fullmatch(span.identity):
            return False
        # The limit counts mentions, not people: a second one of the same person counts, too.
        left -= 1
        return left >= 0

    return name_mentions(lines, can_mention)


def _size(line: Line) -> int:
    return _TAGS + sum(_span_size(span) for span in line.spans)


def _span_size(span: Span) -> int:
    match span:
        case TextSpan(text):
            return len(html.escape(text)) + _TAGS
        case LinkSpan(text, url):
            return len(html.escape(text)) + 2 * len(html.escape(url)) + _TAGS
        case MentionSpan(name):
            return len(html.escape(name)) + _TAGS


def _group_bullets(lines: list[Line]) -> Iterator[list[Segment]]:
    """The lines' segments, with one list around bullets that follow each other."""
    is_in_list = False
    for line in lines:
        if line.is_bullet != is_in_list:
            yield [_mark("Begin" if line.is_bullet else "End", "UnorderedList")]
        is_in_list = line.is_bullet
        yield _wrap("ListItem" if line.is_bullet else "Paragraph", _render_spans(line))


def _render_spans(line: Line) -> list[Segment]:
    segments = [segment for span in line.spans for segment in _render_span(span)]
    # An empty paragraph is refused, one with a space is the documented blank line.
    return segments or [_text_segment(" ")]


def _render_span(span: Span) -> list[Segment]:
    match span:
        case MentionSpan(identity=str(identity)):
            return [{"type": "Mention", "id": identity}]
        case LinkSpan(text, url) if is_web_address(url):
            begin = _mark("Begin", "Hyperlink") | {"url": url}
            return [begin, _text_segment(text or url), _mark("End", "Hyperlink")]
        case TextSpan(text, strong=True) if text:
            return _wrap("Bold", [_text_segment(text)])
        case TextSpan(text) | LinkSpan(text) | MentionSpan(text):
            return [_text_segment(text)] if text else []


def _text_segment(text: str) -> Segment:
    return {"type": "Text", "text": text}


def _wrap(markup: str, inner: list[Segment]) -> list[Segment]:
    return [_mark("Begin", markup), *inner, _mark("End", markup)]


def _mark(edge: str, markup: str) -> Segment:
    return {"type": f"Markup{edge}", "markupType": markup}
