"""`interlock comments`: bring the comments to what they should say, or show every word first."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from connectors.base import ConnectionFailed
from model.wording import plain
from pipelines.cli.comment_output import (
    DONE,
    comments_to_json,
    does,
    print_comments,
    print_postponed,
    unwritten,
)
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_error, print_json, print_line
from pipelines.steps.comment import CommentResult, comment


def comments(*, dry_run: bool, json: bool) -> None:
    """Write the difference, or show it; raises Exit(1) when a tool or a comment failed."""
    commented: dict[str, CommentResult] = {}
    failures: dict[str, ConnectionFailed] = {}
    with open_home_instance() as instance:
        dry_run = dry_run or instance.deployment.comments.mode == "dry-run"
        for name in instance.deployment.connection_names:
            try:
                commented[name] = comment(instance, name, now(), dry_run=dry_run)
            except ConnectionFailed as failure:
                failures[name] = failure
    if json:
        told = {name: str(error) for name, error in failures.items()}
        print_json(comments_to_json(commented) | {"failures": told})
    elif dry_run:
        _preview(commented)
    else:
        print_comments(commented)
    for error in failures.values():
        print_error(str(error))
    if failures or any(done.refused for done in commented.values()):
        raise typer.Exit(1)


def _preview(commented: Mapping[str, CommentResult]) -> None:
    changes = [(name, change) for name, done in commented.items() for change in unwritten(done)]
    for name, change in changes:
        print_line(f"── {name} {change.target.key}: would be {DONE[does(change)]}")
        print_line(plain(change.content) + "\n")
    print_postponed(commented)
    print_line(f"{len(changes)} comments would be written")
