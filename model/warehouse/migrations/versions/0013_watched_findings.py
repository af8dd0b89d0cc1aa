"""Findings that open a conflict only after some days"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watched_finding",
        sa.Column(
            "conflict_id", sa.Text, primary_key=True, comment="The conflict that it would open."
        ),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was first found.",
        ),
        comment="Findings that open no conflict yet, because they often end by themselves; "
        "rebuilt by each sync.",
    )
