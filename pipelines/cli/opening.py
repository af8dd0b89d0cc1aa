"""Opening the instance folder that a command works on."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

import typer

from model.operating_model.problems import choose
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.output import print_error
from pipelines.deployment import FILE
from pipelines.instance import HOME_VARIABLE, Instance, home_folder, open_instance


@contextmanager
def open_home_instance() -> Iterator[Instance]:
    """Open the instance folder that INTERLOCK_HOME names; close it at the end of the block.

    Raises Exit when it is no instance folder, ModelInvalid with every problem of its files.
    """
    home = home_folder(os.environ)
    # Reading it would fail too, but without saying how to create an instance.
    if not (home / FILE).exists():
        print_error(f"{home} is no instance folder: it has no {FILE}. {_advice()}")
        raise typer.Exit(ExitCode.MISCONFIGURED)
    instance = open_instance(home, os.environ)
    try:
        yield instance
    finally:
        instance.close()


def require_connection(name: str, known: Collection[str]) -> None:
    """Raises Exit(MISCONFIGURED), with a line that says so, for a name that is not known."""
    if name not in known:
        print_error(f"interlock.yaml has no connection {name}. {choose(name, known)}")
        raise typer.Exit(ExitCode.MISCONFIGURED)


def _advice() -> str:
    """What to do where the instance folder is none."""
    named = os.environ.get(HOME_VARIABLE)
    if Path(FILE).exists():
        return f"The current folder is one: export {HOME_VARIABLE}={quote(str(Path.cwd()))}"
    if named and not Path(named).is_absolute():
        return (
            f"{HOME_VARIABLE}={named} counts from the current folder, so name the whole path: "
            f"export {HOME_VARIABLE}=/…/{Path(named).name}"
        )
    unset = "" if named else f"{HOME_VARIABLE} is not set, so it was looked for here. "
    return f"{unset}Let {HOME_VARIABLE} name one, or create one with `interlock init FOLDER`"
