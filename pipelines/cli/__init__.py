"""The `interlock` command: a thin layer over the steps that Dagster runs too.

`commands` declares names, options and help. Each command imports the module that does the work
only when it is called, so that `--help` waits for no database, tool or rule.

Exit codes: 0 success; 1 something was refused or could not be read or written; 2 the call,
interlock.yaml or the operating model is wrong; 3 another sync holds the lock.
"""

from pipelines.cli.app import main

__all__ = ["main"]
