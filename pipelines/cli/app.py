"""The entry point of the command: runs it, and prints expected errors in one line."""

from __future__ import annotations

import sys

from pipelines.cli.commands import app


def main() -> None:
    """Run the command and exit; an error that a user can fix is one line, not a traceback."""
    try:
        app()
    except Exception as error:
        # Imported here: a successful command need not load the modules of all known errors.
        from pipelines.cli.failures import print_failure

        exit_code = print_failure(error)
        if exit_code is None:
            raise
        sys.exit(exit_code)
