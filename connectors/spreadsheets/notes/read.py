"""Reads the notes of a workbook."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.spreadsheets.notes.comments_part import NotesPart
from connectors.spreadsheets.notes.package import WorkbookPackage, open_package
from connectors.spreadsheets.notes.sheets import find_related, sheet_parts

NoteCell = tuple[str, str]
"""The name of a sheet and the address of a cell on it: `("Plan", "B7")`."""


@dataclass(frozen=True, slots=True)
class CellNote:
    """The text of a cell's note.

    `is_threaded` marks the placeholder of a conversation, which must not be changed.
    """

    text: str
    is_threaded: bool


def read_notes(raw: bytes) -> dict[NoteCell, CellNote]:
    """Read every note of a workbook; raises NotAPackage when it cannot be read."""
    package = open_package(raw)
    return {
        (sheet, cell): CellNote(text, notes.is_threaded(cell))
        for sheet, part in sheet_parts(package).items()
        for notes in _notes_of(package, part)
        for cell, text in notes.texts().items()
    }


def _notes_of(package: WorkbookPackage, sheet_part: str) -> list[NotesPart]:
    name = find_related(package, sheet_part, "comments")
    return [NotesPart(package.read(name), name)] if name else []
