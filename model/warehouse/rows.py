"""Rows in bulk: COPY into a table, through the SQLAlchemy connection of the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import JSONB

Row = Mapping[str, Any]


def driver_connection(connection: Connection) -> psycopg.Connection[Any]:
    """The psycopg connection under a SQLAlchemy one, in the same transaction."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def copy_rows(connection: Connection, table: Table, rows: Iterable[Row]) -> int:
    """COPY rows into a table; the first row names the columns of all. Returns how many."""
    rows = list(rows)
    # COPY needs the names of the columns, which only a row has.
    if not rows:
        return 0
    names = list(rows[0])
    json_names = {column.name for column in table.columns if isinstance(column.type, JSONB)}
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with driver_connection(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(
                [Jsonb(row[name]) if name in json_names else row[name] for name in names]
            )
    return len(rows)
