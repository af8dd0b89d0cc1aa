"""The difference between the comments a tool should show and those it shows, within ceilings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from model.comment_content import (
    CommentContent,
    CommentState,
    Paragraph,
    PostedComment,
    Target,
    TextSpan,
)
from model.comments import (
    Ceilings,
    DesiredComment,
    RecordedComment,
    diff_comments,
    diff_with_lookups,
)
from model.findings import Severity
from model.records import Kind, Ref

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
MANY = Ceilings(per_item=3, per_day=40)


def ref(number: int = 1) -> Ref:
    return Ref("it-jira", Kind.WORK_ITEM, str(number))


def content(conflict: str = "C-1", words: str = "late", state: str = "open") -> CommentContent:
    blocks = (Paragraph((TextSpan(words),)),)
    return CommentContent(conflict, CommentState(state), "A title", blocks)


def desired(
    comment: CommentContent,
    on: Ref | None = None,
    severity: Severity = Severity.HIGH,
    changed_at: datetime = YESTERDAY,
) -> DesiredComment:
    on = on or ref()
    return DesiredComment(Target(on, f"CDP-{on.native_id}"), comment, severity, changed_at)


def posted(comment: CommentContent, on: Ref | None = None) -> PostedComment:
    return PostedComment(on or ref(), comment.conflict_id, "100", comment.digest)


def recorded(comment: CommentContent, at: datetime = NOW) -> RecordedComment:
    return RecordedComment(comment.digest, comment.state, at)


def test_a_missing_comment_is_created() -> None:
    result = diff_comments([desired(content())], [], {}, MANY, 0)

    (change,) = result.changes
    assert change.posted is None


def test_a_comment_that_is_up_to_date_is_left_alone() -> None:
    result = diff_comments([desired(content())], [posted(content())], {}, MANY, 0)

    assert result.changes == ()
    assert len(result.unchanged) == 1


def test_a_comment_that_a_killed_run_wrote_is_recognised_and_not_written_twice() -> None:
    result = diff_comments([desired(content())], [posted(content())], {}, MANY, 0)

    assert result.unchanged == ((content(), posted(content())),)


def test_new_words_are_edited_in_place_without_notifying_anybody() -> None:
    old, new = content(words="5 days late"), content(words="6 days late")
    records = {("C-1", ref()): recorded(old)}

    result = diff_comments([desired(new)], [posted(old)], records, MANY, 0)

    (change,) = result.changes
    assert change.posted == posted(old)
    assert not change.notify


def test_a_conflict_that_changed_since_its_comment_was_written_notifies() -> None:
    old, new = content(words="high"), content(words="critical")
    records = {("C-1", ref()): recorded(old, at=YESTERDAY)}

    result = diff_comments([desired(new, changed_at=NOW)], [posted(old)], records, MANY, 0)

    assert result.changes[0].notify


def test_a_comment_written_in_the_run_in_which_its_conflict_changed_notifies_only_once() -> None:
    old, new = content(words="high"), content(words="critical")
    records = {("C-1", ref()): recorded(old, at=NOW)}

    result = diff_comments([desired(new, changed_at=NOW)], [posted(old)], records, MANY, 0)

    assert not result.changes[0].notify


def test_another_state_of_a_conflict_notifies() -> None:
    records = {("C-1", ref()): recorded(content(), at=NOW)}
    resolved = desired(content(state="resolved"), changed_at=YESTERDAY)

    result = diff_comments([resolved], [posted(content())], records, MANY, 0)

    assert result.changes[0].notify


def test_of_two_comments_about_one_conflict_on_one_record_the_tools_first_is_edited() -> None:
    first, second = posted(content()), replace(posted(content()), comment_id="200")

    result = diff_comments([desired(content(words="new"))], [first, second], {}, MANY, 0)

    assert [change.posted for change in result.changes] == [first]


def test_a_tool_that_keeps_no_digest_is_compared_by_what_was_last_written() -> None:
    blank = PostedComment(ref(), "C-1", "100", None)
    records = {("C-1", ref()): recorded(content())}

    assert diff_comments([desired(content())], [blank], records, MANY, 0).changes == ()


def test_a_comment_deleted_by_hand_is_written_again() -> None:
    records = {("C-1", ref()): recorded(content())}

    result = diff_comments([desired(content())], [], records, MANY, 0)

    assert result.changes[0].posted is None


def test_a_resolved_conflict_edits_its_comment_and_never_creates_one() -> None:
    resolved = content(state="resolved")

    edited = diff_comments([desired(resolved)], [posted(content())], {}, MANY, 0)
    nothing = diff_comments([desired(resolved)], [], {}, MANY, 0)

    assert edited.changes[0].content.state is CommentState.RESOLVED
    assert nothing.changes == ()


def test_one_record_carries_no_more_comments_than_its_ceiling_and_the_worst_come_first() -> None:
    comments = [
        desired(content("C-1"), severity=Severity.LOW),
        desired(content("C-2"), severity=Severity.CRITICAL),
        desired(content("C-3"), severity=Severity.HIGH),
    ]

    result = diff_comments(comments, [], {}, Ceilings(per_item=2, per_day=40), 0)

    assert [c.content.conflict_id for c in result.changes] == ["C-2", "C-3"]
    assert [p.content.conflict_id for p in result.postponed] == ["C-1"]
    assert "already carries 2 comments" in result.postponed[0].reason


def test_comments_already_in_force_count_towards_the_ceiling_of_a_record() -> None:
    comments = [desired(content("C-1")), desired(content("C-2"), severity=Severity.CRITICAL)]

    result = diff_comments(comments, [posted(content("C-1"))], {}, Ceilings(1, 40), 0)

    assert [p.content.conflict_id for p in result.postponed] == ["C-2"]


def test_resolved_comments_do_not_count_towards_the_ceiling() -> None:
    resolved = content("C-1", state="resolved")
    comments = [desired(resolved), desired(content("C-2"))]

    result = diff_comments(comments, [posted(resolved)], {}, Ceilings(1, 40), 0)

    assert [c.content.conflict_id for c in result.changes] == ["C-2"]


def test_a_day_has_a_ceiling_for_new_comments_but_none_for_edits() -> None:
    comments = [
        desired(content("C-1"), ref(1)),
        desired(content("C-2"), ref(2)),
        desired(content("C-3", words="new"), ref(3)),
    ]

    result = diff_comments(comments, [posted(content("C-3"), ref(3))], {}, Ceilings(3, 5), 4)

    assert [c.content.conflict_id for c in result.changes] == ["C-1", "C-3"]
    assert "5 new comments a day" in result.postponed[0].reason


class Tool:
    """What stands in a tool, and which records were read."""

    def __init__(self, *present: PostedComment) -> None:
        self.present = present
        self.read: list[Ref] = []

    def find(self, targets: Sequence[Target]) -> list[PostedComment]:
        refs = [target.ref for target in targets]
        self.read += refs
        return [comment for comment in self.present if comment.target in refs]


def test_only_records_are_read_whose_comment_a_ceiling_permits() -> None:
    comments = [desired(content(f"C-{n:03}"), ref(n)) for n in range(1, 101)]
    tool = Tool()

    result = diff_with_lookups(comments, {}, Ceilings(3, 5), 2, tool.find)

    assert tool.read == [ref(1), ref(2), ref(3)]
    assert [change.target.ref for change in result.changes] == tool.read
    assert len(result.postponed) == 97


def test_nothing_is_read_when_the_ceiling_of_the_day_is_reached() -> None:
    tool = Tool()

    result = diff_with_lookups([desired(content())], {}, Ceilings(3, 5), 5, tool.find)

    assert tool.read == []
    assert len(result.postponed) == 1


def test_a_recorded_comment_is_read_so_that_one_deleted_by_hand_is_written_again() -> None:
    tool = Tool()
    records = {("C-1", ref()): recorded(content())}

    result = diff_with_lookups([desired(content())], records, MANY, 0, tool.find)

    assert tool.read == [ref()]
    assert result.changes[0].posted is None


def test_a_comment_that_was_never_recorded_is_found_and_leaves_its_turn_to_the_next() -> None:
    comments = [desired(content(f"C-{n}"), ref(n)) for n in (1, 2, 3)]
    tool = Tool(posted(content("C-1"), ref(1)), posted(content("C-2"), ref(2)))

    result = diff_with_lookups(comments, {}, Ceilings(3, 1), 0, tool.find)

    assert tool.read == [ref(1), ref(2), ref(3)]
    assert [comment.conflict_id for comment, _ in result.unchanged] == ["C-1", "C-2"]
    assert [change.content.conflict_id for change in result.changes] == ["C-3"]


def test_several_conflicts_on_one_record_read_it_once() -> None:
    tool = Tool()

    diff_with_lookups([desired(content("C-1")), desired(content("C-2"))], {}, MANY, 0, tool.find)

    assert tool.read == [ref()]
