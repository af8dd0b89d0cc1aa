"""Writes every operating model that was applied, append-only."""

from __future__ import annotations

from datetime import datetime

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
