"""Writes notes into the bytes of a workbook, and says which sheets take none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connectors.spreadsheets.cell_addresses import parse_cell_address
from connectors.spreadsheets.notes import comments_part, vml
from connectors.spreadsheets.notes.comments_part import NotesPart
from connectors.spreadsheets.notes.package import (
    RELATIONSHIP,
    NotAPackage,
    WorkbookPackage,
    add_relation,
    declare_extension,
    declare_part,
    open_package,
    relations,
)
from connectors.spreadsheets.notes.read import NoteCell
from connectors.spreadsheets.notes.sheets import (
    MAIN,
    SheetPart,
    find_related,
    needs_password_to_modify,
    scan_sheet,
    sheet_parts,
    with_legacy_drawing,
)


@dataclass
class NoteRefused(Exception):
    """A workbook, sheet or cell that takes no note: the reason, and what a person can do."""

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}. {self.remedy}"


def write_notes(raw: bytes, notes: Mapping[NoteCell, str]) -> bytes:
    """Return the workbook with these texts as the notes of these cells, other parts unchanged.

    What an existing note and its new text share keeps its formatting. Raises NoteRefused when a
    sheet (see `find_note_refusals`) or a cell takes no note, or the text is too long for one, and
    NotAPackage when the bytes are not a workbook.
    """
    package = open_package(raw)
    for sheet in dict.fromkeys(sheet for sheet, _ in notes):
        if refusal := _refusal(package, sheet):
            raise refusal
        texts = {
            cell: comments_part.clean_note_text(t)
            for (name, cell), t in notes.items()
            if name == sheet
        }
        _write_sheet(package, sheet_parts(package)[sheet], texts)
    return package.to_bytes()


def find_note_refusals(raw: bytes, sheets: Iterable[str]) -> dict[str, NoteRefused]:
    """Return the sheets that take no note, with the reason; raises NotAPackage."""
    package = open_package(raw)
    refusals = {sheet: _refusal(package, sheet) for sheet in sheets}
    return {sheet: refusal for sheet, refusal in refusals.items() if refusal}


def _refusal(package: WorkbookPackage, sheet: str) -> NoteRefused | None:
    if package.is_signed:
        return NoteRefused(
            "the workbook is signed, and a note would break the signature",
            "Sign it again after the plan is settled, or keep the plan in an unsigned copy",
        )
    if needs_password_to_modify(package):
        return NoteRefused(
            "the workbook asks for a password before it may be changed",
            "Remove the password to modify (Save as, Tools, General options)",
        )
    part = sheet_parts(package).get(sheet)
    if part is None:
        return NoteRefused(
            f'there is no sheet "{sheet}"', "Run the sync again to read the changed file"
        )
    return _sheet_refusal(scan_sheet(package.read(part), part), sheet)


def _sheet_refusal(scanned: SheetPart, sheet: str) -> NoteRefused | None:
    if scanned.namespace != MAIN:
        return NoteRefused(
            "the workbook is saved as Strict Open XML, which has no notes in this form",
            "Save it as an ordinary Excel workbook (.xlsx)",
        )
    if scanned.objects_locked:
        return NoteRefused(
            f'the sheet "{sheet}" is protected against changes of objects',
            'Protect the sheet with "Edit objects" allowed, or unprotect it',
        )
    return None


def _write_sheet(package: WorkbookPackage, sheet_part: str, texts: Mapping[str, str]) -> None:
    name = find_related(package, sheet_part, "comments") or _new_notes_part(package, sheet_part)
    notes = NotesPart(package.read(name), name)
    present = notes.texts()
    changed = {cell: text for cell, text in texts.items() if present.get(cell) != text}
    for cell, text in changed.items():
        _require_acceptance(notes, cell, text)
        notes.put(cell, text)
    # An unchanged note keeps its part byte for byte, also if another library wrote it.
    if changed:
        package.write(name, notes.to_bytes())
        _write_boxes(package, sheet_part, {parse_cell_address(c): t for c, t in changed.items()})


def _require_acceptance(notes: NotesPart, cell: str, text: str) -> None:
    if notes.is_threaded(cell):
        raise NoteRefused(
            f"cell {cell} carries a conversation, beside which Excel keeps no note",
            "Resolve and delete the conversation, or let the row have another mapped column",
        )
    if len(text) > comments_part.MAX_LENGTH:
        raise NoteRefused(
            f"the note of cell {cell} would be longer than the {comments_part.MAX_LENGTH:,} "
            "characters that Excel keeps",
            "Shorten the text that stands there already",
        )


def _write_boxes(
    package: WorkbookPackage, sheet_part: str, texts: Mapping[vml.CellPosition, str]
) -> None:
    taken = _used_id_blocks(package)
    name = _drawing_part(package, sheet_part) or _new_drawing_part(package, sheet_part, taken)
    drawing = vml.grow_boxes(_decode_drawing(package.read(name)), texts)
    boxed = vml.boxed_cells(drawing)
    # A note without a box is not shown; other programs may have dropped it.
    missing = {cell: text for cell, text in texts.items() if cell not in boxed}
    if missing:
        drawing = vml.add_boxes(drawing, missing, taken)
    package.write(name, drawing.encode("utf-8", "surrogateescape"))


def _drawing_part(package: WorkbookPackage, sheet_part: str) -> str | None:
    """The drawing to which the sheet's legacyDrawing refers; a sheet may have only one."""
    relation_id = scan_sheet(package.read(sheet_part), sheet_part).legacy_drawing
    return next((r.target for r in relations(package, sheet_part) if r.id == relation_id), None)


def _new_notes_part(package: WorkbookPackage, sheet_part: str) -> str:
    name = package.unused_name("xl/comments", "xml")
    package.write(name, comments_part.EMPTY)
    declare_part(package, name, comments_part.CONTENT_TYPE)
    add_relation(package, sheet_part, f"{RELATIONSHIP}/comments", name)
    return name


def _new_drawing_part(package: WorkbookPackage, sheet_part: str, taken: set[int]) -> str:
    name = package.unused_name("xl/drawings/vmlDrawing", "vml")
    package.write(name, vml.empty_drawing(max(taken, default=0) + 1).encode())
    declare_extension(package, "vml", vml.CONTENT_TYPE)
    relation_id = add_relation(package, sheet_part, f"{RELATIONSHIP}/vmlDrawing", name)
    xml = package.read(sheet_part)
    sheet = scan_sheet(xml, sheet_part)
    package.write(sheet_part, with_legacy_drawing(xml, sheet, relation_id))
    return name


def _used_id_blocks(package: WorkbookPackage) -> set[int]:
    drawings = (data for name, data in package.parts.items() if name.lower().endswith(".vml"))
    return {block for data in drawings for block in vml.id_blocks(_decode_drawing(data))}


def _decode_drawing(drawing: bytes) -> str:
    if drawing.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotAPackage("one of its drawings is not written in UTF-8")
    # Surrogates carry bytes that are not UTF-8, so that they are written back as they were.
    return drawing.decode("utf-8", "surrogateescape")
