"""Every state of every conflict is kept, append-only and chained"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conflict_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("conflict_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "details", postgresql.JSONB(), nullable=False, comment="The whole conflict as JSON."
        ),
        sa.ForeignKeyConstraint(
            ["conflict_id"], ["conflict.id"], name=op.f("conflict_version_conflict_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("conflict_version_pkey")),
        comment="Append-only: each state of each conflict, and since when it was shown.",
    )
    op.create_index(
        op.f("conflict_version_conflict_id_idx"), "conflict_version", ["conflict_id", "id"]
    )
    _create_triggers()
    # What a conflict looked like before is not on record; from now on it is.
    op.execute(
        "insert into conflict_version (conflict_id, at, details) "
        "select id, now(), details from conflict order by id"
    )


def _create_triggers() -> None:
    for name, events, level, function in (
        ("append_only", "before update or delete", "row", "refuse_change"),
        ("never_emptied", "before truncate", "statement", "refuse_change"),
        ("chained", "after insert", "row", "chain_row"),
    ):
        op.execute(
            f"create trigger {name} {events} on conflict_version for each {level} "
            f"execute function {function}()"
        )
