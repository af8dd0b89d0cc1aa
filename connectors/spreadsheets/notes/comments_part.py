"""The part that holds a sheet's notes (`xl/commentsN.xml`): their text, runs and authors.

Source: ECMA-376 part 1, 18.7 (comments) and 22.9.2.19 (ST_Xstring, escaped characters).
"""

from __future__ import annotations

import copy
import re

from lxml import etree

from connectors.spreadsheets.notes.package import parse_xml, xml_bytes
from connectors.spreadsheets.notes.sheets import MAIN

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
EMPTY = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'.encode()
AUTHOR = "Interlock"
MAX_LENGTH = 32_767
"""Characters that Excel keeps in one note: "Excel specifications and limits"."""

_T, _R, _TEXT = f"{{{MAIN}}}t", f"{{{MAIN}}}r", f"{{{MAIN}}}text"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_FONT = f'<rPr xmlns="{MAIN}"><sz val="9"/><color indexed="81"/><rFont val="Tahoma"/></rPr>'
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class NotesPart:
    """The notes of one sheet; cells are addresses like `B7`."""

    def __init__(self, data: bytes, name: str) -> None:
        self._root = parse_xml(data, name)
        # Other programs write `$B$7` or `b7`.
        notes = self._root.iterfind(f"{{{MAIN}}}commentList/{{{MAIN}}}comment")
        self._notes = {note.get("ref", "").replace("$", "").upper(): note for note in notes}

    def to_bytes(self) -> bytes:
        return xml_bytes(self._root)

    def texts(self) -> dict[str, str]:
        """The text of each note by cell, with its line breaks."""
        return {cell: _text_of(note) for cell, note in self._notes.items()}

    def is_threaded(self, cell: str) -> bool:
        """Whether the note is the placeholder of a conversation, which Excel would overwrite."""
        note = self._notes.get(cell)
        if note is None:
            return False
        authors = [a.text or "" for a in self._root.iterfind(f"{{{MAIN}}}authors/{{{MAIN}}}author")]
        number = note.get("authorId", "")
        author = authors[int(number)] if number.isdigit() and int(number) < len(authors) else ""
        return author.startswith("tc=") or _text_of(note).startswith("[Threaded comment]")

    def put(self, cell: str, text: str) -> None:
        """Set the note of a cell, which is added if there is none.

        The beginning and the end that the old and the new text share keep their formatting.
        """
        note = self._notes.get(cell)
        if note is not None:
            _splice(_child(note, _TEXT), text)
            return
        notes = _child(self._root, f"{{{MAIN}}}commentList")
        note = etree.SubElement(notes, f"{{{MAIN}}}comment", ref=cell, authorId=self._author_id())
        etree.SubElement(note, _TEXT).append(_run(text, None))
        self._notes[cell] = note

    def _author_id(self) -> str:
        authors = self._root.find(f"{{{MAIN}}}authors")
        if authors is None:
            authors = etree.Element(f"{{{MAIN}}}authors")
            self._root.insert(0, authors)
        names = [author.text for author in authors]
        if AUTHOR not in names:
            etree.SubElement(authors, f"{{{MAIN}}}author").text = AUTHOR
            names.append(AUTHOR)
        return str(names.index(AUTHOR))


def clean_note_text(text: str) -> str:
    """The text without characters that a note cannot hold; line breaks become `\\n`."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _splice(holder: etree._Element, new: str) -> None:
    """Replace the part of the text that differs by one run of ours between the other runs."""
    old = _plain_text(holder)
    start = _shared_length(old, new)
    tail = _shared_length(old[start:][::-1], new[start:][::-1])
    runs = _runs(holder)
    before = _cut_runs(runs, 0, start)
    after = _cut_runs(runs, len(old) - tail, len(old))
    middle = new[start : len(new) - tail]
    rest = [e for e in holder if e.tag not in (_T, _R)]
    ours = [_run(middle, None)] if middle else []
    for element in list(holder):
        holder.remove(element)
    holder.text = None
    holder.extend([*before, *ours, *after, *rest])


def _shared_length(first: str, second: str) -> int:
    """How many characters two texts share at their beginning."""
    differing = (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b)
    return next(differing, min(len(first), len(second)))


def _cut_runs(runs: list[etree._Element], start: int, end: int) -> list[etree._Element]:
    """Copies of the runs with only the characters from `start` to `end`."""
    pieces, at = [], 0
    for run in runs:
        text = _plain_text(run)
        piece = text[max(start - at, 0) : max(end - at, 0)]
        if piece:
            pieces.append(_run(piece, run))
        at += len(text)
    return pieces


def _runs(holder: etree._Element) -> list[etree._Element]:
    """The runs of a text; text outside of a run is put into one."""
    return [e if e.tag == _R else _run(_decode(e.text), e) for e in holder if e.tag in (_T, _R)]


def _run(text: str, like: etree._Element | None) -> etree._Element:
    """A run in the font of another run; without one, in the font that Excel gives to notes."""
    run = etree.Element(_R)
    font = etree.fromstring(_FONT) if like is None else like.find(f"{{{MAIN}}}rPr")
    if font is not None:
        run.append(copy.deepcopy(font))
    inner = etree.SubElement(run, _T)
    # Without it Excel drops spaces and line breaks at the ends of a run.
    inner.set(_SPACE, "preserve")
    inner.text = _encode(text)
    return run


def _text_of(note: etree._Element) -> str:
    holder = note.find(_TEXT)
    return "" if holder is None else _plain_text(holder)


def _plain_text(element: etree._Element) -> str:
    """The text of an element or run, without phonetic hints."""
    if element.tag == _T:
        return _decode(element.text)
    return "".join(_plain_text(e) for e in element if e.tag in (_T, _R))


def _encode(text: str) -> str:
    # Text that looks like an escape is escaped itself, or Excel would show another character.
    literal = _ESCAPED.sub(r"_x005F_x\1_", text)
    return _FORBIDDEN.sub(lambda match: f"_x{ord(match[0]):04X}_", literal)


def _decode(text: str | None) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text or "")


def _child(parent: etree._Element, tag: str) -> etree._Element:
    child = parent.find(tag)
    return etree.SubElement(parent, tag) if child is None else child
