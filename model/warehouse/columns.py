"""Rows as columns: whole columns out of PostgreSQL as arrays, rows into it by binary COPY.

A result row costs a Python call whatever reads it, three million of them ten seconds. So each
column leaves the server as one array in one row, and numpy reads its bytes. The layouts are
those of PostgreSQL's `array_send` (src/backend/utils/adt/arrayfuncs.c: five 4-byte words of
header, then for each element its length and its big-endian bytes) and of COPY (documentation,
"COPY", "Binary Format").
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql

_ARRAY_HEADER: Final = 20
_HAS_NULLS: Final = 4
_COPY_HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_TRAILER: Final = b"\xff\xff"


def read_columns(
    connection: psycopg.Connection[Any], query: str, dtype: np.dtype[Any]
) -> dict[str, npt.NDArray[Any]]:
    """The columns of a query by the names of the dtype's fields, each a contiguous array.

    The query's columns have the types of the fields, in order (`i2`, `i4`, `i8`, `f8`, `?`), and
    are never null. Raises ValueError where one is null or of another width.
    """
    names = _names(dtype)
    aggregates = sql.SQL(", ").join(
        sql.SQL("array_agg({})").format(sql.Identifier(name)) for name in names
    )
    statement = sql.SQL("select {} from ({}) as rows ({})").format(
        aggregates, sql.SQL(query), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor(binary=True) as cursor:
        cursor.execute(statement)
        result = cursor.pgresult
        assert result is not None
        return {
            name: _column(result.get_value(0, at), dtype[name], name)
            for at, name in enumerate(names)
        }


def _column(value: bytes | None, dtype: np.dtype[Any], name: str) -> npt.NDArray[Any]:
    """One array as PostgreSQL sends it; no rows at all are sent as null."""
    if value is None:
        return np.empty(0, dtype=dtype)
    if value[_HAS_NULLS : _HAS_NULLS + 4] != bytes(4):
        raise ValueError(f"the column {name} of the query is null in some row")
    element = np.dtype([("length", ">i4"), ("value", dtype.newbyteorder(">"))])
    rows, rest = divmod(len(value) - _ARRAY_HEADER, element.itemsize)
    found = np.frombuffer(value, dtype=element, count=rows, offset=_ARRAY_HEADER)
    if rest or found["length"][0] != dtype.itemsize:
        raise ValueError(f"the column {name} of the query has another type than {dtype}")
    return found["value"].astype(dtype)


def write_columns(
    connection: psycopg.Connection[Any], table: str, columns: npt.NDArray[Any]
) -> None:
    """COPY a structured array into the columns of a table that its fields name."""
    wire = np.empty(len(columns), dtype=_wire(columns.dtype))
    names = _names(columns.dtype)
    wire["__fields"] = len(names)
    for name in names:
        wire[f"{name}__length"] = columns.dtype[name].itemsize
        wire[name] = columns[name]
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_COPY_HEADER)
        copy.write(wire.tobytes())
        copy.write(_COPY_TRAILER)


def _names(dtype: np.dtype[Any]) -> tuple[str, ...]:
    return dtype.names or ()


def _wire(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """One row as COPY takes it: field count, then length and value of each field."""
    fields: list[tuple[str, Any]] = [("__fields", ">i2")]
    for name in _names(dtype):
        fields += [(f"{name}__length", ">i4"), (name, dtype[name].newbyteorder(">"))]
    return np.dtype(fields)
