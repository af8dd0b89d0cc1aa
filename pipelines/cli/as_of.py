"""Asking a past day: the instant at its end, and the operating model of then."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection

from model.operating_model.schema import OperatingModel
from model.rules.words import format_day
from model.warehouse.conflict_versions import read_first_kept
from model.warehouse.model_versions import UnreadableModel, read_model_as_of
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.output import now, print_error
from pipelines.instance import Instance


def end_of_day(as_of: datetime, instance: Instance) -> datetime:
    """The last instant of a day in the model's time zone; raises Exit for a future day."""
    if as_of.date() > instance.today(now()):
        print_error(f"--as-of {as_of:%Y-%m-%d}: that day is in the future")
        raise typer.Exit(ExitCode.MISCONFIGURED)
    return datetime.combine(as_of, time.max, tzinfo=ZoneInfo(instance.model.time_zone))


def require_kept(instance: Instance, connection: Connection, instant: datetime) -> None:
    """Raises Exit for an instant before the first state of a conflict that was kept."""
    first = read_first_kept(connection)
    if first is not None and instant < first:
        day = format_day(instance.today(first))
        print_error(
            f"how conflicts stood is on record since {day}; ask for that day or a later one"
        )
        raise typer.Exit(ExitCode.MISCONFIGURED)


def model_as_of(
    instance: Instance, connection: Connection, instant: datetime | None
) -> OperatingModel:
    """The operating model that was applied last by then (None: the present one); raises Exit."""
    if instant is None:
        return instance.model
    try:
        return read_model_as_of(connection, instant) or instance.model
    except UnreadableModel as error:
        print_error(str(error))
        raise typer.Exit(ExitCode.MISCONFIGURED) from None
