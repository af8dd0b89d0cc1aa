"""Since when findings are found that open a conflict only after some days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from model.warehouse.schema import watched_finding


def replace_watched_findings(connection: Connection, watched: Mapping[str, datetime]) -> None:
    """Make these the findings that are watched now: since when (UTC), by conflict id.

    Nothing is written if they are.
    """
    if watched == read_watched_findings(connection):
        return
    connection.execute(delete(watched_finding))
    rows = [{"conflict_id": name, "since": since} for name, since in watched.items()]
    if rows:
        connection.execute(insert(watched_finding), rows)


def read_watched_findings(connection: Connection) -> dict[str, datetime]:
    """The findings that the last run watched: since when (UTC), by conflict id."""
    rows = connection.execute(select(watched_finding.c.conflict_id, watched_finding.c.since))
    return {row.conflict_id: row.since for row in rows}
