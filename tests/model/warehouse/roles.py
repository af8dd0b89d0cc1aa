"""Roles and settings of the test server, for what a server may refuse."""

from __future__ import annotations

import itertools

from sqlalchemy import create_engine
from sqlalchemy.engine import URL

_numbers = itertools.count(1)


def administer(url: URL, *statements: str) -> None:
    """Run statements in a database, each in a transaction of its own."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def make_role(url: URL, options: str = "") -> str:
    """A fresh role that may log in; its name."""
    name = f"role_{next(_numbers)}"
    administer(url, f"create role {name} login {options}")
    return name
