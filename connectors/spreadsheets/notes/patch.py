"""Writing notes: from the bytes of a workbook to its bytes with the wanted notes in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connectors.spreadsheets.cells import position
from connectors.spreadsheets.notes import comments_part, vml
from connectors.spreadsheets.notes.comments_part import NotesPart
from connectors.spreadsheets.notes.package import (
    RELATIONSHIP,
    NotAPackage,
    Package,
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
    password_to_modify,
    related,
    scan_sheet,
    sheet_parts,
    with_legacy_drawing,
)


@dataclass
class NoteRefused(Exception):
    """A workbook or a sheet that no note may be written into: why, and what a person can do."""

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}. {self.remedy}"


def write_notes(raw: bytes, wanted: Mapping[NoteCell, str]) -> bytes:
    """The workbook with these texts as the notes of these cells, all other parts untouched.

    What a present note and its new text share keeps its formatting. Raises NoteRefused when one
    of the sheets takes no note (`refusals` tells beforehand) and NotAPackage for no workbook.
    """
    package = open_package(raw)
    for sheet in dict.fromkeys(sheet for sheet, _ in wanted):
        if refused := _refusal(package, sheet):
            raise refused
        texts = {
            cell: comments_part.clean(t) for (name, cell), t in wanted.items() if name == sheet
        }
        _write_sheet(package, sheet_parts(package)[sheet], texts)
    return package.to_bytes()


def refusals(raw: bytes, sheets: Iterable[str]) -> dict[str, NoteRefused]:
    """Which of the sheets take no note, and why; raises NotAPackage for no workbook."""
    package = open_package(raw)
    found = {sheet: _refusal(package, sheet) for sheet in sheets}
    return {sheet: refused for sheet, refused in found.items() if refused}


def _refusal(package: Package, sheet: str) -> NoteRefused | None:
    if package.signed:
        return NoteRefused(
            "the workbook is signed, and a note would break the signature",
            "Sign it again after the plan is settled, or keep the plan in an unsigned copy",
        )
    if password_to_modify(package):
        return NoteRefused(
            "the workbook asks for a password before it may be changed",
            "Remove the password to modify (Save as, Tools, General options)",
        )
    part = sheet_parts(package).get(sheet)
    if part is None:
        return NoteRefused(
            f'there is no sheet "{sheet}"', "Run the sync again to read the file anew"
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


def _write_sheet(package: Package, sheet_part: str, texts: Mapping[str, str]) -> None:
    name = related(package, sheet_part, "comments") or _new_notes_part(package, sheet_part)
    notes = NotesPart(package.read(name), name)
    present = notes.texts()
    changed = {cell: text for cell, text in texts.items() if present.get(cell) != text}
    for cell, text in changed.items():
        _must_take(notes, cell, text)
        notes.put(cell, text)
    if changed:
        package.write(name, notes.to_bytes())
        _write_boxes(package, sheet_part, {position(c): t for c, t in changed.items()})


def _must_take(notes: NotesPart, cell: str, text: str) -> None:
    if notes.threaded(cell):
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


def _write_boxes(package: Package, sheet_part: str, texts: Mapping[vml.Cell, str]) -> None:
    taken = _taken_blocks(package)
    name = _drawing_part(package, sheet_part) or _new_drawing_part(package, sheet_part, taken)
    drawing = vml.with_room(_text(package.read(name)), texts)
    boxed = vml.cells(drawing)
    missing = {cell: text for cell, text in texts.items() if cell not in boxed}
    if missing:
        drawing = vml.with_shapes(drawing, missing, taken)
    package.write(name, drawing.encode("utf-8", "surrogateescape"))


def _drawing_part(package: Package, sheet_part: str) -> str | None:
    """The drawing that the sheet's legacyDrawing points at; a sheet may have only one."""
    wanted = scan_sheet(package.read(sheet_part), sheet_part).legacy_drawing
    return next((r.target for r in relations(package, sheet_part) if r.id == wanted), None)


def _new_notes_part(package: Package, sheet_part: str) -> str:
    name = package.unused_name("xl/comments", "xml")
    package.write(name, comments_part.EMPTY)
    declare_part(package, name, comments_part.CONTENT_TYPE)
    add_relation(package, sheet_part, f"{RELATIONSHIP}/comments", name)
    return name


def _new_drawing_part(package: Package, sheet_part: str, taken: set[int]) -> str:
    name = package.unused_name("xl/drawings/vmlDrawing", "vml")
    package.write(name, vml.empty_drawing(max(taken, default=0) + 1).encode())
    declare_extension(package, "vml", vml.CONTENT_TYPE)
    relation_id = add_relation(package, sheet_part, f"{RELATIONSHIP}/vmlDrawing", name)
    xml = package.read(sheet_part)
    sheet = scan_sheet(xml, sheet_part)
    package.write(sheet_part, with_legacy_drawing(xml, sheet, relation_id))
    return name


def _taken_blocks(package: Package) -> set[int]:
    drawings = (data for name, data in package.parts.items() if name.lower().endswith(".vml"))
    return {block for data in drawings for block in vml.id_blocks(_text(data))}


def _text(drawing: bytes) -> str:
    """A drawing as text, losslessly whatever its bytes are."""
    if drawing.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotAPackage("one of its drawings is not written in UTF-8")
    return drawing.decode("utf-8", "surrogateescape")
