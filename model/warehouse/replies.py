"""The tables of replies: each text that was read, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, text

from model.records import Ref
from model.replies.commands import Command, NotUnderstood
from model.replies.outcomes import TOLD, Outcome, OutcomeKind, RecordedOutcome, StoredReply
from model.replies.reply import Reply
from model.warehouse.landing import move_cursor, read_cursor
from model.warehouse.schema import reply, reply_outcome

_STREAM, _STAGE = "replies", "reply"

# An edit was not there when the text that it replaces was read, whatever instant the tool keeps.
_SAID_AT = """
    greatest(coalesce(r.written_at, r.read_at), (
        select max(b.read_at) from reply b
        where b.connection = r.connection and b.reply_id = r.reply_id and b.version < r.version))
"""
_REPLIES = f"select r.*, {_SAID_AT} as said_at from reply r"  # noqa: S608 constants of this module
_PENDING = text(f"""
    {_REPLIES}
    where not exists (select from reply_outcome o where o.reply = r.id)
    order by said_at, r.id
""")
_OUTCOMES = f"""
    select s.*, o.position, o.command, o.outcome, o.conflict_id as about, o.person, o.answer, o.at
    from ({_REPLIES}) s join reply_outcome o on o.reply = s.id
"""  # noqa: S608 constants of this module
_LISTED = text(f"{_OUTCOMES} order by s.said_at, s.id, o.position")
# Of each author on each record, what came of the last reply.
_LAST = text(f"""
    select * from (
        select l.*, rank() over (
            partition by l.record, coalesce(l.author, l.author_name, '')
            order by l.said_at desc, l.id desc) as age
        from ({_OUTCOMES}) l
        where l.connection = :name
    ) ranked
    where age = 1 and outcome = any(cast(:told as text[]))
    order by said_at, id, position
""")  # noqa: S608 constants of this module


def read_reply_cursor(connection: Connection, name: str) -> dict[str, Any] | None:
    """Where reading the replies of a connection goes on."""
    return read_cursor(connection, name, _STREAM, _STAGE)


def write_replies(
    connection: Connection,
    name: str,
    replies: Iterable[Reply],
    position: dict[str, Any],
    now: datetime,
) -> int:
    """Store the texts that are new, and how far was read; returns how many there were."""
    count = 0
    for each in replies:
        version, last = _last_text(connection, name, each.reply_id)
        if last != storable(each.text):
            connection.execute(insert(reply).values(_reply_row(name, each, version + 1, now)))
            count += 1
    move_cursor(connection, name, _STREAM, _STAGE, position, now)
    return count


def read_pending(connection: Connection) -> list[StoredReply]:
    """The texts of which nothing has come yet, in the order of writing."""
    return [_stored(row) for row in connection.execute(_PENDING)]


def read_former_commands(connection: Connection, stored: StoredReply) -> list[Mapping[str, Any]]:
    """What was followed of the text that this one replaces; nothing for a new reply."""
    rows = connection.execute(
        select(reply_outcome.c.command)
        .join(reply, reply.c.id == reply_outcome.c.reply)
        .where(
            and_(
                reply.c.connection == stored.connection,
                reply.c.reply_id == stored.reply.reply_id,
                reply.c.version == stored.version - 1,
                # What was refused may be tried again by an edit.
                reply_outcome.c.outcome.not_in([kind.value for kind in TOLD]),
            )
        )
    )
    return list(rows.scalars())


def read_former_text(connection: Connection, stored: StoredReply) -> str | None:
    """The text that this one replaces; None for a new reply."""
    return connection.scalar(
        select(reply.c.text).where(
            and_(
                reply.c.connection == stored.connection,
                reply.c.reply_id == stored.reply.reply_id,
                reply.c.version == stored.version - 1,
            )
        )
    )


def write_outcome(
    connection: Connection,
    stored: StoredReply,
    position: int,
    command: Command | NotUnderstood,
    outcome: Outcome,
    person: str | None,
    now: datetime,
) -> None:
    """Append what came of one command, in the transaction of what it changed."""
    connection.execute(
        insert(reply_outcome).values(
            reply=stored.id,
            position=position,
            command=command.to_json(),
            outcome=outcome.kind.value,
            conflict_id=outcome.conflict_id,
            person=person,
            answer=outcome.answer,
            at=now,
        )
    )


def read_outcomes(connection: Connection) -> list[RecordedOutcome]:
    """What came of all replies, in the order of writing."""
    return [_recorded(row) for row in connection.execute(_LISTED)]


def read_told(connection: Connection, name: str) -> list[RecordedOutcome]:
    """What the authors of one connection are still to be told on its records.

    It ends for each of them with their next reply on that record.
    """
    parameters = {"name": name, "told": [kind.value for kind in TOLD]}
    return [_recorded(row) for row in connection.execute(_LAST, parameters)]


def storable(content: str) -> str:
    """The text as PostgreSQL can store it."""
    # It keeps no NUL and no half of a surrogate pair, which nobody sees in a tool.
    return content.replace("\x00", "").encode("utf-8", "replace").decode()


def _last_text(connection: Connection, name: str, reply_id: str) -> tuple[int, str | None]:
    row = connection.execute(
        select(reply.c.version, reply.c.text)
        .where(reply.c.connection == name, reply.c.reply_id == storable(reply_id))
        .order_by(reply.c.version.desc())
        .limit(1)
    ).one_or_none()
    return (row.version, row.text) if row else (0, None)


def _reply_row(name: str, each: Reply, version: int, now: datetime) -> dict[str, Any]:
    return {
        "connection": name,
        "reply_id": storable(each.reply_id),
        "version": version,
        "record": str(each.record),
        "conflict_id": each.conflict_id,
        "author": each.author and storable(each.author),
        "author_name": storable(each.author_name),
        "text": storable(each.text),
        "is_answer": each.is_answer,
        "written_at": each.written_at,
        "read_at": now,
    }


def _stored(row: Row[Any]) -> StoredReply:
    return StoredReply(
        row.id,
        row.connection,
        row.version,
        Reply(
            record=Ref.parse(row.record),
            reply_id=row.reply_id,
            text=row.text,
            author=row.author,
            author_name=row.author_name,
            written_at=row.written_at,
            conflict_id=row.conflict_id,
            is_answer=row.is_answer,
        ),
        row.said_at,
        row.read_at,
    )


def _recorded(row: Row[Any]) -> RecordedOutcome:
    outcome = Outcome(OutcomeKind(row.outcome), row.about, row.answer)
    return RecordedOutcome(_stored(row), row.position, row.command, outcome, row.person, row.at)
