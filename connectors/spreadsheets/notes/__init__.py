"""Cell notes in a workbook's OOXML package, with every other part kept byte for byte.

`read_notes` and `write_notes` work on the bytes of a whole .xlsx or .xlsm file. Below them is one
module per layer: the zip archive, the package of related parts, the sheet, the notes part, and
the VML drawing that gives each note its box. Nothing in here depends on the text of a note.
"""

from connectors.spreadsheets.notes.package import NotAPackage
from connectors.spreadsheets.notes.read import CellNote, NoteCell, read_notes
from connectors.spreadsheets.notes.write import NoteRefused, find_note_refusals, write_notes

__all__ = [
    "CellNote",
    "NotAPackage",
    "NoteCell",
    "NoteRefused",
    "find_note_refusals",
    "read_notes",
    "write_notes",
]
