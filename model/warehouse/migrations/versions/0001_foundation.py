"""The foundation: landing, shared model, ledger"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("landing_seq")))
    op.create_table(
        "conflict",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("about", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("functions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("subjects", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("comment_on", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('open', 'decided', 'resolved')", name=op.f("conflict_status_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("conflict_pkey")),
        comment="Each conflict as it stands now; how it came there is in conflict_event.",
    )
    op.create_table(
        "cursor",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("position", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stage in ('pull', 'map')", name=op.f("cursor_stage_check")),
        sa.PrimaryKeyConstraint("connection", "stream", "stage", name=op.f("cursor_pkey")),
        comment="How far each stage has come; moves in the transaction of the rows it speaks of.",
    )
    op.create_table(
        "forecast",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("early_start", sa.Date(), nullable=False),
        sa.Column("early_finish", sa.Date(), nullable=False),
        sa.Column("late_start", sa.Date(), nullable=False),
        sa.Column("late_finish", sa.Date(), nullable=False),
        sa.Column("total_slack", sa.Integer(), nullable=False),
        sa.Column("free_slack", sa.Integer(), nullable=False),
        sa.Column("driver_id", sa.BigInteger(), nullable=False),
        sa.Column("certainty", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("forecast_pkey")),
        comment="Dates and slack of every item, made anew by each sync; driver_id -1 means none.",
    )
    op.create_table(
        "landing",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("landed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("connection", "stream", "native_id", name=op.f("landing_pkey")),
        comment="What each tool said, word for word; seq grows with each change.",
    )
    op.create_index(
        op.f("landing_connection_stream_seq_idx"),
        "landing",
        ["connection", "stream", "seq"],
        unique=False,
    )
    op.create_table(
        "operating_model_version",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint(
            "fingerprint", "applied_at", name=op.f("operating_model_version_pkey")
        ),
        comment="Each operating model that was ever applied.",
    )
    op.create_table(
        "quarantine",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column(
            "known_as", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stage in ('pull', 'map', 'link')", name=op.f("quarantine_stage_check")),
        sa.PrimaryKeyConstraint(
            "connection", "stream", "native_id", "reason", name=op.f("quarantine_pkey")
        ),
        comment="What could not be taken over, why, and what to do; empties itself once mended.",
    )
    op.create_table(
        "record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("landed_id", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("record_pkey")),
        sa.UniqueConstraint("ref"),
        comment="Every shared record's integer id, given once, and the landed row it came from.",
    )
    op.create_index(
        op.f("record_connection_stream_landed_id_idx"),
        "record",
        ["connection", "stream", "landed_id"],
        unique=False,
    )
    op.create_table(
        "alias",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("alias_record_id_fkey")),
        sa.PrimaryKeyConstraint("name", "record_id", name=op.f("alias_pkey")),
        comment="Names under which a present record may be pointed at, as model.keys normalises them.",
    )
    op.create_index(op.f("alias_record_id_idx"), "alias", ["record_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("type", sa.SmallInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("lag_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("claim_record_id_fkey")),
        sa.PrimaryKeyConstraint(
            "record_id", "target", "role", "type", "origin", name=op.f("claim_pkey")
        ),
        comment="Dependencies as records state them now; their history is in the versions.",
    )
    op.create_index(op.f("claim_target_idx"), "claim", ["target"], unique=False)
    op.create_table(
        "comment",
        sa.Column("conflict_id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conflict_id"], ["conflict.id"], name=op.f("comment_conflict_id_fkey")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("comment_record_id_fkey")),
        sa.PrimaryKeyConstraint("conflict_id", "record_id", name=op.f("comment_pkey")),
        comment="The comments of ours that stand in the tools, as last written or seen.",
    )
    op.create_table(
        "conflict_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("conflict_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["conflict_id"], ["conflict.id"], name=op.f("conflict_event_conflict_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("conflict_event_pkey")),
        comment="The life of each conflict: opened, changed, escalated, decided, resolved, reopened.",
    )
    op.create_index(
        op.f("conflict_event_conflict_id_idx"), "conflict_event", ["conflict_id"], unique=False
    )
    op.create_table(
        "dangling",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("dangling_record_id_fkey")),
        sa.PrimaryKeyConstraint("record_id", "target", name=op.f("dangling_pkey")),
        comment="Claims in links and named fields that point at nothing known; made anew by each sync.",
    )
    op.create_table(
        "deal",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("dates_from", sa.Text(), nullable=False),
        sa.Column("claims", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("close_date", sa.Date(), nullable=True),
        sa.Column("probability", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("deal_record_id_fkey")),
        sa.PrimaryKeyConstraint("record_id", "valid_from", "recorded_at", name=op.f("deal_pkey")),
        comment="Versions of deals.",
    )
    op.create_index(
        "deal_present_idx",
        "deal",
        ["record_id"],
        unique=True,
        postgresql_where=sa.text("valid_to is null"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("conflict_id", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("right_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conflict_id"], ["conflict.id"], name=op.f("decision_conflict_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("decision_pkey")),
        comment="Verdicts of persons who had the right to decide.",
    )
    op.create_index(op.f("decision_conflict_id_idx"), "decision", ["conflict_id"], unique=False)
    op.create_table(
        "dependency",
        sa.Column("predecessor_id", sa.BigInteger(), nullable=False),
        sa.Column("successor_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.SmallInteger(), nullable=False),
        sa.Column("lag_days", sa.Integer(), nullable=False),
        sa.Column("stated_by", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["record.id"], name=op.f("dependency_predecessor_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["record.id"], name=op.f("dependency_successor_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "predecessor_id", "successor_id", "type", name=op.f("dependency_pkey")
        ),
        comment="Claims whose target is known, each once whoever states it; made anew by each sync.",
    )
    op.create_table(
        "spend",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("dates_from", sa.Text(), nullable=False),
        sa.Column("claims", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("spend_kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("fiscal_period", sa.Text(), nullable=True),
        sa.Column("cost_centre", sa.Text(), nullable=True),
        sa.Column("wbs", sa.Text(), nullable=True),
        sa.Column("purchase_order", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("spend_record_id_fkey")),
        sa.PrimaryKeyConstraint("record_id", "valid_from", "recorded_at", name=op.f("spend_pkey")),
        comment="Versions of budget, commitment and actual lines.",
    )
    op.create_index(
        "spend_present_idx",
        "spend",
        ["record_id"],
        unique=True,
        postgresql_where=sa.text("valid_to is null"),
    )
    op.create_table(
        "work_item",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("dates_from", sa.Text(), nullable=False),
        sa.Column("claims", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=True),
        sa.Column("planned_start", sa.Date(), nullable=True),
        sa.Column("planned_finish", sa.Date(), nullable=True),
        sa.Column("actual_start", sa.Date(), nullable=True),
        sa.Column("actual_finish", sa.Date(), nullable=True),
        sa.Column("estimate_days", sa.Integer(), nullable=True),
        sa.Column("remaining_days", sa.Integer(), nullable=True),
        sa.Column("percent_complete", sa.SmallInteger(), nullable=True),
        sa.Column("milestone", sa.Boolean(), nullable=False),
        sa.Column("parent_ref", sa.Text(), nullable=True),
        sa.Column("initiative", sa.Text(), nullable=True),
        sa.Column("labels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("wbs", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("work_item_record_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "record_id", "valid_from", "recorded_at", name=op.f("work_item_pkey")
        ),
        comment="Versions of work items; a row holds from valid_from until valid_to.",
    )
    op.create_index(
        "work_item_present_idx",
        "work_item",
        ["record_id"],
        unique=True,
        postgresql_where=sa.text("valid_to is null"),
    )
    _protect()


def _protect() -> None:
    """Let the database itself refuse to change or remove what is append-only."""
    op.execute("""
        create function refuse_change() returns trigger language plpgsql as $$
        begin
            raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
                using errcode = 'restrict_violation';
        end $$
    """)
    op.execute("""
        create function only_end_version() returns trigger language plpgsql as $$
        begin
            if old.valid_to is null and new.valid_to is not null
               and to_jsonb(new) - 'valid_to' = to_jsonb(old) - 'valid_to' then
                return new;
            end if;
            raise exception '% is append-only: a version may only end, once', tg_table_name
                using errcode = 'restrict_violation';
        end $$
    """)
    for table in ("conflict_event", "decision", "operating_model_version"):
        _refuse(table, "update or delete")
    for table in ("work_item", "deal", "spend"):
        _refuse(table, "delete")
        op.execute(
            f"create trigger only_end before update on {table} "
            "for each row execute function only_end_version()"
        )


def _refuse(table: str, events: str) -> None:
    op.execute(
        f"create trigger append_only before {events} on {table} "
        "for each row execute function refuse_change()"
    )
    op.execute(
        f"create trigger never_emptied before truncate on {table} "
        "for each statement execute function refuse_change()"
    )
