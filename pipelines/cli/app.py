"""The command's root: runs it, and prints errors in a line."""

from __future__ import annotations

import sys

from pipelines.cli.commands import app


def main() -> None:
    """Run the command; what people can mend is told in a line, not in a traceback."""
    try:
        app()
    except Exception as error:
        from pipelines.cli.failures import print_failure

        code = print_failure(error)
        if code is None:
            raise
        sys.exit(code)
