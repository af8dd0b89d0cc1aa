"""Exactly one comment per conflict and record, whatever happens to the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from connectors.kit.clock import Clock
from connectors.kit.exceptions import AnswerLost, RequestFailed
from connectors.kit.posting import SETTLING_SECONDS, apply_change
from model.comment_content import (
    CommentChange,
    CommentContent,
    CommentState,
    Outcome,
    PostedComment,
    RefusedChange,
    Target,
)
from model.records import Kind, Ref

TARGET = Target(Ref("api", Kind.WORK_ITEM, "1"), "A-1")
OLD = CommentContent("C-1", CommentState.OPEN, "Late", ())
NEW = CommentContent("C-1", CommentState.OPEN, "Later still", ())
LOST = AnswerLost("api", "POST got no answer", "The next run looks before it writes again.")
FORBIDDEN = RequestFailed("api", "GET was answered with 403", "", status=403)
AWAY = RequestFailed("api", "GET got no answer", "", transient=True)
Fault = Callable[[], None]


def nothing() -> None:
    pass


def lose() -> None:
    raise LOST


def forbid() -> None:
    raise FORBIDDEN


def fail() -> None:
    raise AWAY


@dataclass
class Store:
    """Comments in memory; `before` and `after` each write, and `on_find`, may raise."""

    comments: list[PostedComment] = field(default_factory=list)
    before: list[Fault] = field(default_factory=list)
    after: list[Fault] = field(default_factory=list)
    on_find: Fault = nothing
    looks_before_create: bool = True
    calls: list[str] = field(default_factory=list)
    confirmed: Outcome | None = None

    def find(self, target: Target) -> list[PostedComment]:
        self.calls.append("find")
        self.on_find()
        return list(self.comments)

    def create(self, change: CommentChange) -> PostedComment:
        return self._write("create", change, str(len(self.comments) + 1))

    def edit(self, change: CommentChange, comment_id: str) -> PostedComment:
        return self._write("edit", change, comment_id)

    def delete(self, target: Target, comment_id: str) -> None:
        self.calls.append(f"delete {comment_id}")
        self.comments = [c for c in self.comments if c.comment_id != comment_id]

    def confirm(self, change: CommentChange, posted: PostedComment) -> Outcome:
        return self.confirmed or posted

    def remedy(self, change: CommentChange, error: RequestFailed) -> str | None:
        return "Ask for the permission." if error.status == 403 else None

    def _write(self, call: str, change: CommentChange, comment_id: str) -> PostedComment:
        self.calls.append(call)
        (self.before.pop(0) if self.before else nothing)()
        posted = posted_comment(comment_id, change.content)
        self.comments = [c for c in self.comments if c.comment_id != comment_id] + [posted]
        (self.after.pop(0) if self.after else nothing)()
        return posted


def posted_comment(comment_id: str, content: CommentContent = OLD) -> PostedComment:
    return PostedComment(TARGET.ref, content.conflict_id, comment_id, content.digest)


def apply(store: Store, change: CommentChange, slept: list[float] | None = None) -> Outcome:
    pauses = slept if slept is not None else []
    return apply_change(store, change, Clock(sleep=pauses.append))


CREATE = CommentChange(TARGET, OLD)


def test_a_comment_is_created_once() -> None:
    store = Store()
    assert apply(store, CREATE) == posted_comment("1")
    assert store.calls == ["find", "create"]


def test_a_lost_answer_to_a_create_that_took_effect_makes_no_second_comment() -> None:
    store, slept = Store(after=[lose]), list[float]()
    assert apply(store, CREATE, slept) == posted_comment("1")
    assert len(store.comments) == 1
    assert store.calls == ["find", "create", "find"]
    assert slept == [SETTLING_SECONDS]


def test_a_create_without_effect_is_tried_again() -> None:
    store = Store(before=[lose, lose])
    assert apply(store, CREATE) == posted_comment("1")
    assert store.calls.count("create") == 3


def test_after_three_lost_answers_the_next_run_goes_on() -> None:
    store = Store(before=[lose] * 9)
    outcome = apply(store, CREATE)
    assert isinstance(outcome, RefusedChange)
    assert outcome.retryable
    assert outcome.remedy == LOST.remedy
    assert store.calls.count("create") == 3


def test_an_effect_of_the_last_attempt_counts() -> None:
    store = Store(before=[lose, lose], after=[lose])
    assert apply(store, CREATE) == posted_comment("1")


def test_a_comment_that_cannot_be_looked_for_is_not_written_again() -> None:
    store = Store(before=[lose], on_find=forbid, looks_before_create=False)
    outcome = apply(store, CREATE)
    assert isinstance(outcome, RefusedChange)
    assert outcome.reason == LOST.reason
    assert store.calls == ["create", "find"]


def test_a_tool_that_is_away_ends_the_run() -> None:
    with pytest.raises(RequestFailed, match="got no answer"):
        apply(Store(on_find=fail), CREATE)


def test_a_refusal_of_one_change_is_its_outcome_with_the_remedy() -> None:
    outcome = apply(Store(before=[forbid]), CREATE)
    assert isinstance(outcome, RefusedChange)
    assert outcome.remedy == "Ask for the permission."


def test_a_comment_that_stands_already_is_adopted() -> None:
    store = Store([posted_comment("7")])
    assert apply(store, CREATE) == posted_comment("7")
    assert store.calls == ["find"]


def test_a_comment_that_stands_with_other_content_is_edited() -> None:
    store = Store([posted_comment("7", NEW)])
    assert apply(store, CREATE) == posted_comment("7")
    assert store.calls == ["find", "edit"]


def test_a_store_may_save_the_look_before_a_create() -> None:
    store = Store(looks_before_create=False)
    apply(store, CREATE)
    assert store.calls == ["create"]


def test_a_lost_answer_to_an_edit_that_took_effect_edits_once() -> None:
    store = Store([posted_comment("7")], after=[lose])
    change = CommentChange(TARGET, NEW, posted_comment("7"))
    assert apply(store, change) == posted_comment("7", NEW)
    assert store.calls.count("edit") == 1


def test_a_lost_edit_without_effect_is_repeated() -> None:
    store = Store([posted_comment("7")], before=[lose])
    change = CommentChange(TARGET, NEW, posted_comment("7"))
    assert apply(store, change) == posted_comment("7", NEW)
    assert store.calls.count("edit") == 2


def test_doubles_are_reduced_to_the_oldest() -> None:
    store = Store([posted_comment("7"), posted_comment("8")])
    assert apply(store, CREATE) == posted_comment("7")
    assert [comment.comment_id for comment in store.comments] == ["7"]


def test_doubles_are_reduced_to_the_one_that_is_edited() -> None:
    store = Store([posted_comment("7"), posted_comment("8")])
    apply(store, CommentChange(TARGET, NEW, posted_comment("8")))
    assert [comment.comment_id for comment in store.comments] == ["8"]


def test_comments_of_other_conflicts_are_left_alone() -> None:
    other = replace(posted_comment("3"), conflict_id="C-2")
    store = Store([other])
    apply(store, CREATE)
    assert other in store.comments
    assert len(store.comments) == 2


def test_what_a_store_takes_back_is_its_outcome() -> None:
    refused = RefusedChange(CREATE, "customers saw it", "Make it internal.", retryable=False)
    assert apply(Store(confirmed=refused), CREATE) == refused
