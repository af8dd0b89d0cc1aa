"""Errors that a user can fix: their message and the exit code with which the command ends."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from connectors.base import ConnectionFailed
from connectors.tools import ToolUnavailable
from model.operating_model.problems import ModelInvalid
from model.warehouse.failures import WarehouseUnreachable, explain_failure
from model.warehouse.locks import LockTimeout
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.output import print_error
from pipelines.steps.decide import DecisionRefused
from pipelines.steps.map import NothingHeld, ReleaseRefused
from pipelines.steps.raise_risk import RiskRefused

_FULL = {errno.ENOSPC, errno.EDQUOT}


_CODES: Mapping[type[Exception], ExitCode] = {
    ToolUnavailable: ExitCode.MISCONFIGURED,
    LockTimeout: ExitCode.LOCKED,
    DecisionRefused: ExitCode.REFUSED,
    NothingHeld: ExitCode.REFUSED,
    ReleaseRefused: ExitCode.REFUSED,
    RiskRefused: ExitCode.REFUSED,
    WarehouseUnreachable: ExitCode.NO_WAREHOUSE,
    ConnectionFailed: ExitCode.INCOMPLETE,
}
"""Errors whose text is all that a user needs."""


def print_failure(error: Exception) -> ExitCode | None:
    """Print the message of an expected error and return its exit code; None for any other."""
    for kind, code in _CODES.items():
        if isinstance(error, kind):
            print_error(str(error))
            return code
    if isinstance(error, ModelInvalid):
        for problem in error.problems:
            print_error(str(problem))
        return ExitCode.MISCONFIGURED
    if explanation := explain_failure(error):
        print_error(explanation)
        return ExitCode.NO_WAREHOUSE
    return _print_file_failure(error) if isinstance(error, OSError) else None


def _print_file_failure(error: OSError) -> ExitCode | None:
    if error.filename is not None:
        print_error(f"{error.filename}: {error.strerror}")
    elif error.errno in _FULL:
        print_error(f"{error.strerror}. Free space, then run the command again")
    else:
        # Without a file name it is not about a file that the user named.
        return None
    return ExitCode.INCOMPLETE
