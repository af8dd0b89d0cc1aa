"""Replies to Interlock's comments, and what came of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.drop_constraint("cursor_stage_check", "cursor")
    op.create_check_constraint(
        op.f("cursor_stage_check"), "cursor", "stage in ('pull', 'map', 'reply')"
    )
    _create_reply()
    _create_outcome()
    for table in ("reply", "reply_outcome"):
        _protect(table)


def _create_reply() -> None:
    op.create_table(
        "reply",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column(
            "reply_id", sa.Text, nullable=False, comment="The tool's own id; an edit keeps it."
        ),
        sa.Column("version", sa.Integer, nullable=False, comment="Counts its texts from 1."),
        sa.Column(
            "record", sa.Text, nullable=False, comment="Reference of the record that carries it."
        ),
        sa.Column("conflict_id", sa.Text, comment="The conflict that its place names."),
        sa.Column(
            "author", sa.Text, comment="The account in the tool; empty where a file has none."
        ),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column(
            "is_answer", sa.Boolean, nullable=False, comment="The whole text is one command."
        ),
        sa.Column("written_at", _INSTANT, comment="When the tool says that it was written."),
        sa.Column("read_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("connection", "reply_id", "version"),
        comment="Append-only: replies that hold a command, one row per text that was read.",
    )


def _create_outcome() -> None:
    op.create_table(
        "reply_outcome",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("reply", sa.BigInteger, sa.ForeignKey("reply.id"), nullable=False),
        sa.Column(
            "position", sa.SmallInteger, nullable=False, comment="Which command of it, from 0."
        ),
        sa.Column("command", JSONB, nullable=False, comment="What it was taken for."),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("conflict_id", sa.Text),
        sa.Column("person", sa.Text, comment="Id of the author in the operating model."),
        sa.Column(
            "answer", sa.Text, nullable=False, comment="What its author is told, if anything."
        ),
        sa.Column("at", _INSTANT, nullable=False),
        sa.UniqueConstraint("reply", "position"),
        comment="Append-only: what came of each command of a reply.",
    )
    op.create_index("reply_outcome_conflict_id_idx", "reply_outcome", ["conflict_id"])


def _protect(table: str) -> None:
    op.execute(
        f"create trigger append_only before update or delete on {table} "
        "for each row execute function refuse_change()"
    )
    op.execute(
        f"create trigger never_emptied before truncate on {table} "
        "for each statement execute function refuse_change()"
    )
    op.execute(
        f"create trigger chained after insert on {table} for each row execute function chain_row()"
    )
