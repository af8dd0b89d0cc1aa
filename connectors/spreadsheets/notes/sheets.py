"""The sheets of a workbook: their parts, their protection, and where the drawing of notes belongs.

A sheet part can hold millions of cells, so it is never rebuilt: one pass over everything but the
cells finds what is needed, and the new element is inserted between its bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

from connectors.spreadsheets.notes.package import (
    RELATIONSHIP,
    NotAPackage,
    WorkbookPackage,
    parse_xml,
    relations,
)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_AFTER_LEGACY_DRAWING = frozenset(
    {"legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems"}
    | {"tableParts", "extLst"}
)
"""Elements that may follow `legacyDrawing`: ECMA-376 part 1, CT_Worksheet (18.3.1.99)."""
_CELLS = re.compile(rb"<(?:\w+:)?sheetData(?:\s[^>]*)?>(.*)</(?:\w+:)?sheetData\s*>", re.DOTALL)
"""The cells: nearly all of a sheet's bytes, left out of the pass."""


@dataclass(frozen=True, slots=True)
class SheetPart:
    """What one pass over a sheet finds.

    `tag_prefix` is the XML prefix of its elements with the colon, `legacy_drawing` the relation id
    of its VML drawing, `insert_at` the byte where such an element belongs.
    """

    tag_prefix: str
    namespace: str
    legacy_drawing: str | None
    objects_locked: bool
    insert_at: int


def workbook_part(package: WorkbookPackage) -> str:
    """The name of the main part; raises NotAPackage when there is none."""
    kind = f"{RELATIONSHIP}/officeDocument"
    for relation in relations(package, ""):
        if relation.type == kind:
            return relation.target
    raise NotAPackage("it holds no workbook, or is saved as Strict Open XML")


def sheet_parts(package: WorkbookPackage) -> dict[str, str]:
    """The part of each worksheet by the name that people see, in their order."""
    workbook = workbook_part(package)
    kinds = {r.id: r.target for r in relations(package, workbook) if r.type.endswith("/worksheet")}
    root = parse_xml(package.read(workbook), workbook)
    elements = root.iterfind(f"{{{MAIN}}}sheets/{{{MAIN}}}sheet")
    sheets = ((s.get("name", ""), s.get(f"{{{RELATIONSHIP}}}id", "")) for s in elements)
    return {name: kinds[id_] for name, id_ in sheets if id_ in kinds}


def needs_password_to_modify(package: WorkbookPackage) -> bool:
    """Whether the workbook asks for a password before it may be changed (`fileSharing`)."""
    attributes = _workbook_setting(package, "fileSharing")
    return bool(attributes.keys() & {"reservationPassword", "hashValue"})


def has_1904_dates(package: WorkbookPackage) -> bool:
    """Whether day numbers count from 1904 (`workbookPr`), as in files of old Macs."""
    return _is_true(_workbook_setting(package, "workbookPr").get("date1904"))


def _workbook_setting(package: WorkbookPackage, element: str) -> dict[str, str]:
    workbook = workbook_part(package)
    setting = parse_xml(package.read(workbook), workbook).find(f"{{{MAIN}}}{element}")
    return {} if setting is None else dict(setting.attrib)


def find_related(package: WorkbookPackage, source: str, kind: str) -> str | None:
    """The first part of a kind (`comments`, `vmlDrawing`) to which a part has a relation."""
    relation_type = f"{RELATIONSHIP}/{kind}"
    return next((r.target for r in relations(package, source) if r.type == relation_type), None)


def scan_sheet(xml: bytes, name: str) -> SheetPart:
    """Parse a sheet without its cells; raises NotAPackage when it is damaged or not in UTF-8."""
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotAPackage(f"its part {name} is not written in UTF-8")
    scan, cells = _SheetScan(), _CELLS.search(xml)
    start, end = cells.span(1) if cells else (0, 0)
    try:
        scan.run(xml[:start] + xml[end:])
    except expat.ExpatError as error:
        raise NotAPackage(f"its part {name} is damaged ({error})") from error
    assert scan.insert_at is not None
    # The parser counted bytes without the cells.
    skipped = end - start if scan.insert_at >= start else 0
    return SheetPart(
        scan.tag_prefix,
        scan.namespace,
        scan.legacy_drawing,
        scan.objects_locked,
        scan.insert_at + skipped,
    )


def with_legacy_drawing(xml: bytes, sheet: SheetPart, relation_id: str) -> bytes:
    """Return the sheet with one new element and no other change."""
    element = (
        f'<{sheet.tag_prefix}legacyDrawing xmlns:r="{RELATIONSHIP}" r:id="{relation_id}"/>'
    ).encode()
    return xml[: sheet.insert_at] + element + xml[sheet.insert_at :]


class _SheetScan:
    """The parser handlers of one pass.

    An element within `mc:AlternateContent` counts as if it stood in the place of that.
    """

    def __init__(self) -> None:
        self.tag_prefix = self.namespace = ""
        self.legacy_drawing: str | None = None
        self.objects_locked = False
        self.insert_at: int | None = None
        self._depth = 0
        self._alternate_at: int | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def run(self, xml: bytes) -> None:
        self._parser.Parse(xml, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if self._depth == 0:
            self._root(tag, attributes)
        elif self._depth == 1:
            at = self._parser.CurrentByteIndex
            self._alternate_at = at if local == "AlternateContent" else None
            self._child(local, attributes, at)
        elif self._depth == 3 and self._alternate_at is not None:
            self._child(local, attributes, self._alternate_at)
        self._depth += 1

    def _root(self, tag: str, attributes: dict[str, str]) -> None:
        prefix = tag.rpartition(":")[0]
        self.tag_prefix = f"{prefix}:" if prefix else ""
        self.namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")

    def _child(self, local: str, attributes: dict[str, str], at: int) -> None:
        if local == "legacyDrawing":
            ids = (v for k, v in attributes.items() if k.rpartition(":")[2] == "id")
            self.legacy_drawing = next(ids, None)
        elif local == "sheetProtection":
            # A protected sheet takes notes unless its objects are locked as well.
            self.objects_locked = _is_true(attributes.get("sheet")) and _is_true(
                attributes.get("objects")
            )
        elif local in _AFTER_LEGACY_DRAWING and self.insert_at is None:
            self.insert_at = at

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        if self._depth == 0 and self.insert_at is None:
            self.insert_at = self._parser.CurrentByteIndex

    def _doctype(self, *_: object) -> None:
        # A document type could define entities that expand without end.
        raise NotAPackage("one of its sheets carries a document type, which no workbook may")


def _is_true(value: str | None) -> bool:
    return value in ("1", "true", "on")
