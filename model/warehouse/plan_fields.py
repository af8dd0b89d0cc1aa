"""Fields of records as columns: queries and types follow from the declarations in `model.plan`.

A field that a record does not state is read as the missing value of its column. Text whose names
are known beforehand becomes an index in the query; other text leaves PostgreSQL as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from psycopg import sql

from model.network import NO_DATE, RowIndex
from model.plan import Column, Derived
from model.records import Kind
from model.warehouse.columns import ColumnSet, read_columns
from model.warehouse.rows import driver_connection
from model.warehouse.schema import VERSION_TABLES, record

KnownNames = Mapping[str, Sequence[str]]
"""Names that the query replaces by their index, by `Column.names`."""

Declarations = dict[str, tuple[Column, np.dtype[Any]]]
"""Of each column of a table of the plan where it comes from, and its dtype."""

Fields = Mapping[str, Column]
"""Fields by name, each with the column that says how it is read."""

# Tools and exports spell one WBS in upper or lower case; links and lookups fold it alike.
_TEXT_AS: Final = {"wbs": "upper({})"}

# By the type of a table's column: the number that stands for its value, the type in which it
# leaves PostgreSQL, the dtype of that, and what null becomes (None: the column's missing value).
# In this order: SmallInteger and BigInteger are subclasses of Integer.
_NUMBERS: Final[tuple[tuple[type[sa.types.TypeEngine[Any]], str, str, str, object], ...]] = (
    (sa.Date, "{} - date '1970-01-01'", "int4", "i4", NO_DATE),
    (sa.DateTime, "{}", "timestamptz", "M8[us]", "-infinity"),
    (sa.Numeric, "round({} * 100)::int8", "int8", "i8", None),
    (sa.Boolean, "{}", "bool", "?", None),
    (sa.SmallInteger, "{}", "int2", "i2", None),
    (sa.BigInteger, "{}", "int8", "i8", None),
    (sa.Integer, "{}", "int4", "i4", None),
)


@dataclass(frozen=True, slots=True)
class RecordFields:
    """The fields that were read of all records of one kind."""

    kind: Kind
    fields: Fields
    values: ColumnSet


def read_items(
    connection: sa.Connection,
    columns: Declarations,
    known: KnownNames,
    as_of: datetime | None,
) -> list[RecordFields]:
    """The fields that the columns come from: of all work items, then of all deals."""
    return _read_kinds(connection, (Kind.WORK_ITEM, Kind.DEAL), columns, known, as_of)


def read_lines(
    connection: sa.Connection,
    columns: Declarations,
    known: KnownNames,
    as_of: datetime | None,
) -> list[RecordFields]:
    """The fields that the columns come from, of all spend lines."""
    return _read_kinds(connection, (Kind.SPEND,), columns, known, as_of)


def _read_kinds(
    connection: sa.Connection,
    kinds: Sequence[Kind],
    columns: Declarations,
    known: KnownNames,
    as_of: datetime | None,
) -> list[RecordFields]:
    parts = [read_versions(connection, kind, columns, known, as_of) for kind in kinds]
    # Read after the versions, so that the record of each of them is there.
    records = read_records(connection, parts, known)
    row_of = RowIndex(records.numbers["id"])
    for part in parts:
        rows = row_of.find(part.values.numbers["record_id"])
        for name in part.fields.keys() & records.numbers.keys():
            part.values.numbers[name] = records.numbers[name][rows]
    return parts


def read_versions(
    connection: sa.Connection,
    kind: Kind,
    columns: Declarations,
    known: KnownNames,
    as_of: datetime | None,
) -> RecordFields:
    """The fields of one kind of record that its versions have, now or as of a past instant."""
    fields, table = _fields([column for column, _ in columns.values()], kind), VERSION_TABLES[kind]
    versioned = {name: column for name, column in fields.items() if name in table.c}
    return RecordFields(kind, fields, _read(connection, table, versioned, known, _holds(as_of)))


def read_records(
    connection: sa.Connection, parts: Sequence[RecordFields], known: KnownNames
) -> ColumnSet:
    """The fields of the parts that the table `record` has, with the ids of their records."""
    fields = {
        name: column
        for part in parts
        for name, column in part.fields.items()
        if name not in VERSION_TABLES[part.kind].c
    }
    kinds = sql.SQL(", ").join(sql.Literal(part.kind.value) for part in parts)
    is_of_kind = sql.SQL("kind in ({})").format(kinds)
    return _read(connection, record, {"id": Column(), **fields}, known, is_of_kind)


def _fields(columns: Sequence[Column], kind: Kind) -> dict[str, Column]:
    sources = [(getattr(column, kind.value), column) for column in columns]
    fields = {source: column for source, column in sources if isinstance(source, str)}
    for source, _ in sources:
        if isinstance(source, Derived):
            fields |= {name: Column() for name in source.fields if name not in fields}
    return fields


def _read(
    connection: sa.Connection,
    table: sa.Table,
    fields: Fields,
    known: KnownNames,
    condition: sql.Composable,
) -> ColumnSet:
    driver = driver_connection(connection)
    encoded = [_encode(table.c[name], column, known) for name, column in fields.items()]
    query = sql.SQL("select {} from {} where {}").format(
        sql.SQL(", ").join(value for value, _ in encoded), sql.Identifier(table.name), condition
    )
    dtype = np.dtype([(name, sent) for name, (_, sent) in zip(fields, encoded, strict=True)])
    return read_columns(driver, query.as_string(driver), dtype)


def _holds(as_of: datetime | None) -> sql.Composable:
    if as_of is None:
        return sql.SQL("valid_to is null")
    return sql.SQL("valid_from <= {at} and (valid_to is null or valid_to > {at})").format(
        at=sql.Literal(as_of)
    )


def _encode(field: sa.Column[Any], column: Column, known: KnownNames) -> tuple[sql.Composable, str]:
    """A field as text, or as a number that is never null, and the dtype in which it is sent."""
    name = sql.Identifier(field.name)
    if isinstance(field.type, sa.Text):
        if column.codes or column.names in known:
            return _without_null(_position(name, column, known), "int2", column.missing), "i2"
        return sql.SQL(_TEXT_AS.get(field.name, "{}")).format(name), "O"
    for field_type, template, sent_type, dtype, null in _NUMBERS:
        if isinstance(field.type, field_type):
            value = sql.SQL(template).format(name)
            missing = column.missing if null is None else null
            return (_without_null(value, sent_type, missing) if field.nullable else value), dtype
    raise TypeError(f"the plan reads no column of the type {field.type} ({field})")


def _position(name: sql.Identifier, column: Column, known: KnownNames) -> sql.Composable:
    """The code of a text, or its index among the known names."""
    texts = [str(text) for text in column.codes or known[column.names or ""]]
    position = sql.SQL("array_position({}::text[], {})").format(sql.Literal(texts), name)
    if not column.codes:
        return sql.SQL("({} - 1)::int2").format(position)
    codes = [int(code) for code in column.codes.values()]
    return sql.SQL("({}::int2[])[{}]").format(sql.Literal(codes), position)


def _without_null(value: sql.Composable, sent_type: str, missing: object) -> sql.Composable:
    return sql.SQL("coalesce({}, cast({} as {}))").format(
        value, sql.Literal(missing), sql.SQL(sent_type)
    )
