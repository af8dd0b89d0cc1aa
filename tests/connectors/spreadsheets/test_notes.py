"""Notes written into packages, made by openpyxl or, where it cannot make them, by hand."""

import re
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from python_calamine import CalamineWorkbook

from connectors.spreadsheets.notes import (
    CellNote,
    NotAPackage,
    NoteRefused,
    find_note_refusals,
    read_notes,
    write_notes,
)
from connectors.spreadsheets.notes.comments_part import EMPTY, NotesPart, clean_note_text
from tests.connectors.spreadsheets.build import (
    PLAN,
    changed_parts,
    packed_entries,
    part,
    saved,
    with_parts,
    workbook,
)

SHEET = "xl/worksheets/sheet1.xml"
RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def plan() -> bytes:
    return saved(workbook(*PLAN))


def commented(*cells: str) -> bytes:
    book = workbook(*PLAN)
    for cell in cells:
        book.active[cell].comment = Comment("ask the agency", "Ada")
    return saved(book)


def relations(*rows: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(rows)
        + "</Relationships>"
    )


def relation(id_: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{id_}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def threaded() -> bytes:
    """A conversation on A2 as Excel 365 stores it ([MS-XLSX] 2.6.205), with its placeholder."""
    raw = commented("A2", "B2")
    notes = next(n for n in packed_entries(raw) if "comment" in n and n.endswith(".xml"))
    placeholder = part(raw, notes).replace("ask the agency", "[Threaded comment] by Ada", 1)
    links = part(raw, RELATIONS).replace(
        "</Relationships>",
        '<Relationship Id="t" Target="../threadedComments/threadedComment1.xml" '
        'Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"/>'
        "</Relationships>",
    )
    conversation = '<ThreadedComments><threadedComment ref="A2"/></ThreadedComments>'
    return with_parts(
        raw,
        {
            notes: placeholder,
            RELATIONS: links,
            "xl/threadedComments/threadedComment1.xml": conversation,
        },
    )


def loaded(raw: bytes) -> Workbook:
    return load_workbook(BytesIO(raw))


def test_a_first_note_changes_only_the_parts_that_refer_to_it() -> None:
    before = plan()
    after = write_notes(before, {("Plan", "A2"): "late"})
    assert changed_parts(before, after) == {
        "[Content_Types].xml",
        SHEET,
        RELATIONS,
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
    }


def test_unchanged_parts_keep_their_compressed_bytes_and_their_order() -> None:
    before = plan()
    after = write_notes(before, {("Plan", "A2"): "late"})
    old, new = packed_entries(before), packed_entries(after)
    assert list(new)[: len(old)] == list(old)
    assert new["xl/styles.xml"] == old["xl/styles.xml"]


def test_the_sheet_itself_gains_one_element_and_nothing_else() -> None:
    before = plan()
    after = part(write_notes(before, {("Plan", "A2"): "late"}), SHEET)
    drawing = re.search(r"<legacyDrawing [^>]*/>", after)
    assert drawing is not None
    assert after.replace(drawing[0], "") == part(before, SHEET)


def test_a_written_note_is_read_by_other_libraries() -> None:
    after = write_notes(plan(), {("Plan", "A2"): "late\n=1+1 <b> & ünï", ("Plan", "D3"): "soon"})
    sheet = loaded(after)["Plan"]
    assert sheet["A2"].comment.text == "late\n=1+1 <b> & ünï"
    assert sheet["A2"].comment.author == "Interlock"
    assert sheet["D3"].comment.text == "soon"
    rows = CalamineWorkbook.from_filelike(BytesIO(after)).get_sheet_by_name("Plan").to_python()
    assert rows[1][0] == "M-1"


def test_a_note_beside_other_notes_changes_only_their_part_and_drawing() -> None:
    before = commented("A2")
    after = write_notes(before, {("Plan", "A3"): "late"})
    assert changed_parts(before, after) == {
        "xl/comments/comment1.xml",
        "xl/drawings/commentsDrawing1.vml",
    }
    assert loaded(after)["Plan"]["A2"].comment.text == "ask the agency"


def test_a_note_on_a_sheet_does_not_change_the_notes_of_another() -> None:
    book = workbook(*PLAN)
    book.create_sheet("Other")["A1"].comment = Comment("theirs", "Ada")
    before = saved(book)
    after = write_notes(before, {("Plan", "A2"): "late"})
    assert not {name for name in changed_parts(before, after) if "comment1" in name}
    assert set(read_notes(after)) == {("Plan", "A2"), ("Other", "A1")}


def test_boxes_of_all_sheets_have_unique_ids() -> None:
    book = workbook(*PLAN)
    book.create_sheet("Other")["A1"].comment = Comment("theirs", "Ada")
    after = write_notes(saved(book), {("Plan", "A2"): "late", ("Other", "B2"): "soon"})
    with zipfile.ZipFile(BytesIO(after)) as archive:
        drawings = [archive.read(n).decode() for n in archive.namelist() if n.endswith(".vml")]
    ids = [i for drawing in drawings for i in re.findall(r'id="_x0000_s(\d+)"', drawing)]
    blocks = [b for drawing in drawings for b in re.findall(r'idmap[^>]*data="(\d+)"', drawing)]
    assert len(ids) == len(set(ids)) == 3
    assert len(blocks) == len(set(blocks)) == 2


def test_more_notes_than_a_block_of_ids_holds_reserve_another() -> None:
    wanted = {("Plan", f"A{row}"): "late" for row in range(2, 1_100)}
    drawing = part(write_notes(plan(), wanted), "xl/drawings/vmlDrawing1.vml")
    ids = re.findall(r'id="_x0000_s(\d+)"', drawing)
    assert len(set(ids)) == len(wanted)
    assert 'data="1,2"' in drawing


def test_writing_the_same_note_again_changes_no_byte() -> None:
    once = write_notes(plan(), {("Plan", "A2"): "late"})
    assert write_notes(once, {("Plan", "A2"): "late"}) == once


def test_an_edit_changes_the_notes_and_at_most_the_box() -> None:
    once = write_notes(plan(), {("Plan", "A2"): "late"})
    twice = write_notes(once, {("Plan", "A2"): "later"})
    assert changed_parts(once, twice) == {"xl/comments1.xml"}
    longer = write_notes(once, {("Plan", "A2"): "line\n" * 20})
    assert changed_parts(once, longer) == {"xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"}


def test_formatting_of_the_text_that_stays_is_kept() -> None:
    raw = write_notes(plan(), {("Plan", "A2"): "Ada: yes"})
    runs = (
        "<text><r><rPr><b/></rPr><t>Ada:</t></r>"
        '<r><rPr><i/></rPr><t xml:space="preserve"> yes</t></r></text>'
    )
    notes = re.sub(r"<text>.*</text>", runs, part(raw, "xl/comments1.xml"), flags=re.DOTALL)
    after = write_notes(
        with_parts(raw, {"xl/comments1.xml": notes}), {("Plan", "A2"): "Ada: yes\nus"}
    )
    written = part(after, "xl/comments1.xml")
    assert '<rPr><b/></rPr><t xml:space="preserve">Ada:</t>' in written
    assert '<rPr><i/></rPr><t xml:space="preserve"> yes</t>' in written
    assert read_notes(after)[("Plan", "A2")].text == "Ada: yes\nus"


def test_special_characters_are_read_as_they_were_written() -> None:
    text = "_x0041_ stays, a tab\tand 😀"
    after = write_notes(plan(), {("Plan", "A2"): text})
    assert read_notes(after) == {("Plan", "A2"): CellNote(text, False)}


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1), st.text())
def test_any_text_and_any_edit_of_it_is_read_as_written(first: str, second: str) -> None:
    notes = NotesPart(EMPTY, "xl/comments1.xml")
    for text in (clean_note_text(first), clean_note_text(second)):
        notes.put("A2", text)
        assert NotesPart(notes.to_bytes(), "xl/comments1.xml").texts() == {"A2": text}


def test_control_characters_are_left_out_of_notes() -> None:
    after = write_notes(plan(), {("Plan", "A2"): "a\x00b\x1b\r\nc"})
    assert read_notes(after)[("Plan", "A2")].text == "ab\nc"


def test_the_placeholder_of_a_conversation_is_recognised_and_not_overwritten() -> None:
    raw = threaded()
    assert read_notes(raw)[("Plan", "A2")].is_threaded
    with pytest.raises(NoteRefused, match="carries a conversation"):
        write_notes(raw, {("Plan", "A2"): "late"})


def test_a_note_beside_a_conversation_does_not_change_it() -> None:
    raw = threaded()
    after = write_notes(raw, {("Plan", "B2"): "ask the agency\nlate"})
    assert not {name for name in changed_parts(raw, after) if "threaded" in name}


def test_a_drawing_of_buttons_gains_a_box_and_keeps_its_buttons() -> None:
    buttons = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
        '<o:idmap v:ext="edit" data="7"/></o:shapelayout><v:shape id="_x0000_s7169">'
        "<v:textbox><div>Press<br>me</div></v:textbox></v:shape></xml>"
    )
    raw = plan()
    sheet = part(raw, SHEET).replace(
        "</worksheet>", f'<legacyDrawing xmlns:r="{OFFICE}" r:id="rId1"/></worksheet>'
    )
    links = relations(relation("rId1", "vmlDrawing", "../drawings/vmlDrawing1.vml"))
    parts = {SHEET: sheet, RELATIONS: links, "xl/drawings/vmlDrawing1.vml": buttons}
    before = with_parts(raw, parts)
    after = write_notes(before, {("Plan", "A2"): "late"})
    drawing = part(after, "xl/drawings/vmlDrawing1.vml")
    assert drawing.startswith(buttons.removesuffix("</xml>"))
    assert 'id="_x0000_s7170"' in drawing
    assert SHEET not in changed_parts(before, after)


@pytest.mark.parametrize(
    "tail",
    [
        '<tableParts count="0"/></worksheet>',
        "<extLst><ext><legacyDrawingHF/></ext></extLst></worksheet>",
        '<m:AlternateContent xmlns:m="u"><m:A><controls/></m:A></m:AlternateContent></worksheet>',
        "</worksheet>",
    ],
)
def test_the_drawing_element_is_inserted_where_the_schema_requires_it(tail: str) -> None:
    raw = plan()
    sheet = part(raw, SHEET).replace("</worksheet>", f'<drawing r="1"/>{tail}')
    after = write_notes(with_parts(raw, {SHEET: sheet}), {("Plan", "A2"): "late"})
    assert re.search(
        r'<drawing r="1"/><legacyDrawing [^>]*/>' + re.escape(tail), part(after, SHEET)
    )


def test_a_sheet_with_prefixed_tags_gains_a_prefixed_element() -> None:
    raw = plan()
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="2"><x:c r="A2"/></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    after = write_notes(with_parts(raw, {SHEET: sheet}), {("Plan", "A2"): "late"})
    assert "<x:legacyDrawing " in part(after, SHEET)


def test_parts_in_other_folders_are_found_by_their_relations() -> None:
    raw = commented("A2")
    links = part(raw, RELATIONS).replace('"/xl/comments/', '"../comments/')
    assert read_notes(with_parts(raw, {RELATIONS: links})) == {
        ("Plan", "A2"): CellNote("ask the agency", False)
    }


def test_a_sheet_whose_objects_are_locked_is_refused_and_one_that_allows_them_is_not() -> None:
    book = workbook(*PLAN)
    book.active.protection.sheet = True
    book.active.protection.objects = True
    book.create_sheet("Open").protection.sheet = True
    raw = saved(book)
    refused = find_note_refusals(raw, ["Plan", "Open"])
    assert set(refused) == {"Plan"}
    assert "protected" in refused["Plan"].reason
    with pytest.raises(NoteRefused, match="protected"):
        write_notes(raw, {("Plan", "A2"): "late"})


def test_a_signed_workbook_is_refused() -> None:
    raw = plan()
    signature = (
        '<Relationship Id="s" Target="_xmlsignatures/origin.sigs" Type="http://schemas.'
        'openxmlformats.org/package/2006/relationships/digital-signature/origin"/>'
    )
    links = part(raw, "_rels/.rels").replace("</Relationships>", signature + "</Relationships>")
    assert (
        "signed"
        in find_note_refusals(with_parts(raw, {"_rels/.rels": links}), ["Plan"])["Plan"].reason
    )


def test_a_workbook_with_a_password_to_modify_is_refused() -> None:
    raw = plan()
    book = part(raw, "xl/workbook.xml").replace(
        "<workbookPr", '<fileSharing reservationPassword="CC1A"/><workbookPr'
    )
    assert (
        "password"
        in find_note_refusals(with_parts(raw, {"xl/workbook.xml": book}), ["Plan"])["Plan"].reason
    )


def test_a_sheet_that_is_not_there_is_refused() -> None:
    assert 'no sheet "Old"' in find_note_refusals(plan(), ["Old"])["Old"].reason


def test_a_note_longer_than_excel_keeps_is_refused() -> None:
    with pytest.raises(NoteRefused, match="32,767"):
        write_notes(plan(), {("Plan", "A2"): "x" * 32_768})


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "encrypted"),
        (b"Key,Task", "damaged or no workbook"),
        (plan()[:3_000], "damaged or no workbook"),
        (with_parts(plan(), {SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>'}), "is damaged"),
        (
            with_parts(plan(), {SHEET: f'<!DOCTYPE x><worksheet xmlns="{MAIN}"></worksheet>'}),
            "document type",
        ),
    ],
)
def test_bytes_that_are_not_a_complete_workbook_are_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(NotAPackage, match=reason):
        write_notes(raw, {("Plan", "A2"): "late"})


def test_a_part_with_a_wrong_checksum_is_refused() -> None:
    raw = bytearray(plan())
    at = raw.find(b"xl/styles.xml") + 40
    raw[at] ^= 0xFF
    with pytest.raises(NotAPackage, match="damaged"):
        write_notes(bytes(raw), {("Plan", "A2"): "late"})


def test_entries_with_data_descriptors_are_copied_unchanged() -> None:
    class Unseekable(BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    stream = Unseekable()
    with zipfile.ZipFile(BytesIO(plan())) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name), zipfile.ZIP_DEFLATED)
    before = stream.getvalue()
    after = write_notes(before, {("Plan", "A2"): "late"})
    assert "xl/styles.xml" not in changed_parts(before, after)
    assert loaded(after)["Plan"]["A2"].comment.text == "late"
