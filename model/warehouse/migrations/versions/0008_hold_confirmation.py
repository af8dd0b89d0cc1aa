"""Holds know from when a read confirms them, and what the files contained"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    confirm_from = sa.Column(
        "confirm_from",
        sa.DateTime(timezone=True),
        comment="From when on a read that shows the same confirms it.",
    )
    op.add_column("hold", confirm_from)
    # Holds of an earlier version keep its rule: the next read confirms them.
    op.execute("update hold set confirm_from = judged_at")
    op.alter_column("hold", "confirm_from", nullable=False)
    files = sa.Column(
        "files", JSONB, comment="Digest of what each file contained; null for other tools."
    )
    op.add_column("hold", files)
