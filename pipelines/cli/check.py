"""`interlock check`: is everything there that a sync needs?"""

from __future__ import annotations

import typer

from connectors.base import AccessProblem, ConnectionFailed
from pipelines.cli.opening import opened
from pipelines.cli.output import as_json, failed, said
from pipelines.instance import Instance


def check(*, json: bool) -> None:
    """Tell all that is missing; raises Exit(1) when something would stop a sync."""
    with opened() as instance:
        _ = instance.engine
        problems = {name: _problems(instance, name) for name in instance.deployment.names}
    if json:
        as_json({name: [_shown(p) for p in found] for name, found in problems.items()})
    else:
        _told(problems)
    if any(problem.blocking for found in problems.values() for problem in found):
        raise typer.Exit(1)


def _problems(instance: Instance, name: str) -> list[AccessProblem]:
    try:
        with instance.connector(name) as connector:
            return connector.check()
    except ConnectionFailed as failure:
        return [AccessProblem(failure.reason, failure.remedy)]


def _shown(problem: AccessProblem) -> dict[str, str | bool]:
    return {"what": problem.what, "remedy": problem.remedy, "blocking": problem.blocking}


def _told(problems: dict[str, list[AccessProblem]]) -> None:
    said("✓ interlock.yaml, the operating model and the warehouse are in order")
    for name, found in problems.items():
        if not found:
            said(f"✓ {name} can be read and commented on")
        for problem in found:
            line = f"{name}: {problem.what}. {problem.remedy}"
            if problem.blocking:
                failed(line)
            else:
                said(f"! {line}")
