"""Gaps between readings, held findings, and the connections on which conflicts rest"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reading_gap",
        sa.Column("connection", sa.Text, primary_key=True),
        sa.Column(
            "last_read_at", _INSTANT, primary_key=True, comment="When a pull had read all of it."
        ),
        sa.Column("read_again_at", _INSTANT, nullable=False, comment="When a pull did so next."),
        comment="Times of a day or more in which a connection was not read; deadlines wait "
        "meanwhile.",
    )
    op.create_index("reading_gap_read_again_at_idx", "reading_gap", ["read_again_at"])
    op.create_table(
        "held_finding",
        sa.Column(
            "conflict_id", sa.Text, primary_key=True, comment="The conflict that it would open."
        ),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("severity", sa.SmallInteger, nullable=False),
        sa.Column("readings", JSONB, nullable=False, comment="The connections it waits for."),
        comment="Findings that open no conflict yet, because they rest on data that are too old; "
        "rebuilt by each sync.",
    )
    # The next sync completes this by what a rule used without naming it.
    op.execute("""
        update conflict c
        set details = jsonb_set(details, '{finding,rests_on}', (
            select coalesce(jsonb_agg(distinct r.connection order by r.connection), '[]')
            from record r where r.id = any(c.subjects || c.comment_on)))
    """)
