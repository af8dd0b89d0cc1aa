"""Comments within a note that people also write in: one section per conflict.

A section begins with a ruled line and ends with its marker line, which names the conflict, the
digest of the comment, and a checksum of the section's words. Words that someone typed into a
section break the checksum; they are kept as that person's own, and a new section is added.

Below the marker stands a line that invites an answer. What people type there, up to the next
section or the end of the note, is theirs, and stays where it is when the section changes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from connectors.kit.rich_text import plain
from model.comment_content import MARKER_PREFIX, CommentContent, CommentState

MAX_LENGTH = 4_000
"""Characters of one section; a note holds 32,767 and should be readable at a glance."""

_RULE = "──"
_ANSWER_LINE = f"{_RULE} Answer below this line {_RULE}"
# The words end before the next rule or marker, so that a section without its marker line does
# not swallow the one after it.
_SECTION = re.compile(
    rf"^{_RULE} Interlock[^\n]*\n"
    rf"(?P<words>(?:(?!{_RULE} (?:Interlock|Answer)|\[{MARKER_PREFIX}:)[^\n]*\n)*)"
    rf"\[{MARKER_PREFIX}:(?P<conflict>[^\s\]]+) (?P<digest>[0-9a-f]+) (?P<check>[0-9a-f]{{8}})\]$"
    rf"(?:\n{_ANSWER_LINE}(?P<answer>[^\n]*(?:\n(?!{_RULE} Interlock)[^\n]*)*))?",
    re.MULTILINE,
)
_NEXT_SECTION = re.compile(rf"^{_RULE} Interlock", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NoteSection:
    """A section of a note; `is_intact` says whether its words are still those we wrote.

    `answer` is what people typed below it; empty where nobody did.
    """

    conflict_id: str
    digest: str
    is_intact: bool
    answer: str = ""


def parse_sections(note: str) -> list[NoteSection]:
    """Our sections in the text of a note, in their order."""
    return [_note_section(match) for match in _SECTION.finditer(_unify_line_breaks(note))]


def put_section(note: str, content: CommentContent) -> str:
    """Return the note with one section of this comment, in its present place or at the end.

    Copies of the section are removed; everything else keeps its words and order.
    """
    text, section = _unify_line_breaks(note), _format_section(content)
    matches = [m for m in _SECTION.finditer(text) if m["conflict"] == content.conflict_id]
    intact = [match for match in matches if _note_section(match).is_intact]
    kept = next((match for match in intact if _answer_of(match)), intact[0] if intact else None)
    # From the last to the first, so that the positions of the others stay valid.
    for match in reversed(matches):
        if match is kept:
            replacement = section + _answer_part(match, text[match.end() :])
        else:
            replacement = _peoples_words(match, match in intact)
        text = text[: match.start()] + replacement + text[match.end() :]
    if kept:
        return text
    # The copies that people wrote in are their own words now, so a new section is needed; what
    # they answered below them stays an answer.
    answers = [match["answer"] for match in matches if _answer_of(match)]
    new = f"{section}\n{_ANSWER_LINE}{''.join(answers)}"
    return "\n".join(filter(None, (text.rstrip("\n"), new)))


def _answer_part(match: re.Match[str], below: str) -> str:
    """What stands below a section that is written again: its answer, or the place for one."""
    if match["answer"] is not None:
        return f"\n{_ANSWER_LINE}{match['answer']}"
    # A section of an older version: what people wrote below it is not to become an answer.
    is_free = not _NEXT_SECTION.split(below)[0].strip()
    return f"\n{_ANSWER_LINE}" if is_free else ""


def _peoples_words(match: re.Match[str], is_intact: bool) -> str:
    """What is people's own in a section that goes."""
    if is_intact:
        return _answer_of(match)
    return str(match["words"].rstrip("\n"))


def _answer_of(match: re.Match[str]) -> str:
    return (match["answer"] or "").strip()


def format_plain_text(content: CommentContent) -> str:
    """The comment as plain text, one line per paragraph or bullet, cut to MAX_LENGTH."""
    return plain.render(content, MAX_LENGTH, _escape_line)


def _escape_line(line: str) -> str:
    """One line that cannot be taken for the beginning or the end of a section."""
    return line.replace(_RULE, "--").replace(f"[{MARKER_PREFIX}:", f"({MARKER_PREFIX}:")


def _format_section(content: CommentContent) -> str:
    state = "" if content.state is CommentState.OPEN else f" · {content.state.value}"
    words = format_plain_text(content) + "\n"
    marker = f"[{content.marker} {content.digest} {_checksum(words)}]"
    return f"{_RULE} Interlock{state} {_RULE}\n{words}{marker}"


def _note_section(match: re.Match[str]) -> NoteSection:
    is_intact = _checksum(match["words"]) == match["check"]
    return NoteSection(match["conflict"], match["digest"], is_intact, _answer_of(match))


def _checksum(words: str) -> str:
    # Of the words without spaces: spreadsheet programs change line breaks and spaces on saving.
    return hashlib.sha256("".join(words.split()).encode()).hexdigest()[:8]


def _unify_line_breaks(note: str) -> str:
    return note.replace("\r\n", "\n").replace("\r", "\n")
