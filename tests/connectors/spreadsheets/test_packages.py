"""The layers below the notes: the zip archive, the package and the parts."""

import struct
import zipfile
from io import BytesIO

import pytest
from openpyxl.comments import Comment

from connectors.spreadsheets.notes import NotAPackage, find_note_refusals, read_notes, write_notes
from connectors.spreadsheets.notes.archive import NotAnArchive, rewrite_archive, unpack_archive
from connectors.spreadsheets.notes.comments_part import NotesPart
from connectors.spreadsheets.notes.package import (
    WorkbookPackage,
    declare_extension,
    open_package,
    relations,
)
from tests.connectors.spreadsheets.build import PLAN, part, saved, with_parts, workbook

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def archive(*names: str, prefix: bytes = b"") -> bytes:
    buffer = BytesIO()
    buffer.write(prefix)
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, f"content of {name}")
    return buffer.getvalue()


def test_bytes_before_the_first_entry_are_kept() -> None:
    after = rewrite_archive(archive("a", "b", prefix=b"#!prefix"), {"b": b"new"})
    assert after.startswith(b"#!prefixPK")
    assert unpack_archive(after) == {"a": b"content of a", "b": b"new"}


def test_names_outside_ascii_are_written_and_read() -> None:
    assert unpack_archive(rewrite_archive(archive("a"), {"ü": b"new"}))["ü"] == b"new"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_that_holds_a_name_twice_is_refused() -> None:
    with pytest.raises(NotAnArchive, match="holds one part twice"):
        rewrite_archive(archive("a", "a"), {})


def test_a_zip64_archive_is_refused() -> None:
    raw = bytearray(archive("a"))
    struct.pack_into("<L", raw, len(raw) - 6, 0xFFFFFFFF)
    with pytest.raises(NotAnArchive, match="zip64"):
        rewrite_archive(bytes(raw), {})


def test_a_new_part_has_a_name_that_no_part_has_in_any_case() -> None:
    package = WorkbookPackage(b"", {"xl/Comments1.xml": b"", "xl/comments3.xml": b""})
    assert package.unused_name("xl/comments", "xml") == "xl/comments2.xml"


def test_an_external_relation_keeps_its_address() -> None:
    address = "https://share.test/a/../b"
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r" Type="t" Target="{address}" TargetMode="External"/></Relationships>'
    )
    package = WorkbookPackage(b"", {"xl/_rels/workbook.xml.rels": rels.encode()})
    assert [relation.target for relation in relations(package, "xl/workbook.xml")] == [address]


def test_an_extension_is_declared_once() -> None:
    package = open_package(saved(workbook(*PLAN)))
    declare_extension(package, "vml", "first")
    declare_extension(package, "vml", "second")
    types = package.read("[Content_Types].xml").decode()
    assert (types.count('Extension="vml"'), "first" in types) == (1, True)


def test_a_conversation_is_recognised_by_its_author() -> None:
    book = workbook(*PLAN)
    book.active["A2"].comment = Comment("any words", "tc={1}")
    assert read_notes(saved(book))["Plan", "A2"].is_threaded


def test_phonetic_hints_are_no_part_of_a_note() -> None:
    xml = (
        f'<comments xmlns="{MAIN}"><commentList><comment ref="A1"><text><t>東京</t>'
        '<rPh sb="0" eb="2"><t>トウキョウ</t></rPh></text></comment></commentList></comments>'
    )
    assert NotesPart(xml.encode(), "xl/comments1.xml").texts() == {"A1": "東京"}


def test_a_sheet_that_is_not_in_utf8_is_refused() -> None:
    raw = saved(workbook(*PLAN))
    sheet = part(raw, SHEET).encode("utf-16")
    with pytest.raises(NotAPackage, match="not written in UTF-8"):
        write_notes(with_parts(raw, {SHEET: sheet}), {("Plan", "A2"): "late"})


def test_a_sheet_in_strict_open_xml_is_refused() -> None:
    raw = saved(workbook(*PLAN))
    sheet = part(raw, SHEET).replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
    refusals = find_note_refusals(with_parts(raw, {SHEET: sheet}), ["Plan"])
    assert "Strict Open XML" in refusals["Plan"].reason


def test_bytes_of_a_drawing_that_are_not_utf8_are_kept() -> None:
    raw = write_notes(saved(workbook(*PLAN)), {("Plan", "A2"): "late"})
    name = "xl/drawings/vmlDrawing1.vml"
    drawing = part(raw, name).encode().replace(b"</xml>", b"<!-- \xfc --></xml>")
    after = write_notes(with_parts(raw, {name: drawing}), {("Plan", "A3"): "late"})
    assert b"<!-- \xfc -->" in unpack_archive(after)[name]
