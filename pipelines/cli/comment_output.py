"""How a run's comments are told: what was written where, what waits, what was refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from model.comment_content import CommentChange, CommentContent, CommentState, Target
from model.wording import plain
from pipelines.cli.output import console, print_columns, print_error
from pipelines.steps.comment import CommentResult


def comments_to_json(commented: Mapping[str, CommentResult]) -> dict[str, Any]:
    """Every comment that a run wrote, would write or put off, in one shape for all of them.

    `does` is create, edit, resolve or postpone; `url` leads to the comment where it stands. What
    is not `written` has a `reason` and a `remedy` if the tool refused it, a `reason` if it was
    postponed, and neither in a dry run. `unchanged` counts, by connection, what says what it
    should already.
    """
    return {
        "comments": [one for name, done in commented.items() for one in _told(name, done)],
        "unchanged": {name: done.unchanged for name, done in commented.items()},
    }


def _told(name: str, done: CommentResult) -> Iterator[dict[str, Any]]:
    for change, posted in done.written:
        yield _changed(name, change) | {"written": True, "url": posted.url}
    for change in unwritten(done):
        yield _changed(name, change)
    for refused in done.refused:
        why = {"reason": refused.reason, "remedy": refused.remedy}
        yield _changed(name, refused.change) | why
    for waiting in done.difference.postponed:
        shown = _shown(name, "postpone", waiting.target, waiting.content)
        yield shown | {"reason": waiting.reason}


def _changed(name: str, change: CommentChange) -> dict[str, Any]:
    shown = _shown(name, does(change), change.target, change.content)
    return shown | {"notify": change.notify, "url": change.posted and change.posted.url}


def _shown(name: str, does: str, target: Target, remark: CommentContent) -> dict[str, Any]:
    return {
        "connection": name,
        "on": str(target.ref),
        "key": target.key,
        "conflict": remark.conflict_id,
        "does": does,
        "written": False,
        "notify": False,
        "url": None,
        "reason": None,
        "remedy": None,
        "text": plain(remark),
    }


def unwritten(done: CommentResult) -> list[CommentChange]:
    """What a dry run would write; nothing after a run that wrote."""
    tried = {change for change, _ in done.written} | {one.change for one in done.refused}
    return [change for change in done.difference.changes if change not in tried]


def print_comments(commented: Mapping[str, CommentResult]) -> None:
    """Every comment written, with where to open it, then what stayed unsaid and why."""
    rows = [
        (DONE[does(change)], name, change.target.key, posted.conflict_id, posted.url or "")
        for name, done in commented.items()
        for change, posted in done.written
    ]
    print_columns(rows)
    unchanged = sum(done.unchanged for done in commented.values())
    console.print(f"{len(rows)} comments written, {unchanged} say what they should already")
    if shown := sum(len(unwritten(done)) for done in commented.values()):
        console.print(f"{shown} would be written; `interlock comments --dry-run` shows every word")
    print_postponed(commented)
    for name, done in commented.items():
        for refused in done.refused:
            where = _where(name, refused.change.target, refused.change.content)
            print_error(f"{where}: {refused.reason}. {refused.remedy}")


def print_postponed(commented: Mapping[str, CommentResult]) -> None:
    """Every comment that a ceiling holds back, and which one."""
    for name, done in commented.items():
        for waiting in done.difference.postponed:
            where = _where(name, waiting.target, waiting.content)
            console.print(f"postponed: {where}: {waiting.reason}", markup=False)


def _where(name: str, target: Target, remark: CommentContent) -> str:
    return f"{name} {target.key} {remark.conflict_id}"


DONE = {"create": "created", "edit": "edited", "resolve": "resolved"}
"""What `does` says, once it is done."""


def does(change: CommentChange) -> str:
    if change.posted is None:
        return "create"
    return "resolve" if change.content.state is CommentState.RESOLVED else "edit"
