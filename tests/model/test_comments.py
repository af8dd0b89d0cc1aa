"""The difference between what a tool should say and what it says, within the ceilings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from model.comment_content import (
    CommentContent,
    CommentState,
    Paragraph,
    PostedComment,
    Target,
    TextSpan,
)
from model.comments import Ceilings, DesiredComment, RecordedComment, diff_comments
from model.findings import Severity
from model.records import Kind, Ref

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
MANY = Ceilings(per_item=3, per_day=40)


def ref(number: int = 1) -> Ref:
    return Ref("it-jira", Kind.WORK_ITEM, str(number))


def remark(conflict: str = "C-1", words: str = "late", state: str = "open") -> CommentContent:
    said = (Paragraph((TextSpan(words),)),)
    return CommentContent(conflict, CommentState(state), "A title", said)


def wanted(
    said: CommentContent,
    on: Ref | None = None,
    severity: Severity = Severity.HIGH,
    changed_at: datetime = YESTERDAY,
) -> DesiredComment:
    on = on or ref()
    return DesiredComment(Target(on, f"CDP-{on.native_id}"), said, severity, changed_at)


def posted(said: CommentContent, on: Ref | None = None) -> PostedComment:
    return PostedComment(on or ref(), said.conflict_id, "100", said.digest)


def written(said: CommentContent, at: datetime = NOW) -> RecordedComment:
    return RecordedComment(said.digest, said.state, at)


def test_what_is_not_said_yet_is_created() -> None:
    result = diff_comments([wanted(remark())], [], {}, MANY, 0)

    (change,) = result.changes
    assert change.posted is None


def test_what_is_said_already_is_left_alone() -> None:
    result = diff_comments([wanted(remark())], [posted(remark())], {}, MANY, 0)

    assert result.changes == ()
    assert len(result.unchanged) == 1


def test_a_comment_that_a_killed_run_left_is_found_and_not_doubled() -> None:
    result = diff_comments([wanted(remark())], [posted(remark())], {}, MANY, 0)

    assert result.unchanged == ((remark(), posted(remark())),)


def test_new_words_are_edited_in_place_without_notifying_anybody() -> None:
    old, new = remark(words="5 days late"), remark(words="6 days late")
    memory = {("C-1", ref()): written(old)}

    result = diff_comments([wanted(new)], [posted(old)], memory, MANY, 0)

    (change,) = result.changes
    assert change.posted == posted(old)
    assert not change.notify


def test_a_matter_that_changed_since_it_was_written_notifies() -> None:
    old, new = remark(words="high"), remark(words="critical")
    memory = {("C-1", ref()): written(old, at=YESTERDAY)}

    result = diff_comments([wanted(new, changed_at=NOW)], [posted(old)], memory, MANY, 0)

    assert result.changes[0].notify


def test_a_tool_that_keeps_no_digest_is_compared_by_what_was_last_written() -> None:
    blank = PostedComment(ref(), "C-1", "100", None)
    memory = {("C-1", ref()): written(remark())}

    assert diff_comments([wanted(remark())], [blank], memory, MANY, 0).changes == ()


def test_a_comment_deleted_by_hand_is_written_again() -> None:
    memory = {("C-1", ref()): written(remark())}

    result = diff_comments([wanted(remark())], [], memory, MANY, 0)

    assert result.changes[0].posted is None


def test_a_resolved_conflict_edits_its_comment_and_never_creates_one() -> None:
    done = remark(state="resolved")

    edited = diff_comments([wanted(done)], [posted(remark())], {}, MANY, 0)
    nothing = diff_comments([wanted(done)], [], {}, MANY, 0)

    assert edited.changes[0].content.state is CommentState.RESOLVED
    assert nothing.changes == ()


def test_one_record_carries_no_more_comments_than_its_ceiling_and_the_worst_come_first() -> None:
    wants = [
        wanted(remark("C-1"), severity=Severity.LOW),
        wanted(remark("C-2"), severity=Severity.CRITICAL),
        wanted(remark("C-3"), severity=Severity.HIGH),
    ]

    result = diff_comments(wants, [], {}, Ceilings(per_item=2, per_day=40), 0)

    assert [c.content.conflict_id for c in result.changes] == ["C-2", "C-3"]
    assert [p.content.conflict_id for p in result.postponed] == ["C-1"]
    assert "already carries 2 comments" in result.postponed[0].reason


def test_comments_already_in_force_count_towards_the_ceiling_of_a_record() -> None:
    wants = [wanted(remark("C-1")), wanted(remark("C-2"), severity=Severity.CRITICAL)]

    result = diff_comments(wants, [posted(remark("C-1"))], {}, Ceilings(1, 40), 0)

    assert [p.content.conflict_id for p in result.postponed] == ["C-2"]


def test_resolved_comments_free_their_place() -> None:
    gone = remark("C-1", state="resolved")
    wants = [wanted(gone), wanted(remark("C-2"))]

    result = diff_comments(wants, [posted(gone)], {}, Ceilings(1, 40), 0)

    assert [c.content.conflict_id for c in result.changes] == ["C-2"]


def test_a_day_has_a_ceiling_for_new_comments_but_none_for_edits() -> None:
    wants = [
        wanted(remark("C-1"), ref(1)),
        wanted(remark("C-2"), ref(2)),
        wanted(remark("C-3", words="new"), ref(3)),
    ]

    result = diff_comments(wants, [posted(remark("C-3"), ref(3))], {}, Ceilings(3, 5), 4)

    assert [c.content.conflict_id for c in result.changes] == ["C-1", "C-3"]
    assert "5 new comments a day" in result.postponed[0].reason
