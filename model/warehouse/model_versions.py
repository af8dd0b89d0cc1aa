"""Every operating model that was applied, append-only."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import Connection, insert, select

from model.operating_model.load import fingerprint
from model.operating_model.schema import OperatingModel
from model.warehouse.schema import operating_model_version


def record_model_version(connection: Connection, model: OperatingModel, now: datetime) -> None:
    """Append this operating model, applied at `now`, if it differs from the last one."""
    table = operating_model_version
    latest = connection.execute(
        select(table.c.fingerprint).order_by(table.c.applied_at.desc()).limit(1)
    ).scalar_one_or_none()
    applied = fingerprint(model)
    if applied != latest:
        content = model.model_dump(mode="json")
        connection.execute(insert(table).values(fingerprint=applied, applied_at=now, model=content))


class UnreadableModel(Exception):
    """An operating model on record that this version of Interlock cannot read any more."""


def read_model_as_of(connection: Connection, instant: datetime) -> OperatingModel | None:
    """The operating model that was applied last by an instant; None if there was none.

    Raises UnreadableModel.
    """
    table = operating_model_version
    row = connection.execute(
        select(table.c.model, table.c.applied_at)
        .where(table.c.applied_at <= instant)
        .order_by(table.c.applied_at.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    try:
        return OperatingModel.model_validate(row.model)
    except ValidationError:
        raise UnreadableModel(
            f"the operating model that was applied at {row.applied_at} has a form that this "
            "version of Interlock cannot read; ask with the version that applied it"
        ) from None
