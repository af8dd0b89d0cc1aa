"""The entry point of the command: runs it, and prints expected errors in one line."""

from __future__ import annotations

import sys
import traceback

from pipelines.cli.commands import app
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.signals import watch_signals


def main() -> None:
    """Run the command and exit; an error that a user can fix is one line, not a traceback."""
    with watch_signals() as interruption:
        try:
            app()
        except SystemExit as ended:
            sys.exit(interruption.end(ended.code))
        except Exception as error:
            sys.exit(interruption.end(_explain(error)))


def _explain(error: Exception) -> int:
    # Imported here: a successful command need not load the modules of all known errors.
    from pipelines.cli.failures import print_failure

    exit_code = print_failure(error)
    if exit_code is None:
        sys.stderr.write(_traceback(error))
        return ExitCode.DEFECT
    return exit_code


def _traceback(error: Exception) -> str:
    from pipelines.printable import printable_lines

    # The text of an error may be a tool's.
    return printable_lines("".join(traceback.format_exception(error)))
