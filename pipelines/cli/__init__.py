"""The `interlock` command: a thin face over the steps that Dagster runs.

Exit codes: 0 all well; 1 something was refused or a connection could not be read or written;
2 the call, interlock.yaml or the operating model is wrong; 3 another sync is at work.
"""

from pipelines.cli.app import main

__all__ = ["main"]
