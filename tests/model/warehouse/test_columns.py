"""Whole columns out of PostgreSQL, and rows into it in binary."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from psycopg.errors import UndefinedFunction
from sqlalchemy import Connection, Engine

from model.warehouse.columns import index_texts, read_columns, write_columns
from model.warehouse.rows import driver_connection

TYPES = np.dtype([("id", "i8"), ("small", "i2"), ("ratio", "f8"), ("flag", "?")])


def read(connection: Connection, query: str) -> dict[str, list[object]]:
    columns = read_columns(driver_connection(connection), query, TYPES)
    return {name: column.tolist() for name, column in columns.numbers.items()}


def test_columns_keep_their_values_and_types(warehouse: Engine) -> None:
    query = "values (9000000000, -2::int2, 0.5::float8, true), (-1, 3::int2, -7.25::float8, false)"

    with warehouse.connect() as connection:
        columns = read(connection, query)

    assert columns == {
        "id": [9_000_000_000, -1],
        "small": [-2, 3],
        "ratio": [0.5, -7.25],
        "flag": [True, False],
    }


def test_an_instant_is_read_in_utc_and_minus_infinity_as_not_a_time(warehouse: Engine) -> None:
    query = """
        values (timestamptz '2026-03-04 01:30:00.5+02'), ('1969-12-31 23:00Z'), ('-infinity')
    """

    with warehouse.connect() as connection:
        columns = read_columns(driver_connection(connection), query, np.dtype([("at", "M8[us]")]))

    instants = [str(instant) for instant in columns.numbers["at"]]
    assert instants == ["2026-03-03T23:30:00.500000", "1969-12-31T23:00:00.000000", "NaT"]


def test_text_may_be_null_or_empty(warehouse: Engine) -> None:
    types = np.dtype([("name", "O")])
    with warehouse.connect() as connection:
        driver = driver_connection(connection)
        some = read_columns(driver, "values ('Größe'), (null), (''), ('b')", types)
        none = read_columns(driver, "values (null::text)", types)
        empty = read_columns(driver, "select '' where false", types)

    columns = {"some": some.texts["name"], "none": none.texts["name"], "empty": empty.texts["name"]}
    indices, names = index_texts(columns)
    assert names == ("", "Größe", "b")
    assert {name: column.tolist() for name, column in indices.items()} == {
        "some": [1, -1, 0, 2],
        "none": [-1],
        "empty": [],
    }


def test_no_rows_are_empty_columns(warehouse: Engine) -> None:
    with warehouse.connect() as connection:
        columns = read(connection, "select 1::int8, 1::int2, 1::float8, true where false")

    assert columns == {"id": [], "small": [], "ratio": [], "flag": []}


def test_a_null_number_is_refused_with_the_name_of_its_column(warehouse: Engine) -> None:
    query = "values (1::int8, null::int2, 1::float8, true)"

    with warehouse.connect() as connection, pytest.raises(ValueError, match=r"small .* null"):
        read(connection, query)


def test_a_column_of_a_wider_type_is_refused(warehouse: Engine) -> None:
    query = "values (1::int8, 1::int4, 1::float8, true)"

    with warehouse.connect() as connection, pytest.raises(UndefinedFunction, match="int2send"):
        read(connection, query)


def test_rows_written_in_binary_are_read_back(warehouse: Engine) -> None:
    types = np.dtype([("record_id", "i8"), ("early_start", "i4"), ("early_finish", "i4")])
    rows = np.array([(7, 0, 9543), (8, -1, 1)], dtype=types)

    with warehouse.begin() as connection:
        connection.exec_driver_sql(
            "create temporary table f (record_id int8, early_start date, early_finish date)"
        )
        write_columns(driver_connection(connection), "f", rows)
        rows_read = connection.exec_driver_sql("select * from f order by 1").all()

    assert [tuple(row) for row in rows_read] == [
        (7, date(2000, 1, 1), date(2026, 2, 16)),
        (8, date(1999, 12, 31), date(2000, 1, 2)),
    ]
