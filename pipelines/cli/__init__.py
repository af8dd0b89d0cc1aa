"""The `interlock` command: a thin face over the steps that Dagster runs.

`commands` holds what a person reads and types: names, options, help. Each command imports the
module that does it when it is called, so that `--help` waits for no database, tool or rule.

Exit codes: 0 all well; 1 something was refused or could not be read or written; 2 the call,
interlock.yaml or the operating model is wrong; 3 another sync is at work.
"""

from pipelines.cli.app import main

__all__ = ["main"]
