"""`interlock sync`: one full sync, without Dagster."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from pipelines.cli.comment_output import comments_to_json, print_comments
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import console, now, print_error, print_json, print_table
from pipelines.steps.sync import SyncResult, sync_all


def sync(*, dry_run: bool, json: bool) -> None:
    """Run every step and tell what it did; raises Exit(1) when a tool or a comment failed."""
    with open_home_instance() as instance, _progress(hidden=json) as shown:
        task = shown.add_task("syncing")

        def progress(what: str) -> None:
            shown.update(task, description=what)

        writes = instance.deployment.comments.mode == "write" and not dry_run
        result = sync_all(instance, now(), progress, write=writes)
    if json:
        print_json(_shown(result))
    else:
        _told(result)
    for plugin in result.detected.broken_plugins:
        print_error(str(plugin))
    if (
        result.detected.broken_plugins
        or result.failures
        or any(done.refused for done in result.commented.values())
    ):
        raise typer.Exit(1)


def _progress(*, hidden: bool) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
        disable=hidden,
    )


def _shown(result: SyncResult) -> dict[str, Any]:
    return {
        "pulled": {name: asdict(pulled) for name, pulled in result.pulled.items()},
        "mapped": {name: asdict(taken) for name, taken in result.mapped.items()},
        "dependencies": result.linked.dependencies,
        "dangling": result.linked.dangling,
        "conflicts": len(result.detected.in_force),
        "events": dict(result.detected.events),
        **comments_to_json(result.commented),
        "failures": {name: str(failure) for name, failure in result.failures.items()},
    }


def _told(result: SyncResult) -> None:
    rows = []
    for name, pulled in result.pulled.items():
        taken = result.mapped[name]
        rows.append((name, *map(str, (pulled.read, pulled.changed, taken.changed, taken.problems))))
    print_table(("Connection", "Read", "Changed", "Records changed", "Problems"), rows, "Pulled")
    detected = result.detected
    events = ", ".join(f"{count} {event}" for event, count in detected.events.items())
    console.print(f"{len(detected.in_force)} conflicts in force ({events or 'nothing new'})")
    print_comments(result.commented)
    for failure in result.failures.values():
        print_error(str(failure))
