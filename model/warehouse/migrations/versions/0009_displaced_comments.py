"""Comments that their own record cannot carry, so that each is told once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "displaced_comment",
        sa.Column("connection", sa.Text, primary_key=True),
        sa.Column("conflict_id", sa.Text, primary_key=True),
        sa.Column("ref", sa.Text, primary_key=True, comment="The record that takes no comment."),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("instead", sa.Text, comment="The record that carries it; null for none."),
        comment="Comments that their own record cannot carry; rebuilt by each sync.",
    )
