"""`interlock sync`: one full sync, without Dagster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from model.rules.words import format_count
from model.warehouse.landing import count_present_records
from model.warehouse.quarantine import count_quarantine
from pipelines.cli.comment_output import (
    comment_exit_code,
    comments_to_json,
    print_comments,
    print_displaced,
)
from pipelines.cli.conflicts import print_held, reading_to_json
from pipelines.cli.opening import open_home_instance, require_connection
from pipelines.cli.output import console, now, print_error, print_json, print_line, print_table
from pipelines.cli.problems import print_quarantine
from pipelines.instance import Instance
from pipelines.steps.detect import DetectResult
from pipelines.steps.sync import SyncResult, sync_all


def sync(*, dry_run: bool, json: bool, reread: Collection[str] = ()) -> None:
    """Run every step and print what it did; raises Exit when a tool, a rule or a comment failed."""
    with open_home_instance() as instance, _build_progress(hidden=json) as spinner:
        _check_names(reread, instance.deployment.connection_names)
        task = spinner.add_task("syncing")

        def report_progress(activity: str) -> None:
            spinner.update(task, description=activity)

        write = instance.deployment.comments.mode == "write" and not dry_run
        result = sync_all(instance, now(), report_progress, write=write, reread=reread)
        empty = _find_empty(instance, result)
        with instance.engine.connect() as connection:
            quarantine = count_quarantine(connection)
    if json:
        print_json(_result_to_json(result) | {"quarantine": asdict(quarantine)})
    else:
        _print_result(result, dry_run=not write)
        _print_why_nothing_came(result, empty)
        print_quarantine(quarantine)
    for plugin in result.detected.broken_plugins:
        print_error(str(plugin))
    has_held = any(pulled.held for pulled in result.pulled.values())
    is_incomplete = has_held or bool(
        result.failures or result.holds or result.detected.broken_plugins
    )
    if code := comment_exit_code(result.commented.values(), is_incomplete=is_incomplete):
        raise typer.Exit(code)


def _find_empty(instance: Instance, result: SyncResult) -> list[str]:
    """The connections that were read to their end and showed no record at all."""
    with instance.engine.connect() as connection:
        return [
            name
            for name, pulled in result.pulled.items()
            if name not in result.failures
            and not pulled.problems
            and not count_present_records(connection, name)
        ]


def _print_why_nothing_came(result: SyncResult, empty: Sequence[str]) -> None:
    for name in empty:
        print_line(
            f"! {name}: its tool shows no record. Look at what its settings choose and what its "
            "account may see; `interlock check` asks"
        )
    is_anything_met = any(pulled.read or pulled.problems for pulled in result.pulled.values())
    if not empty and not result.failures and not is_anything_met:
        print_line("Nothing was read because nothing changed since the last sync")


def _check_names(names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        require_connection(name, known)


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
        "held": [
            {
                "conflict": held.conflict_id,
                "rule": held.rule,
                "severity": held.severity.name.lower(),
                "title": held.title,
                "old_readings": [reading_to_json(reading) for reading in held.readings],
            }
            for held in result.detected.held
        ],
        "replies": result.replied.counts,
        **comments_to_json(result.commented),
        "failures": {name: str(failure) for name, failure in result.failures.items()},
    }


def _print_result(result: SyncResult, *, dry_run: bool) -> None:
    rows = []
    for name, pulled in result.pulled.items():
        loaded = result.mapped[name]
        figures = (pulled.read, pulled.changed, loaded.changed, pulled.problems + loaded.problems)
        rows.append((name, *map(str, figures)))
    print_table(("Connection", "Read", "Changed", "Records changed", "Problems"), rows, "Pulled")
    detected = result.detected
    events = ", ".join(f"{count} {event}" for event, count in detected.events.items())
    count = format_count(len(detected.in_force), "conflict")
    console.print(f"{count} in force ({events or 'nothing new'})")
    print_held(detected.held)
    if counts := result.replied.counts:
        listed = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        print_line(f"New replies: {listed}; `interlock replies` lists them")
    print_removed(detected)
    print_comments(result.commented, dry_run=dry_run, held=result.holds)
    # Each is told once; `interlock comments` lists all of them.
    print_displaced({name: each.newly_displaced for name, each in result.commented.items()})
    for mapped in result.mapped.values():
        if mapped.confirmed:
            print_line(mapped.confirmed)
    for hold in result.holds.values():
        print_error(str(hold))
    for failure in result.failures.values():
        print_error(str(failure))


def print_removed(detected: DetectResult) -> None:
    """Print one line per connection that is no longer in interlock.yaml, and what rests on it."""
    resting = [
        *(conflict.old_readings for conflict in detected.in_force),
        *(held.readings for held in detected.held),
    ]
    counts = Counter(r.connection for readings in resting for r in readings if r.is_removed)
    for name, count in sorted(counts.items()):
        waits = "waits" if count == 1 else "wait"
        print_line(
            f"{name} is no longer in interlock.yaml and will not be read again: "
            f"{format_count(count, 'conflict')} {waits} until somebody decides"
        )
