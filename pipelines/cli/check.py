"""`interlock check`: whether everything is there that a sync needs."""

from __future__ import annotations

import typer

from connectors.base import AccessProblem, ConnectionFailed
from connectors.masking import mask_fields
from connectors.tools import installed_tools
from model.warehouse.failures import OWNER_URL_VARIABLE, URL_VARIABLE
from model.warehouse.grants import record_risk
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import print_error, print_json, print_line
from pipelines.instance import Instance
from pipelines.isolation import isolated


def check(*, json: bool) -> None:
    """Print all that is missing; raises Exit(INCOMPLETE) when something would stop a sync."""
    with open_home_instance() as instance:
        # First, so that an unreachable warehouse is reported before any tool is asked.
        warehouse = _check_warehouse(instance)
        installed = installed_tools()
        used = {settings.tool for settings in instance.deployment.connections.values()}
        # A broken tool that is used is a problem of its connections.
        unused = [problem for name, problem in installed.unavailable.items() if name not in used]
        broken_plugins = [*instance.rules.broken, *unused]
        names = instance.deployment.connection_names
        problems = {name: _check_connection(instance, name) for name in names}
    if warehouse:
        problems.setdefault("warehouse", []).append(warehouse)
    if json:
        print_json({name: [_to_json(p) for p in listed] for name, listed in problems.items()})
    else:
        _print_problems(problems)
        for clash in installed.clashes:
            print_line(f"! {clash}")
    for plugin in broken_plugins:
        print_error(str(plugin))
    is_blocked = any(problem.blocking for listed in problems.values() for problem in listed)
    if broken_plugins or is_blocked:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _check_warehouse(instance: Instance) -> AccessProblem | None:
    with instance.engine.connect() as connection:
        risk = record_risk(connection)
    remedy = (
        f"Let {URL_VARIABLE} name a role that owns nothing, and {OWNER_URL_VARIABLE} the one that "
        "owns the tables"
    )
    return AccessProblem(risk, remedy, blocking=False) if risk else None


def _check_connection(instance: Instance, name: str) -> list[AccessProblem]:
    try:
        with instance.connector(name) as connector, isolated(name, "checking its access"):
            return [mask_fields(name, each, "what", "remedy") for each in connector.check()]
    except ConnectionFailed as failure:
        return [AccessProblem(failure.reason, failure.remedy)]


def _to_json(problem: AccessProblem) -> dict[str, str | bool]:
    return {"what": problem.what, "remedy": problem.remedy, "blocking": problem.blocking}


def _print_problems(problems: dict[str, list[AccessProblem]]) -> None:
    print_line("✓ interlock.yaml, the operating model and the warehouse are in order")
    for name, listed in problems.items():
        if not listed:
            print_line(f"✓ {name} has all that it needs")
        for problem in listed:
            line = f"{name}: {problem.what}. {problem.remedy}"
            if problem.blocking:
                print_error(line)
            else:
                print_line(f"! {line}")
