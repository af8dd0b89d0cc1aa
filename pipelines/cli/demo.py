"""`interlock demo`: the whole of Interlock on this machine, in one command."""

from __future__ import annotations

import os

import typer

from pipelines.cli.opening import opened
from pipelines.cli.output import failed
from pipelines.demo.place import SECRETS, DemoFailed
from pipelines.demo.play import play
from pipelines.instance import HOME_VARIABLE, home_folder


def demo(*, serve: bool, fresh: bool) -> None:
    """Play the demo in the instance folder; raises Exit(1) when a tool failed."""
    home = str(home_folder(os.environ))
    os.environ.update(SECRETS | {HOME_VARIABLE: home, "DAGSTER_HOME": home})
    try:
        with opened() as instance:
            well = play(instance, serve=serve, fresh=fresh)
    except DemoFailed as failure:
        failed(str(failure))
        raise typer.Exit(1) from None
    if not well:
        raise typer.Exit(1)
