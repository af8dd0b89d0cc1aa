"""When each connection was last read to the end"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connection_state",
        sa.Column("connection", sa.Text, primary_key=True),
        sa.Column(
            "tried_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When its last pull began.",
        ),
        sa.Column(
            "reached_end",
            sa.Boolean,
            nullable=False,
            comment="Whether that pull read all of it.",
        ),
        sa.Column(
            "read_at", sa.DateTime(timezone=True), comment="When a pull last read all of it."
        ),
        comment="How each connection was last read.",
    )
    # Until now a cursor of no stream held it; of a pull that failed, the last good one is unknown.
    op.execute("""
        insert into connection_state (connection, tried_at, reached_end, read_at)
        select connection, moved_at, (position ->> 'to_the_end')::boolean,
               case when (position ->> 'to_the_end')::boolean then moved_at end
        from cursor
        where stream = '*' and stage = 'pull'
    """)
    op.execute("delete from cursor where stream = '*' and stage = 'pull'")
