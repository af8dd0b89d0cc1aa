"""Our words in a note that belongs to people: one section a conflict, between their own words.

A section begins with a ruled line and ends with its marker line, which names the conflict, the
remark's digest, and a checksum of the section's words. Words that someone typed into a section
break the checksum; they are kept as the person's own, and the section is written anew.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from model.comment_content import (
    MARKER_PREFIX,
    Bullets,
    CommentContent,
    CommentState,
    LinkSpan,
    MentionSpan,
    Paragraph,
    Span,
)

MAX_LENGTH = 4_000
"""Characters of one section; a note holds 32,767 and should be read at a glance."""

_RULE = "──"
_SECTION = re.compile(
    rf"^{_RULE} Interlock[^\n]*\n(?P<words>(?:(?!{_RULE} Interlock|\[{MARKER_PREFIX}:)[^\n]*\n)*)"
    rf"\[{MARKER_PREFIX}:(?P<conflict>[^\s\]]+) (?P<digest>[0-9a-f]+) (?P<check>[0-9a-f]{{8}})\]$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Section:
    """A section as it stands in a note; `intact` tells whether its words are still ours."""

    conflict_id: str
    digest: str
    intact: bool


def sections(note: str) -> list[Section]:
    """Our sections in a note's text."""
    return [_section(match) for match in _SECTION.finditer(_unified(note))]


def with_section(note: str, remark: CommentContent) -> str:
    """The note's text with the one section of this remark's conflict, in its place or at the end.

    A copy of the section is removed; everything else stays as it is.
    """
    text, ours = _unified(note), _rendered(remark)
    mine = [m for m in _SECTION.finditer(text) if m["conflict"] == remark.conflict_id]
    intact = [match for match in mine if _section(match).intact]
    for match in reversed(mine):
        if match not in intact:
            words = match["words"].rstrip("\n")
        else:
            words = ours if match is intact[0] else ""
        text = text[: match.start()] + words + text[match.end() :]
    return text if intact else "\n".join(filter(None, (text.rstrip("\n"), ours)))


def plain_text(remark: CommentContent) -> str:
    """The remark's words, one line a paragraph or bullet."""
    lines = [remark.heading]
    for block in remark.blocks:
        match block:
            case Paragraph(spans):
                lines.append(_line(spans))
            case Bullets(items):
                lines += [f"• {_line(spans)}" for spans in items]
    text = "\n".join(_tame(line) for line in lines)
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 2] + " …"


def _line(spans: tuple[Span, ...]) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    match span:
        case LinkSpan(text, url):
            return f"{text} ({url})"
        case MentionSpan(name):
            return f"@{name}"
        case _:
            return span.text


def _tame(line: str) -> str:
    """One line that cannot be taken for the beginning or the end of a section."""
    flat = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", line).split())
    return flat.replace(_RULE, "--").replace(f"[{MARKER_PREFIX}:", f"({MARKER_PREFIX}:")


def _rendered(remark: CommentContent) -> str:
    state = "" if remark.state is CommentState.OPEN else f" · {remark.state.value}"
    words = plain_text(remark) + "\n"
    marker = f"[{remark.marker} {remark.digest} {_checksum(words)}]"
    return f"{_RULE} Interlock{state} {_RULE}\n{words}{marker}"


def _section(match: re.Match[str]) -> Section:
    return Section(match["conflict"], match["digest"], _checksum(match["words"]) == match["check"])


def _checksum(words: str) -> str:
    """Of the words alone: spreadsheet programs change line breaks and spaces when they save."""
    return hashlib.sha256("".join(words.split()).encode()).hexdigest()[:8]


def _unified(note: str) -> str:
    return note.replace("\r\n", "\n").replace("\r", "\n")
