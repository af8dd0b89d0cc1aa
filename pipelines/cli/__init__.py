"""The `interlock` command: a thin layer over the steps that Dagster runs too.

`commands` declares names, options and help. Each command imports the module that does the work
only when it is called, so that `--help` waits for no database, tool or rule.

`exit_codes` declares how a command may end, `signals` how Ctrl-C and SIGTERM end it.
"""

from pipelines.cli.app import main

__all__ = ["main"]
