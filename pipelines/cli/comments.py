"""`interlock comments`: bring the comments to what they should say, or show every word first."""

from __future__ import annotations

from typing import Annotated

import typer

from connectors.base import ConnectionFailed
from model.wording import plain
from pipelines.cli.outcome import comments_json, comments_table, did
from pipelines.cli.output import Json, as_json, failed, now, opened, said
from pipelines.steps.comment import Commented, comment

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show every word that would be written; write nothing.")
]


def comments(dry_run: DryRun = False, json: Json = False) -> None:
    """Compare what each tool should say with what it says, and write the difference.

    In a deployment whose `comments.mode` is dry-run nothing is ever written. A tool that cannot
    be reached does not stop the others; the exit code is then 1.
    """
    commented: dict[str, Commented] = {}
    failures: list[ConnectionFailed] = []
    with opened() as instance:
        dry_run = dry_run or instance.deployment.comments.mode == "dry-run"
        for name in instance.deployment.names:
            try:
                commented[name] = comment(instance, name, now(), dry_run=dry_run)
            except ConnectionFailed as failure:
                failures.append(failure)
    if dry_run:
        _preview(commented, json)
    elif json:
        as_json(comments_json(commented))
    else:
        comments_table(commented)
    for each in failures:
        failed(str(each))
    if failures or any(done.refused for done in commented.values()):
        raise typer.Exit(1)


def _preview(commented: dict[str, Commented], json: bool) -> None:
    changes = [(n, c) for n, done in commented.items() for c in done.difference.changes]
    if json:
        as_json(
            [
                {
                    "connection": name,
                    "on": str(change.target.ref),
                    "would": did(change),
                    "notify": change.notify,
                    "text": plain(change.remark),
                }
                for name, change in changes
            ]
        )
        return
    for name, change in changes:
        said(f"── {name} {change.target.key}: would be {did(change)}")
        said(plain(change.remark) + "\n")
    waiting = sum(len(done.difference.postponed) for done in commented.values())
    said(f"{len(changes)} comments would be written, {waiting} wait below a ceiling")
