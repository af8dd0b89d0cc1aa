"""`interlock demo`: the whole of Interlock on this machine, in one command."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from pipelines.cli.output import failed, opened
from pipelines.demo.place import SECRETS, DemoFailed
from pipelines.instance import HOME_VARIABLE, home_folder

Serve = Annotated[
    bool, typer.Option("--serve", help="Leave the tools and the Dagster UI running until Ctrl-C.")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Begin anew, even on the same day.")]


def demo(serve: Serve = False, fresh: Fresh = False) -> None:
    """Start the demo's tools, sync them through Dagster, and show what was found and written.

    Run again on the same day it pulls only what changed; on another day the story begins anew.
    """
    # Dagster takes seconds to import, which the other commands need not wait for.
    from pipelines.demo.play import play

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
