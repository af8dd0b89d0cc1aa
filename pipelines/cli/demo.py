"""`interlock demo`: the whole of Interlock on this machine, in one command."""

from __future__ import annotations

import os

import typer

from pipelines.cli.demo_extra import importing_demo_extra
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import print_error, print_line
from pipelines.demo.demo_instance import SECRETS, DemoFailed
from pipelines.demo.files import choose_ports, write_instance
from pipelines.instance import HOME_VARIABLE, home_folder


def demo(*, serve: bool, fresh: bool) -> None:
    """Run the demo in the instance folder, which is written first where there is none.

    Raises Exit(INCOMPLETE) when a tool could not be read or written, or the demo cannot run here.
    """
    with importing_demo_extra("demo"):
        from pipelines.demo.run import run_demo
    home = home_folder(os.environ)
    if not home.exists():
        write_instance(home, choose_ports())
        print_line(f"The demo's instance folder is {home}")
    os.environ.update(SECRETS | {HOME_VARIABLE: str(home), "DAGSTER_HOME": str(home)})
    try:
        with open_home_instance() as instance:
            is_complete = run_demo(instance, serve=serve, fresh=fresh)
    except DemoFailed as failure:
        print_error(str(failure))
        raise typer.Exit(ExitCode.INCOMPLETE) from None
    if not is_complete:
        raise typer.Exit(ExitCode.INCOMPLETE)
