"""What a command says that needs the extra `demo` where that is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.output import print_error

_OWN_PACKAGES = ("connectors", "model", "pipelines")


@contextmanager
def importing_demo_extra(command: str) -> Iterator[None]:
    """Import libraries of the extra in this block; one line and Exit if one is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        # A missing module of ours is a defect of ours: no extra that is installed would mend it.
        if error.name is None or error.name.partition(".")[0] in _OWN_PACKAGES:
            raise
        print_error(
            f"`interlock {command}` needs {error.name}, which is not installed. Install the extra "
            "`demo`: pip install 'interlock[demo]'"
        )
        raise typer.Exit(ExitCode.MISCONFIGURED) from None
