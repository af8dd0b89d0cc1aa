"""`interlock problems`: the records that are held and the fields left out, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from model.rules.words import format_count
from model.warehouse.quarantine import QuarantineCount, RecordedProblem, read_problems
from pipelines.cli.opening import open_home_instance, require_connection
from pipelines.cli.output import print_json, print_line, print_table


def problems(name: str | None, *, json: bool) -> None:
    """Print the quarantine of a connection, or all; raises Exit for an unknown connection."""
    with open_home_instance() as instance:
        with instance.engine.connect() as connection:
            listed = read_problems(connection, name)
        # A connection that was taken out of the settings may still have problems.
        if name is not None and not listed:
            require_connection(name, instance.deployment.connection_names)
    if json:
        print_json([problem_to_json(problem) for problem in listed])
    elif not listed:
        print_line("No record is held, and no field is left out.")
    else:
        # A table per connection: with its name in each row, 80 columns would be too narrow.
        for (held, connection_name), group in groupby(listed, lambda p: (p.held, p.connection)):
            what = "held records" if held else "fields left out"
            _print_problems(list(group), f"{connection_name}: {what}")


def problem_to_json(problem: RecordedProblem) -> dict[str, Any]:
    """A problem as JSON values."""
    return {
        "connection": problem.connection,
        "stream": problem.stream,
        "record": problem.native_id,
        "reason": problem.reason,
        "remedy": problem.remedy,
        "held": problem.held,
        "since": problem.since,
    }


def print_quarantine(count: QuarantineCount) -> None:
    """Print one line on how much is in quarantine, unless it is empty."""
    parts = []
    if count.held:
        parts.append(f"{format_count(count.held, 'record')} {_is_or_are(count.held)} held")
    if count.left_out:
        verb = "" if parts else f" {_is_or_are(count.left_out)}"
        parts.append(f"{format_count(count.left_out, 'field')}{verb} left out")
    if parts:
        print_line(f"{', '.join(parts)}: `interlock problems` lists them")


def _is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"


def _print_problems(listed: Sequence[RecordedProblem], title: str) -> None:
    rows = [(p.native_id, p.reason, p.remedy, f"{p.since:%Y-%m-%d}") for p in listed]
    print_table(("Record", "Reason", "Remedy", "Since"), rows, title)
