import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.spreadsheets.note_sections import (
    MAX_LENGTH,
    format_plain_text,
    parse_sections,
    put_section,
)
from model.comment_content import CommentContent, CommentState, Paragraph, TextSpan
from tests.connectors.spreadsheets.build import comment


def test_a_section_is_the_comment_between_a_rule_and_its_marker() -> None:
    first, *words, last = put_section("", comment()).splitlines()
    assert first == "── Interlock ──"
    assert words == [
        "Late handover",
        "CDP-12 is 9 days late for @Ada Lind",
        "• CDP-12 (https://jira.test/browse/CDP-12)",
    ]
    assert last.startswith(f"[interlock:C-1a2b3c4d {comment().digest} ")


def test_a_section_is_added_after_the_present_text() -> None:
    note = put_section("Ada:\nask the agency\n", comment())
    assert note.startswith("Ada:\nask the agency\n── Interlock ──\n")


def test_writing_the_same_comment_again_changes_nothing() -> None:
    note = put_section("my own note", comment())
    assert put_section(note, comment()) == note


def test_an_edited_section_keeps_its_place_in_the_note() -> None:
    note = put_section("before", comment()) + "\nafter"
    edited = put_section(note, comment(words="CDP-12 is 12 days late"))
    assert edited.startswith("before\n── Interlock ──")
    assert edited.endswith("]\nafter")
    assert "12 days" in edited and "9 days" not in edited


def test_the_rule_of_a_resolved_comment_says_so() -> None:
    note = put_section(put_section("", comment()), comment(state=CommentState.RESOLVED))
    assert note.startswith("── Interlock · resolved ──\n")
    assert len(parse_sections(note)) == 1


def test_each_conflict_has_its_own_section() -> None:
    note = put_section(put_section("", comment("C-1")), comment("C-2"))
    assert [section.conflict_id for section in parse_sections(note)] == ["C-1", "C-2"]
    assert put_section(note, comment("C-1")) == note


def test_a_section_holds_the_digest_of_its_comment() -> None:
    assert [s.digest for s in parse_sections(put_section("", comment()))] == [comment().digest]


def test_words_typed_into_a_section_are_kept_beside_a_new_section() -> None:
    note = put_section("", comment()).replace("9 days late", "9 days late - no, agreed on Monday!")
    edited = put_section(note, comment(words="CDP-12 is 12 days late"))
    assert "agreed on Monday!" in edited
    assert [section.is_intact for section in parse_sections(edited)] == [True]


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text())
def test_no_word_before_or_after_a_section_is_lost(above: str, below: str) -> None:
    note = put_section(above, comment()) + f"\n{below}"
    edited = put_section(note, comment(words="CDP-12 is 12 days late"))
    assert [word for word in above.split() if word not in edited] == []
    assert [word for word in below.split() if word not in edited] == []
    assert len(parse_sections(edited)) == 1


def test_a_copy_of_a_section_is_removed() -> None:
    note = put_section("", comment())
    assert len(parse_sections(put_section(f"{note}\n{note}", comment(heading="Later still")))) == 1


def test_other_line_breaks_and_spaces_leave_a_section_intact() -> None:
    note = put_section("", comment()).replace("\n", "\r\n").replace("days late", "days  late")
    assert [section.is_intact for section in parse_sections(note)] == [True]


@pytest.mark.parametrize(
    "words", ["[interlock:C-9 0123 01234567]", "── Interlock ──", "a\x00\x1bb\nc"]
)
def test_text_from_tools_is_never_parsed_as_a_section(words: str) -> None:
    note = put_section("", comment(words=words, heading=words))
    assert [section.conflict_id for section in parse_sections(note)] == ["C-1a2b3c4d"]
    assert put_section(note, comment(words=words, heading=words)) == note


def test_a_long_comment_is_cut() -> None:
    long = CommentContent("C-1", CommentState.OPEN, "h", (Paragraph((TextSpan("word " * 3_000),)),))
    assert len(format_plain_text(long)) <= MAX_LENGTH
    assert format_plain_text(long).endswith(" …")
