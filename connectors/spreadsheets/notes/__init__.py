"""Cell notes in a workbook's OOXML package, with every other part left byte for byte.

`read_notes` and `write_notes` work on the bytes of a whole .xlsx or .xlsm file. Below them, one
module a layer: the zip archive, the package of related parts, the sheet, the notes part, and the
VML drawing that gives each note its box. Nothing in here knows what a note says.
"""

from connectors.spreadsheets.notes.package import NotAPackage
from connectors.spreadsheets.notes.patch import NoteRefused, refusals, write_notes
from connectors.spreadsheets.notes.read import Note, NoteCell, read_notes

__all__ = [
    "NotAPackage",
    "Note",
    "NoteCell",
    "NoteRefused",
    "read_notes",
    "refusals",
    "write_notes",
]
