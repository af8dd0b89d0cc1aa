"""Errors that a user can fix: their message and the exit code with which the command ends."""

from __future__ import annotations

from connectors.base import ConnectionFailed
from model.operating_model.problems import ModelInvalid
from model.warehouse.connect import WarehouseUnreachable
from model.warehouse.locks import LockTimeout
from pipelines.cli.output import print_error
from pipelines.steps.decide import DecisionRefused


def print_failure(error: Exception) -> int | None:
    """Print the message of an expected error and return its exit code; None for any other."""
    match error:
        case ModelInvalid():
            for problem in error.problems:
                print_error(str(problem))
            return 2
        case LockTimeout():
            print_error(str(error))
            return 3
        case ConnectionFailed() | DecisionRefused() | WarehouseUnreachable():
            print_error(str(error))
            return 1
        # Without a file name it is not about a file that the user named.
        case OSError() if error.filename is not None:
            print_error(f"{error.filename}: {error.strerror}")
            return 1
    return None
