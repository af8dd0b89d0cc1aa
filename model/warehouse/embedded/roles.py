"""The roles of the embedded server: one owns the tables, one reads and writes their rows.

Interlock works as the writer, which is no superuser and owns nothing; so it can neither drop a
trigger that keeps a table append-only nor run a program on the machine.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from model.warehouse.embedded.cluster import SUPERUSER

DATABASE = "interlock"
OWNER = "interlock_owner"
WRITER = "interlock"
_EARLIER_DATABASE = "postgres"
"""Where versions before 0.2 kept the tables, owned by the superuser."""

_ADOPT = """
    do $$
    declare entry record;
    begin
        for entry in select format('%I.%I', n.nspname, c.relname) as name, c.relkind as kind
                     from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where n.nspname = 'public' and c.relkind in ('r', 'S', 'v')
                       and not exists (select from pg_depend d where d.objid = c.oid
                                       and d.deptype in ('a', 'i'))
        loop
            execute format('alter %s %s owner to interlock_owner',
                case entry.kind when 'S' then 'sequence' when 'v' then 'view' else 'table' end,
                entry.name);
        end loop;
        for entry in select p.oid::regprocedure as name from pg_proc p
                     join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public'
        loop
            execute format('alter function %s owner to interlock_owner', entry.name);
        end loop;
    end $$
"""


def ensure_roles(address: Callable[[str, str], URL]) -> None:
    """Create roles and database unless they are there; `address` takes a role and a database.

    Each step looks at what is there, so it may be interrupted after any of them.
    """
    with _connect(address(SUPERUSER, "template1")) as connection:
        for role in (OWNER, WRITER):
            if not _exists(connection, "pg_roles", "rolname", role):
                connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
        has_database = _exists(connection, "pg_database", "datname", DATABASE)
    if not has_database:
        is_earlier = _table_owner(address(SUPERUSER, _EARLIER_DATABASE)) is not None
        with _connect(address(SUPERUSER, "template1")) as connection:
            _make_database(connection, is_earlier)
    if _table_owner(address(SUPERUSER, DATABASE)) == SUPERUSER:
        with _connect(address(SUPERUSER, DATABASE)) as connection:
            connection.execute(_ADOPT)


def _make_database(connection: psycopg.Connection, is_earlier: bool) -> None:
    names = {
        "new": sql.Identifier(DATABASE),
        "old": sql.Identifier(_EARLIER_DATABASE),
        "owner": sql.Identifier(OWNER),
    }
    if is_earlier:
        # One statement renames it, so a kill leaves either the earlier name or the present one.
        connection.execute(sql.SQL("alter database {old} owner to {owner}").format(**names))
        connection.execute(sql.SQL("alter database {old} rename to {new}").format(**names))
    else:
        connection.execute(sql.SQL("create database {new} owner {owner}").format(**names))


def _table_owner(url: URL) -> str | None:
    """Who owns the tables of this database; None where there are none."""
    with _connect(url) as connection:
        row = connection.execute(
            "select tableowner from pg_tables where tablename = 'alembic_version'"
        ).fetchone()
        return row[0] if row else None


def _exists(connection: psycopg.Connection, catalog: str, column: str, name: str) -> bool:
    query = sql.SQL("select from {} where {} = %s").format(
        sql.Identifier(catalog), sql.Identifier(column)
    )
    return connection.execute(query, (name,)).rowcount > 0


def _connect(url: URL) -> psycopg.Connection:
    """Autocommit, as databases are not created in a transaction."""
    return psycopg.connect(
        host=str(url.query["host"]), user=url.username, dbname=url.database, autocommit=True
    )
