"""Risks that people raise by hand"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "raised_risk",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "record_id",
            sa.BigInteger,
            sa.ForeignKey("record.id"),
            nullable=False,
            comment="The record that waits.",
        ),
        sa.Column("needs_id", sa.BigInteger, sa.ForeignKey("record.id"), nullable=False),
        sa.Column("needed_by", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("person", sa.Text, comment="Id of a person of the operating model."),
        sa.Column("person_name", sa.Text, nullable=False),
        sa.Column("identity", sa.Text, nullable=False, comment="As the channel named them."),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_then", sa.Date, comment="The finish of what is needed, as stated then."),
        sa.Column("forecast_then", sa.Date, comment="The finish of what is needed, as computed."),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        comment="Append-only: risks that people raised or withdrew; of each the last row counts.",
    )
    op.execute(
        "create trigger append_only before update or delete on raised_risk "
        "for each row execute function refuse_change()"
    )
    op.execute(
        "create trigger never_emptied before truncate on raised_risk "
        "for each statement execute function refuse_change()"
    )
    op.execute(
        "create trigger chained after insert on raised_risk "
        "for each row execute function chain_row()"
    )
