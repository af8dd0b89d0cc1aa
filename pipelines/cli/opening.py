"""The instance that a command works on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from pipelines.cli.output import print_error
from pipelines.deployment import FILE
from pipelines.instance import HOME_VARIABLE, Instance, home_folder, open_instance


@contextmanager
def open_home_instance() -> Iterator[Instance]:
    """The instance folder of INTERLOCK_HOME, open for one command."""
    home = home_folder(os.environ)
    if not (home / FILE).exists():
        print_error(
            f"{home} is no instance folder: it has no {FILE}. Let {HOME_VARIABLE} name one, or "
            "make one with `interlock init FOLDER`"
        )
        raise typer.Exit(2)
    instance = open_instance(home, os.environ)
    try:
        yield instance
    finally:
        instance.close()
