import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.spreadsheets.sections import MAX_LENGTH, plain_text, sections, with_section
from model.comment_content import CommentContent, CommentState, Paragraph, TextSpan
from tests.connectors.spreadsheets.build import remark


def test_a_remark_is_words_between_a_rule_and_its_marker() -> None:
    first, *words, last = with_section("", remark()).splitlines()
    assert first == "── Interlock ──"
    assert words == [
        "Late handover",
        "CDP-12 is 9 days late for @Ada Lind",
        "• CDP-12 (https://jira.test/browse/CDP-12)",
    ]
    assert last.startswith(f"[interlock:C-1a2b3c4d {remark().digest} ")


def test_a_section_follows_the_words_that_stand_there() -> None:
    note = with_section("Ada:\nask the agency\n", remark())
    assert note.startswith("Ada:\nask the agency\n── Interlock ──\n")


def test_writing_the_same_remark_again_changes_nothing() -> None:
    note = with_section("mine", remark())
    assert with_section(note, remark()) == note


def test_an_edit_stays_in_its_place_between_peoples_words() -> None:
    note = with_section("before", remark()) + "\nafter"
    edited = with_section(note, remark(words="CDP-12 is 12 days late"))
    assert edited.startswith("before\n── Interlock ──")
    assert edited.endswith("]\nafter")
    assert "12 days" in edited and "9 days" not in edited


def test_a_resolved_remark_says_so_in_its_rule() -> None:
    note = with_section(with_section("", remark()), remark(state=CommentState.RESOLVED))
    assert note.startswith("── Interlock · resolved ──\n")
    assert len(sections(note)) == 1


def test_each_conflict_has_a_section_of_its_own() -> None:
    note = with_section(with_section("", remark("C-1")), remark("C-2"))
    assert [section.conflict_id for section in sections(note)] == ["C-1", "C-2"]
    assert with_section(note, remark("C-1")) == note


def test_a_section_tells_the_digest_it_was_written_with() -> None:
    assert [s.digest for s in sections(with_section("", remark()))] == [remark().digest]


def test_words_typed_into_a_section_are_kept_beside_the_new_one() -> None:
    note = with_section("", remark()).replace("9 days late", "9 days late - no, agreed on Monday!")
    edited = with_section(note, remark(words="CDP-12 is 12 days late"))
    assert "agreed on Monday!" in edited
    assert [section.intact for section in sections(edited)] == [True]


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text())
def test_no_word_around_a_section_is_ever_lost(above: str, below: str) -> None:
    note = with_section(above, remark()) + f"\n{below}"
    edited = with_section(note, remark(words="CDP-12 is 12 days late"))
    assert [word for word in above.split() if word not in edited] == []
    assert [word for word in below.split() if word not in edited] == []
    assert len(sections(edited)) == 1


def test_a_copied_section_leaves_one() -> None:
    note = with_section("", remark())
    assert len(sections(with_section(f"{note}\n{note}", remark(heading="Later still")))) == 1


def test_other_line_breaks_and_spaces_leave_a_section_intact() -> None:
    note = with_section("", remark()).replace("\n", "\r\n").replace("days late", "days  late")
    assert [section.intact for section in sections(note)] == [True]


@pytest.mark.parametrize(
    "words", ["[interlock:C-9 0123 01234567]", "── Interlock ──", "a\x00\x1bb\nc"]
)
def test_text_from_tools_cannot_pose_as_a_section(words: str) -> None:
    note = with_section("", remark(words=words, heading=words))
    assert [section.conflict_id for section in sections(note)] == ["C-1a2b3c4d"]
    assert with_section(note, remark(words=words, heading=words)) == note


def test_a_long_remark_is_cut_so_that_a_note_can_be_read() -> None:
    long = CommentContent("C-1", CommentState.OPEN, "h", (Paragraph((TextSpan("word " * 3_000),)),))
    assert len(plain_text(long)) <= MAX_LENGTH
    assert plain_text(long).endswith(" …")
