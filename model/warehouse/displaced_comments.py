"""The comments that their own record cannot carry, as the last run found them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from model.comments import DisplacedComment
from model.warehouse.schema import displaced_comment


def replace_displaced_comments(
    connection: Connection, name: str, displaced: Sequence[DisplacedComment]
) -> tuple[DisplacedComment, ...]:
    """Make these the displaced comments of a connection; returns those that are new or changed."""
    columns = displaced_comment.c
    known = {
        (row.conflict_id, row.ref, row.reason, row.instead)
        for row in connection.execute(select(displaced_comment).where(columns.connection == name))
    }
    rows = {_row(each): each for each in displaced}
    connection.execute(delete(displaced_comment).where(columns.connection == name))
    if rows:
        values = [
            {"connection": name, "conflict_id": id_, "ref": ref, "reason": why, "instead": instead}
            for id_, ref, why, instead in rows
        ]
        connection.execute(insert(displaced_comment), values)
    return tuple(each for row, each in rows.items() if row not in known)


def _row(each: DisplacedComment) -> tuple[str, str, str, str | None]:
    instead = str(each.instead.ref) if each.instead else None
    return each.conflict_id, str(each.target.ref), each.reason, instead
