"""A remark as the message segments of a Chatter post, and how its marker is found again.

Segments are data to Salesforce, which escapes them itself. A post takes 10,000 characters
(markup included, as the body is kept as HTML) and 25 mentions:
https://developer.salesforce.com/docs/atlas.en-us.chatterapi.meta/chatterapi/connect_requests_feed_item_input.htm
The marker is the last line. Chatter keeps nothing hidden, so the digest stands there too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from connectors.kit.addresses import is_web_address
from model.comment_content import (
    MARKER_PREFIX,
    Bullets,
    CommentContent,
    LinkSpan,
    MentionSpan,
    Paragraph,
    Span,
    TextSpan,
)

Segment = dict[str, str]

_ROOM = 9_500
_MENTIONS = 25
_TAGS = 60
"""At least what the tags context a span, a link or a mention add to the stored body."""
_SHORTENED = "Shortened here, as Chatter takes no more than 10,000 characters."
_MARKER = re.compile(rf"{MARKER_PREFIX}:(\S+) · ([0-9a-f]{{16}})\s*$")
_USER_ID = re.compile(r"005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class _Line:
    spans: tuple[Span, ...]
    bullet: bool = False


def segments(remark: CommentContent, notify: bool) -> list[Segment]:
    """Render a remark; without `notify` people are named in plain text, which tells nobody."""
    lines = _mentionable(_lines(remark), _MENTIONS if notify else 0)
    marker = _Line((TextSpan(f"{remark.marker} · {remark.digest}"),))
    return [part for line in _grouped([*_fitting(lines), marker]) for part in line]


def marked(text: str) -> tuple[str, str] | None:
    """The conflict id and digest that the plain text of a post ends with."""
    found = _MARKER.search(text)
    return (found[1], found[2]) if found else None


def _lines(remark: CommentContent) -> Iterator[_Line]:
    yield _Line((TextSpan(remark.heading, strong=True),))
    for block in remark.blocks:
        match block:
            case Paragraph(spans):
                yield _Line(spans)
            case Bullets(items):
                yield from (_Line(spans, bullet=True) for spans in items)


def _mentionable(lines: Iterator[_Line], left: int) -> Iterator[_Line]:
    """Turn mentions beyond the first `left`, and those without a user's id, into names."""
    for line in lines:
        spans: list[Span] = []
        for span in line.spans:
            if isinstance(span, MentionSpan):
                left -= 1 if _mentions(span) else 0
                named = left < 0 or not _mentions(span)
                spans.append(TextSpan(span.name) if named else span)
            else:
                spans.append(span)
        yield replace(line, spans=tuple(spans))


def _mentions(span: MentionSpan) -> bool:
    return span.identity is not None and _USER_ID.fullmatch(span.identity) is not None


def _fitting(lines: Iterator[_Line]) -> Iterator[_Line]:
    """Lines from the top as long as there is room; the one that does not fit is cut short."""
    room = _ROOM
    for line in lines:
        size = _TAGS + sum(_size(span) for span in line.spans)
        if size > room:
            yield replace(line, spans=tuple(_cut(line.spans, room)))
            yield _Line((TextSpan(_SHORTENED),))
            return
        room -= size
        yield line


def _cut(spans: tuple[Span, ...], room: int) -> Iterator[Span]:
    for span in spans:
        if _size(span) > room:
            if isinstance(span, TextSpan) and room > _TAGS:
                # One character can take six once escaped, as `&quot;` does.
                yield replace(span, text=span.text[: (room - _TAGS) // 6] + "…")
            return
        room -= _size(span)
        yield span


def _size(span: Span) -> int:
    match span:
        case TextSpan(text):
            return len(html.escape(text)) + _TAGS
        case LinkSpan(text, url):
            return len(html.escape(text)) + 2 * len(html.escape(url)) + _TAGS
        case MentionSpan(name):
            return len(html.escape(name)) + _TAGS


def _grouped(lines: list[_Line]) -> Iterator[list[Segment]]:
    """The lines' segments, with one list context bullets that follow each other."""
    listing = False
    for line in lines:
        if line.bullet != listing:
            yield [_mark("Begin" if line.bullet else "End", "UnorderedList")]
        listing = line.bullet
        yield _wrapped("ListItem" if line.bullet else "Paragraph", _content(line))


def _content(line: _Line) -> list[Segment]:
    parts = [part for span in line.spans for part in _parts(span)]
    # An empty paragraph is refused, one with a space is the documented blank line.
    return parts or [_text(" ")]


def _parts(span: Span) -> list[Segment]:
    match span:
        case MentionSpan(identity=str(identity)):
            return [{"type": "Mention", "id": identity}]
        case LinkSpan(text, url) if is_web_address(url):
            label = [_text(f"{text} ")] if text and text != url else []
            return [*label, {"type": "Link", "url": url}]
        case TextSpan(text, strong=True) if text:
            return _wrapped("Bold", [_text(text)])
        case TextSpan(text) | LinkSpan(text) | MentionSpan(text):
            return [_text(text)] if text else []


def _text(text: str) -> Segment:
    return {"type": "Text", "text": _CONTROL.sub(" ", text)}


def _wrapped(markup: str, inner: list[Segment]) -> list[Segment]:
    return [_mark("Begin", markup), *inner, _mark("End", markup)]


def _mark(edge: str, markup: str) -> Segment:
    return {"type": f"Markup{edge}", "markupType": markup}
