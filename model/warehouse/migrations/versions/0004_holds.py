"""Holds on mass changes, and when each stream was read from its beginning"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _split_read_at()
    _create_full_read()
    _create_hold()
    _create_hold_release()


def _split_read_at() -> None:
    op.add_column(
        "connection_state",
        sa.Column("pulled_at", _INSTANT, comment="When a pull last read all of it."),
    )
    op.alter_column(
        "connection_state",
        "read_at",
        comment="The last such pull that the shared model contains.",
        existing_comment="When a pull last read all of it.",
    )
    op.execute("update connection_state set pulled_at = read_at")


def _create_full_read() -> None:
    op.create_table(
        "full_read",
        sa.Column("connection", sa.Text, primary_key=True),
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("begun_at", _INSTANT, nullable=False),
        sa.Column("completed_at", _INSTANT, comment="Null while it is under way."),
        comment="When each stream was last read from its beginning.",
    )
    # When that was is unknown; counted from now on, no upgrade begins with reading everything.
    op.execute("""
        insert into full_read (connection, stream, begun_at, completed_at)
        select connection, stream, now(), now() from cursor where stage = 'pull'
    """)


def _create_hold() -> None:
    op.create_table(
        "hold",
        sa.Column("connection", sa.Text, primary_key=True),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("judged_at", _INSTANT, nullable=False, comment="The run that last refused it."),
        sa.Column(
            "removed", sa.Integer, nullable=False, comment="Records that would end or be hidden."
        ),
        sa.Column("altered", sa.Integer, nullable=False, comment="Records that would change."),
        sa.Column("present", sa.Integer, nullable=False, comment="Records that there are."),
        sa.Column(
            "examples",
            ARRAY(sa.Text),
            nullable=False,
            comment="Keys of some of these records.",
        ),
        sa.Column(
            "effects",
            JSONB,
            nullable=False,
            comment="What each record would become, as digests.",
        ),
        comment="Connections whose last change was too large to be mapped without confirmation.",
    )


def _create_hold_release() -> None:
    op.create_table(
        "hold_release",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("released_at", _INSTANT, nullable=False),
        sa.Column("since", _INSTANT, nullable=False, comment="When the hold began."),
        sa.Column("removed", sa.Integer, nullable=False, comment="Records that ended."),
        sa.Column("altered", sa.Integer, nullable=False, comment="Records that changed."),
        sa.Column("present", sa.Integer, nullable=False, comment="Records that there were."),
        comment="Append-only: who released a hold, and why.",
    )
    op.execute("""
        create trigger append_only before update or delete on hold_release
        for each row execute function refuse_change()
    """)
    op.execute("""
        create trigger never_emptied before truncate on hold_release
        for each statement execute function refuse_change()
    """)
