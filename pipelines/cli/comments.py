"""`interlock comments`: write what is missing in the tools' comments, or show every word first."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from connectors.base import ConnectionFailed
from model.rules.words import format_count
from model.wording import to_plain_text
from pipelines.cli.comment_output import (
    ACTION_DONE,
    comment_exit_code,
    comments_to_json,
    name_action,
    print_comments,
    print_displaced,
    print_postponed,
    unwritten_changes,
)
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_error, print_json, print_line, print_lines
from pipelines.steps.comment import CommentResult, comment


def comments(*, dry_run: bool, json: bool) -> None:
    """Write the difference, or show it; raises Exit when a tool or a comment failed."""
    results: dict[str, CommentResult] = {}
    failures: dict[str, ConnectionFailed] = {}
    with open_home_instance() as instance:
        dry_run = dry_run or instance.deployment.comments.mode == "dry-run"
        for name in instance.deployment.connection_names:
            try:
                results[name] = comment(instance, name, now(), dry_run=dry_run)
            except ConnectionFailed as failure:
                failures[name] = failure
    if json:
        error_texts = {name: str(error) for name, error in failures.items()}
        print_json(comments_to_json(results) | {"failures": error_texts})
    elif dry_run:
        _print_preview(results)
    else:
        print_comments(results, dry_run=False)
        _print_all_displaced(results)
    for error in failures.values():
        print_error(str(error))
    if code := comment_exit_code(results.values(), is_incomplete=bool(failures)):
        raise typer.Exit(code)


def _print_preview(results: Mapping[str, CommentResult]) -> None:
    changes = [
        (name, change) for name, result in results.items() for change in unwritten_changes(result)
    ]
    for name, change in changes:
        print_line(f"── {name} {change.target.key}: would be {ACTION_DONE[name_action(change)]}")
        print_lines(to_plain_text(change.content) + "\n")
    print_postponed(results)
    _print_all_displaced(results)
    print_line(f"{format_count(len(changes), 'comment')} would be written")


def _print_all_displaced(results: Mapping[str, CommentResult]) -> None:
    print_displaced({name: result.displaced for name, result in results.items()})
