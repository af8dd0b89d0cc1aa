"""What a connector raises, whatever it is, fails its own connection and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from connectors.base import ConnectionFailed
from connectors.masking import mask_fields
from model.plugin_errors import PLUGIN_ERRORS, describe_error
from model.records import Problem

REPORT = "Report it to the author of the tool's connector; all else goes on meanwhile."

_LOG = logging.getLogger("interlock.connectors")
_Item = TypeVar("_Item")


@contextmanager
def isolated(name: str, activity: str) -> Iterator[None]:
    """Turn any error of a connector's code but ConnectionFailed into one that names the activity.

    Errors of the warehouse pass: they are none of the connector's.
    """
    try:
        yield
    except (ConnectionFailed, SQLAlchemyError):
        raise
    except PLUGIN_ERRORS as error:
        raise unexpected(name, activity, error) from error


def each_isolated(name: str, activity: str, items: Iterable[_Item]) -> Iterator[_Item]:
    """Yield what a connector yields, with its errors as `isolated` turns them.

    What the caller does between two items is not the connector's, and raises as it is.
    """
    with isolated(name, activity):
        iterator = iter(items)
    while True:
        with isolated(name, activity):
            try:
                item = next(iterator)
            except StopIteration:
                return
        yield item


def mask_problems(name: str, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems as they may be shown: they quote what the tool says, which may repeat a secret."""
    return tuple(mask_fields(name, problem, "reason", "remedy") for problem in problems)


def unexpected(name: str, activity: str, error: BaseException) -> ConnectionFailed:
    """The failure of a connection whose connector raised what it should not; logged for debug."""
    _LOG.debug("%s: %s", name, activity, exc_info=error)
    return ConnectionFailed(name, f"{activity} failed: {describe_error(error)}", REPORT)
