"""`interlock check`: is everything there that a sync needs?"""

from __future__ import annotations

import typer

from connectors.base import AccessProblem, ConnectionFailed
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import print_error, print_json, print_line
from pipelines.instance import Instance


def check(*, json: bool) -> None:
    """Tell all that is missing; raises Exit(1) when something would stop a sync."""
    with open_home_instance() as instance:
        _ = instance.engine
        broken = instance.rules.broken
        problems = {
            name: _check_connection(instance, name) for name in instance.deployment.connection_names
        }
    if json:
        print_json({name: [_shown(p) for p in found] for name, found in problems.items()})
    else:
        _told(problems)
    for plugin in broken:
        print_error(str(plugin))
    if broken or any(problem.blocking for found in problems.values() for problem in found):
        raise typer.Exit(1)


def _check_connection(instance: Instance, name: str) -> list[AccessProblem]:
    try:
        with instance.connector(name) as connector:
            return connector.check()
    except ConnectionFailed as failure:
        return [AccessProblem(failure.reason, failure.remedy)]


def _shown(problem: AccessProblem) -> dict[str, str | bool]:
    return {"what": problem.what, "remedy": problem.remedy, "blocking": problem.blocking}


def _told(problems: dict[str, list[AccessProblem]]) -> None:
    print_line("✓ interlock.yaml, the operating model and the warehouse are in order")
    for name, found in problems.items():
        if not found:
            print_line(f"✓ {name} can be read and commented on")
        for problem in found:
            line = f"{name}: {problem.what}. {problem.remedy}"
            if problem.blocking:
                print_error(line)
            else:
                print_line(f"! {line}")
