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
    """Run every step and print what it did; raises Exit(1) when a tool or a comment failed."""
    with open_home_instance() as instance, _build_progress(hidden=json) as spinner:
        task = spinner.add_task("syncing")

        def report_progress(activity: str) -> None:
            spinner.update(task, description=activity)

        write = instance.deployment.comments.mode == "write" and not dry_run
        result = sync_all(instance, now(), report_progress, write=write)
    if json:
        print_json(_result_to_json(result))
    else:
        _print_result(result)
    for plugin in result.detected.broken_plugins:
        print_error(str(plugin))
    has_refusals = any(each.refused for each in result.commented.values())
    if result.failures or result.detected.broken_plugins or has_refusals:
        raise typer.Exit(1)


def _build_progress(*, hidden: bool) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
        # JSON on standard output must stay valid JSON.
        disable=hidden,
    )


def _result_to_json(result: SyncResult) -> dict[str, Any]:
    return {
        "pulled": {name: asdict(pulled) for name, pulled in result.pulled.items()},
        "mapped": {name: asdict(loaded) for name, loaded in result.mapped.items()},
        "dependencies": result.linked.dependencies,
        "dangling": result.linked.dangling,
        "conflicts": len(result.detected.in_force),
        "events": dict(result.detected.events),
        **comments_to_json(result.commented),
        "failures": {name: str(failure) for name, failure in result.failures.items()},
    }


def _print_result(result: SyncResult) -> None:
    rows = []
    for name, pulled in result.pulled.items():
        loaded = result.mapped[name]
        figures = pulled.read, pulled.changed, loaded.changed, loaded.problems
        rows.append((name, *map(str, figures)))
    print_table(("Connection", "Read", "Changed", "Records changed", "Problems"), rows, "Pulled")
    detected = result.detected
    events = ", ".join(f"{count} {event}" for event, count in detected.events.items())
    console.print(f"{len(detected.in_force)} conflicts in force ({events or 'nothing new'})")
    print_comments(result.commented)
    for failure in result.failures.values():
        print_error(str(failure))
