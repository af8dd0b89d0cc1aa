"""Columns in bulk: whole columns out of PostgreSQL as bytes, rows into it by binary COPY.

Every driver calls Python once per result row, which takes ten seconds for three million. So each
column leaves the server as one value: its elements in their binary wire format (big-endian, the
`…send` functions), concatenated; PostgreSQL 16 and later do it in parallel. Rows are written in
COPY's binary format (PostgreSQL documentation, "COPY", "Binary Format").
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql

_SEND: Final = {
    "i2": "int2send",
    "i4": "int4send",
    "i8": "int8send",
    "f8": "float8send",
    "b1": "boolsend",
    "M8[us]": "timestamptz_send",
}
_POSTGRES_EPOCH: Final = np.datetime64("2000-01-01", "us")
# Signature, 32 bits of flags and 32 bits for the length of an extension, both 0.
_COPY_HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
# A field count of -1 ends the data.
_COPY_TRAILER: Final = b"\xff\xff"

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of text that may be null: of each row whether it has text, and those texts."""

    is_given: npt.NDArray[np.bool_]
    texts: list[str]


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """The columns of a query by their names; each has `count` rows."""

    count: int
    numbers: dict[str, npt.NDArray[Any]]
    texts: dict[str, TextColumn]


def read_columns(
    connection: psycopg.Connection[Any], query: str, dtype: np.dtype[Any]
) -> ColumnSet:
    """The columns of a query by the names of the dtype's fields, each a contiguous array.

    The query's columns have the types of the fields, in order: `i2`, `i4`, `i8`, `f8`, `?`,
    `M8[us]` for an instant, where `-infinity` becomes NaT, and `O` for text. Only text may be
    null; raises ValueError for any other null. A wider type is refused by PostgreSQL.
    """
    names = _names(dtype)
    # All aggregates of one query run over the same rows in the same order, so the columns stay
    # aligned.
    strings = sql.SQL(", ").join(_string(name, dtype[name]) for name in names)
    statement = sql.SQL("select count(*), {} from ({}) as rows ({})").format(
        strings, sql.SQL(query), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor(binary=True) as cursor:
        cursor.execute(statement)
        result = cursor.pgresult
        assert result is not None
        values = (result.get_value(0, at) or b"" for at in range(result.nfields))
        columns = ColumnSet(int.from_bytes(next(values), "big"), {}, {})
        for name in names:
            if dtype[name].kind == "O":
                columns.texts[name] = _texts(next(values), next(values))
            else:
                columns.numbers[name] = _numbers(next(values), dtype[name], name, columns.count)
        return columns


def index_texts(
    columns: Mapping[K, TextColumn],
) -> tuple[dict[K, npt.NDArray[np.int32]], tuple[str, ...]]:
    """Each column as indices into one sorted tuple of all texts (-1: null), and the tuple."""
    names = tuple(sorted(set().union(*(column.texts for column in columns.values()))))
    number = {name: at for at, name in enumerate(names)}
    indices = {}
    for key, column in columns.items():
        indices[key] = np.full(len(column.is_given), -1, dtype=np.int32)
        numbers = map(number.__getitem__, column.texts)
        indices[key][column.is_given] = np.fromiter(numbers, np.int32, len(column.texts))
    return indices, names


def _string(name: str, dtype: np.dtype[Any]) -> sql.Composable:
    """The aggregate that makes a column one value; for text two: which rows have one, and it."""
    column = sql.Identifier(name)
    if dtype.kind == "O":
        return sql.SQL(
            "string_agg(boolsend({0} is not null), ''), "
            "string_agg(convert_to({0}, 'UTF8'), '\\x00')"
        ).format(column)
    return sql.SQL("string_agg({}({}), '')").format(sql.Identifier(_SEND[dtype.str[1:]]), column)


def _texts(given: bytes, texts: bytes) -> TextColumn:
    # No text in PostgreSQL holds the zero byte that stands between them.
    is_given = np.frombuffer(given, dtype=np.bool_)
    return TextColumn(is_given, texts.decode().split("\0") if is_given.any() else [])


def _numbers(value: bytes, dtype: np.dtype[Any], name: str, rows: int) -> npt.NDArray[Any]:
    """The elements of one column; a null among them leaves no bytes, hence the length."""
    if len(value) != rows * dtype.itemsize:
        raise ValueError(f"the column {name} of the query is null in some row")
    if dtype.kind == "M":
        return np.frombuffer(value, dtype=">m8[us]").astype("m8[us]") + _POSTGRES_EPOCH
    # `astype` to the machine's own byte order also copies: a buffer of bytes is read-only.
    return np.frombuffer(value, dtype=dtype.newbyteorder(">")).astype(dtype)


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
    """The layout of a row in COPY's format: field count, then length and value of each field."""
    fields: list[tuple[str, Any]] = [("__fields", ">i2")]
    for name in _names(dtype):
        fields += [(f"{name}__length", ">i4"), (name, dtype[name].newbyteorder(">"))]
    return np.dtype(fields)
