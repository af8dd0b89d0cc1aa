"""Rows as columns: binary COPY out of and into PostgreSQL, without an object a row.

The layout is that of COPY's binary format (PostgreSQL documentation, "COPY", "Binary Format"):
a header of 19 bytes, then for each row a count of fields and for each field its length and its
big-endian bytes, then a trailer of -1. Rows of fixed-width columns that are never null all have
the same length, so numpy reads them as one structured array.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql

_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\x00"
_HEADER: Final = len(_SIGNATURE) + 8
_TRAILER: Final = b"\xff\xff"


def read_columns(
    connection: psycopg.Connection[Any], query: str, dtype: np.dtype[Any]
) -> npt.NDArray[Any]:
    """The rows of a query as a structured array of `dtype`, in native byte order.

    The query's columns have the types of the dtype's fields, in order (`i2`, `i4`, `i8`, `f8`,
    `?`), and are never null. Raises ValueError where its rows are of another width.
    """
    wire = _wire(dtype)
    statement = sql.SQL("copy ({}) to stdout (format binary)").format(sql.SQL(query))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        data = b"".join(copy)
    rows, rest = divmod(len(data) - _HEADER - len(_TRAILER), wire.itemsize)
    found = np.frombuffer(data, dtype=wire, count=max(rows, 0), offset=_HEADER)
    lengths = [(name, dtype[name].itemsize) for name in _names(dtype)]
    if rest or any((found[f"{n}__length"] != width).any() for n, width in lengths):
        raise ValueError("a column of the query is null or has another type than the dtype")
    columns = np.empty(len(found), dtype=dtype)
    for name in _names(dtype):
        columns[name] = found[name]
    return columns


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
        copy.write(_SIGNATURE + bytes(8))
        copy.write(wire.tobytes())
        copy.write(_TRAILER)


def _names(dtype: np.dtype[Any]) -> tuple[str, ...]:
    return dtype.names or ()


def _wire(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """One row as COPY sends it: field count, then length and value of each field."""
    fields: list[tuple[str, Any]] = [("__fields", ">i2")]
    for name in _names(dtype):
        fields += [(f"{name}__length", ">i4"), (name, dtype[name].newbyteorder(">"))]
    return np.dtype(fields)
