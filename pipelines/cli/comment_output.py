"""Printing a run's comments: what was written where, what was postponed, what was refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from model.comment_content import CommentChange, CommentContent, CommentState, Target
from model.comments import DisplacedComment
from model.rules.words import format_count
from model.wording import to_plain_text
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.output import console, print_columns, print_error, print_line
from pipelines.steps.comment import CommentResult

_MOST_NAMED = 5
ACTION_DONE = {"create": "created", "edit": "edited", "resolve": "resolved"}
"""The participle of each action that changes a tool."""


def name_action(change: CommentChange) -> str:
    """What a change does to the comment: create, edit or resolve."""
    if change.posted is None:
        return "create"
    return "resolve" if change.content.state is CommentState.RESOLVED else "edit"


def comments_to_json(results: Mapping[str, CommentResult]) -> dict[str, Any]:
    """Every comment that a run wrote, would write or postponed, all in one shape.

    `action` is create, edit, resolve or postpone; `url` leads to the comment itself. A comment
    that is not `written` has a `reason` and a `remedy` if the tool refused it, and is `retryable`
    if the next sync may succeed without anybody's help; a `reason` if it was postponed; none of
    them in a dry run. `displaced` are the comments about records that take none, and the record
    that carries each `instead`, if there is one; `new` are those that the last run did not have or
    had otherwise. `unchanged` counts, by connection, the comments
    that are up to date.
    """
    return {
        "comments": [
            comment for name, result in results.items() for comment in _result_to_json(name, result)
        ],
        "displaced": [
            {
                "connection": name,
                "on": str(each.target.ref),
                "key": each.target.key,
                "conflict": each.conflict_id,
                "reason": each.reason,
                "instead": each.instead and str(each.instead.ref),
                "new": each in result.newly_displaced,
            }
            for name, result in results.items()
            for each in result.displaced
        ],
        "unchanged": {name: result.unchanged for name, result in results.items()},
    }


def unwritten_changes(result: CommentResult) -> list[CommentChange]:
    """What a dry run would write; nothing after a run that wrote."""
    tried = {change for change, _ in result.written} | {each.change for each in result.refused}
    return [change for change in result.difference.changes if change not in tried]


def comment_exit_code(results: Iterable[CommentResult], *, is_incomplete: bool) -> ExitCode:
    """How a run ends that wrote comments; `is_incomplete` if a part of it failed otherwise."""
    refused = [refusal for result in results for refusal in result.refused]
    if is_incomplete or any(refusal.retryable for refusal in refused):
        return ExitCode.INCOMPLETE
    return ExitCode.REFUSED if refused else ExitCode.SUCCESS


def print_displaced(displaced: Mapping[str, Sequence[DisplacedComment]]) -> None:
    """Say in one line for each reason where which conflict cannot be shown, and where it is."""
    for name, listed in displaced.items():
        by_reason: defaultdict[str, list[str]] = defaultdict(list)
        for each in listed:
            where = f"{each.conflict_id} is not shown on {each.target.key}"
            instead = f" but on {each.instead.key}" if each.instead else ""
            by_reason[each.reason].append(where + instead)
        for reason, places in by_reason.items():
            more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
            prefix = "" if reason.startswith(f"{name} ") else f"{name}: "
            print_line(f"{prefix}{reason}, so {', '.join(places[:_MOST_NAMED])}{more}")


def print_comments(
    results: Mapping[str, CommentResult], *, dry_run: bool, held: Collection[str] = ()
) -> None:
    """Print every comment written with its address, then what was not written and why.

    Of a connection that is `held` the records of the former state may have no place in the tool:
    of the comments that are refused with the same remedy the first is named, the others counted.
    """
    rows = [
        (
            ACTION_DONE[name_action(change)],
            name,
            change.target.key,
            posted.conflict_id,
            posted.url or "",
        )
        for name, result in results.items()
        for change, posted in result.written
    ]
    print_columns(rows)
    unchanged = sum(result.unchanged for result in results.values())
    if dry_run:
        unwritten = sum(len(unwritten_changes(result)) for result in results.values())
        advice = "; `interlock comments --dry-run` shows every word" if unwritten else ""
        console.print(
            f"Dry run: no comment was written, {unwritten} would be, {unchanged} up to date{advice}"
        )
    else:
        console.print(f"{format_count(len(rows), 'comment')} written, {unchanged} up to date")
    print_postponed(results)
    for name, result in results.items():
        by_remedy: defaultdict[str, list[str]] = defaultdict(list)
        for refused in result.refused:
            place = _place_text(name, refused.change.target, refused.change.content)
            by_remedy[refused.remedy].append(f"{place}: {refused.reason}")
        for remedy, lines in by_remedy.items():
            shown = lines[:1] if name in held else lines
            for line in shown:
                print_error(f"{line}. {remedy}")
            if more := len(lines) - len(shown):
                comments = format_count(more, "more comment")
                print_error(f"{name}: {comments} refused alike while its last change is held")


def print_postponed(results: Mapping[str, CommentResult]) -> None:
    """Print every comment that a ceiling postpones, and which ceiling."""
    for name, result in results.items():
        for postponed in result.difference.postponed:
            place = _place_text(name, postponed.target, postponed.content)
            print_line(f"postponed: {place}: {postponed.reason}")


def _result_to_json(name: str, result: CommentResult) -> Iterator[dict[str, Any]]:
    for change, posted in result.written:
        yield _change_to_json(name, change) | {"written": True, "url": posted.url}
    for change in unwritten_changes(result):
        yield _change_to_json(name, change)
    for refused in result.refused:
        why = {"reason": refused.reason, "remedy": refused.remedy, "retryable": refused.retryable}
        yield _change_to_json(name, refused.change) | why
    for postponed in result.difference.postponed:
        comment = _comment_to_json(name, "postpone", postponed.target, postponed.content)
        yield comment | {"reason": postponed.reason}


def _change_to_json(name: str, change: CommentChange) -> dict[str, Any]:
    comment = _comment_to_json(name, name_action(change), change.target, change.content)
    return comment | {"notify": change.notify, "url": change.posted and change.posted.url}


def _comment_to_json(
    name: str, action: str, target: Target, content: CommentContent
) -> dict[str, Any]:
    return {
        "connection": name,
        "on": str(target.ref),
        "key": target.key,
        "conflict": content.conflict_id,
        "action": action,
        "written": False,
        "notify": False,
        "url": None,
        "reason": None,
        "remedy": None,
        "retryable": None,
        "text": to_plain_text(content),
    }


def _place_text(name: str, target: Target, content: CommentContent) -> str:
    return f"{name} {target.key} {content.conflict_id}"
