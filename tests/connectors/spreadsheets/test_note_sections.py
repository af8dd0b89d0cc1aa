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

LINE = "── Answer below this line ──"


def test_a_section_is_the_comment_between_a_rule_and_its_marker() -> None:
    first, *words, last, below = put_section("", comment()).splitlines()
    assert first == "── Interlock ──"
    assert words == [
        "Late handover",
        "CDP-12 is 9 days late for @Ada Lind",
        "• CDP-12 (https://jira.test/browse/CDP-12)",
    ]
    assert last.startswith(f"[interlock:C-1a2b3c4d {comment().digest} ")
    assert below == LINE


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
    assert edited.endswith(f"]\n{LINE}\nafter")
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


# Answers


def older(note: str) -> str:
    """The note as versions wrote it that did not ask for an answer."""
    return note.replace(f"\n{LINE}", "")


def answers(note: str) -> list[tuple[str, str]]:
    return [(section.conflict_id, section.answer) for section in parse_sections(note)]


def test_an_answer_is_what_stands_below_the_line_up_to_the_next_section() -> None:
    first = put_section("Ada: mine", comment("C-1")) + "\naccept until 1 May\nbecause"
    both = put_section(first, comment("C-2")) + " ack"
    assert answers(both) == [("C-1", "accept until 1 May\nbecause"), ("C-2", "ack")]


def test_an_answer_stays_when_its_section_is_edited_and_resolved() -> None:
    note = put_section(put_section("", comment("C-1")) + "\nack", comment("C-2")) + "\nescalate"
    for state in (CommentState.OPEN, CommentState.DECIDED, CommentState.RESOLVED):
        for conflict in ("C-1", "C-2"):
            changed = comment(conflict, heading=f"Now {state}", state=state)
            note = put_section(note, changed)
            assert put_section(note, changed) == note
    assert answers(note) == [("C-1", "ack"), ("C-2", "escalate")]


def test_words_below_a_section_of_an_older_version_do_not_become_an_answer() -> None:
    note = older(put_section("", comment())) + "\ncall the agency"
    edited = put_section(note, comment(heading="Later still"))
    assert answers(edited) == [("C-1a2b3c4d", "")]
    assert edited.endswith("]\ncall the agency")


def test_a_section_of_an_older_version_without_words_below_asks_for_an_answer() -> None:
    note = older(put_section(put_section("", comment("C-1")), comment("C-2")))
    edited = put_section(note, comment("C-1", heading="Later still"))
    assert edited.count(LINE) == 1
    assert edited.index(LINE) < edited.index("C-2")


def test_an_answer_below_a_section_that_people_wrote_in_moves_to_the_new_one() -> None:
    note = put_section("", comment()).replace("9 days late", "9 days late - no!") + "\nack"
    assert answers(note) == [("C-1a2b3c4d", "ack")]
    edited = put_section(note, comment(heading="Later still"))
    assert answers(edited) == [("C-1a2b3c4d", "ack")]
    assert "9 days late - no!" in edited
    assert edited.count("ack") == 1


def test_of_copied_sections_no_answer_is_lost() -> None:
    note = put_section("", comment())
    copies = f"{note}\n{note}\nack\n{note}\nescalate"
    edited = put_section(copies, comment(heading="Later still"))
    assert answers(edited) == [("C-1a2b3c4d", "ack\nescalate")]


def test_other_line_breaks_leave_an_answer_as_it_is() -> None:
    note = (put_section("", comment()) + "\nack\nthanks").replace("\n", "\r\n")
    assert answers(note) == [("C-1a2b3c4d", "ack\nthanks")]


@settings(max_examples=100, deadline=None)
@given(st.text(), st.lists(st.text(), min_size=2, max_size=2))
def test_no_word_of_an_answer_is_ever_lost(above: str, typed: list[str]) -> None:
    note = above
    for conflict, words in zip(("C-1", "C-2"), typed, strict=True):
        note = f"{put_section(note, comment(conflict))}\n{words}"
    for conflict in ("C-2", "C-1"):
        note = put_section(note, comment(conflict, heading="Later still"))
    assert [w for words in (above, *typed) for w in words.split() if w not in note] == []
    assert len(parse_sections(note)) == 2
    assert put_section(note, comment("C-1", heading="Later still")) == note
