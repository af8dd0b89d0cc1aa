"""What the writer may do: read all, change what is not append-only, own nothing."""

from __future__ import annotations

from psycopg import sql
from sqlalchemy import Connection, text

from model.warehouse.rows import driver_connection
from model.warehouse.schema import APPEND_ONLY, VERSION_TABLES


def grant_to_writer(connection: Connection, writer: str) -> None:
    """Give the role its rights on all tables; run by their owner after each migration."""
    with driver_connection(connection).cursor() as cursor:
        for statement in _GRANTS:
            cursor.execute(sql.SQL(statement).format(writer=sql.Identifier(writer)))
        for table in (*APPEND_ONLY, *VERSION_TABLES):
            cursor.execute(
                sql.SQL("revoke delete, truncate on {table} from {writer}").format(
                    table=sql.Identifier(table), writer=sql.Identifier(writer)
                )
            )
        for table in APPEND_ONLY:
            cursor.execute(
                sql.SQL("revoke update on {table} from {writer}").format(
                    table=sql.Identifier(table), writer=sql.Identifier(writer)
                )
            )


def record_risk(connection: Connection) -> str | None:
    """Why the role of this connection could rewrite the record; None if it cannot."""
    role, is_superuser = connection.execute(
        text("select current_user, rolsuper from pg_roles where rolname = current_user")
    ).one()
    if is_superuser:
        return f"the role {role} is a superuser, which can change everything on record"
    owned = connection.execute(_OWNED, {"tables": list(APPEND_ONLY)}).scalars().first()
    if owned:
        return f"the role {role} owns the table {owned}, so it could drop what protects the record"
    return None


# Whoever may act as the owner counts as one.
_OWNED = text("""
    select tablename from pg_tables
    where schemaname = 'public' and tablename = any(:tables)
        and pg_has_role(tableowner, 'member')
    order by tablename
""")

_GRANTS = (
    "grant usage on schema public to {writer}",
    "grant select, insert, update, delete, truncate on all tables in schema public to {writer}",
    "grant usage, select on all sequences in schema public to {writer}",
    "revoke insert, update, delete, truncate on alembic_version from {writer}",
    "revoke insert on audit_chain from {writer}",
)
