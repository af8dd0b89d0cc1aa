"""Standard terms: stated dependencies instead of claims, escalation instead of standing."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_VERSION_TABLES = ("work_item", "deal", "spend")
_COMMENTS = {
    "dependency": "Claims whose target is known, each once whoever states it; rebuilt by each sync.",
    "dangling": "Claims in links and named fields that point at nothing known; rebuilt by each sync.",
    "forecast": "Dates and slack of every item, rebuilt by each sync; driver_id -1 means none.",
}


def upgrade() -> None:
    op.rename_table("claim", "stated_dependency")
    op.execute("alter index claim_pkey rename to stated_dependency_pkey")
    op.execute("alter index claim_target_idx rename to stated_dependency_target_idx")
    op.execute(
        "alter table stated_dependency rename constraint claim_record_id_fkey "
        "to stated_dependency_record_id_fkey"
    )
    for table in _VERSION_TABLES:
        op.alter_column(table, "claims", new_column_name="stated_dependencies")
    op.execute(
        "update conflict set details = "
        "(details - 'standing') || jsonb_build_object('escalation', details -> 'standing')"
    )
    for table, comment in _COMMENTS.items():
        op.create_table_comment(table, comment)
