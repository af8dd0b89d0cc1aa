"""`interlock comments`: bring the comments to what they should say, or show every word first."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from connectors.base import ConnectionFailed
from model.wording import plain
from pipelines.cli.opening import opened
from pipelines.cli.outcome import DONE, comments_json, comments_table, does, put_off, unwritten
from pipelines.cli.output import as_json, failed, now, said
from pipelines.steps.comment import CommentResult, comment


def comments(*, dry_run: bool, json: bool) -> None:
    """Write the difference, or show it; raises Exit(1) when a tool or a comment failed."""
    commented: dict[str, CommentResult] = {}
    failures: dict[str, ConnectionFailed] = {}
    with opened() as instance:
        dry_run = dry_run or instance.deployment.comments.mode == "dry-run"
        for name in instance.deployment.names:
            try:
                commented[name] = comment(instance, name, now(), dry_run=dry_run)
            except ConnectionFailed as failure:
                failures[name] = failure
    if json:
        told = {name: str(error) for name, error in failures.items()}
        as_json(comments_json(commented) | {"failures": told})
    elif dry_run:
        _preview(commented)
    else:
        comments_table(commented)
    for error in failures.values():
        failed(str(error))
    if failures or any(done.refused for done in commented.values()):
        raise typer.Exit(1)


def _preview(commented: Mapping[str, CommentResult]) -> None:
    changes = [(name, change) for name, done in commented.items() for change in unwritten(done)]
    for name, change in changes:
        said(f"── {name} {change.target.key}: would be {DONE[does(change)]}")
        said(plain(change.content) + "\n")
    put_off(commented)
    said(f"{len(changes)} comments would be written")
