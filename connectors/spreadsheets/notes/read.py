"""The notes of a workbook as they stand."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.spreadsheets.notes.comments_part import NotesPart
from connectors.spreadsheets.notes.package import Package, open_package
from connectors.spreadsheets.notes.sheets import related, sheet_parts

NoteCell = tuple[str, str]
"""A sheet as people name it, and a cell on it: `("Plan", "B7")`."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a cell's note says; a `threaded` one stands in for a conversation and is not ours."""

    text: str
    threaded: bool


def read_notes(raw: bytes) -> dict[NoteCell, Note]:
    """Every note of a workbook; raises NotAPackage when it cannot be read."""
    package = open_package(raw)
    return {
        (sheet, cell): Note(text, notes.threaded(cell))
        for sheet, part in sheet_parts(package).items()
        for notes in _notes_of(package, part)
        for cell, text in notes.texts().items()
    }


def _notes_of(package: Package, sheet_part: str) -> list[NotesPart]:
    name = related(package, sheet_part, "comments")
    return [NotesPart(package.read(name), name)] if name else []
