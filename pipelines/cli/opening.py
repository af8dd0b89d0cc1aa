"""Opening the instance folder that a command works on."""

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
    """Open the instance folder that INTERLOCK_HOME names; close it at the end of the block.

    Raises Exit(2) when it is no instance folder, ModelInvalid with every problem of its files.
    """
    home = home_folder(os.environ)
    # Reading it would fail too, but without saying how to create an instance.
    if not (home / FILE).exists():
        print_error(
            f"{home} is no instance folder: it has no {FILE}. Let {HOME_VARIABLE} name one, or "
            "create one with `interlock init FOLDER`"
        )
        raise typer.Exit(2)
    instance = open_instance(home, os.environ)
    try:
        yield instance
    finally:
        instance.close()
