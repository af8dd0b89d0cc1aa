"""Errors that people can mend: in what words, and with which exit code, they end the command."""

from __future__ import annotations

from connectors.base import ConnectionFailed
from model.operating_model.problems import ModelInvalid
from model.warehouse.connect import WarehouseUnreachable
from model.warehouse.locks import LockTimeout
from pipelines.cli.output import print_error
from pipelines.steps.decide import DecisionRefused


def print_failure(error: Exception) -> int | None:
    """Say what went wrong, and with which code to exit; None where nobody but us can mend it."""
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
        case OSError() if error.filename is not None:
            print_error(f"{error.filename}: {error.strerror}")
            return 1
    return None
