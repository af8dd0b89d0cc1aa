"""The tables of the warehouse; `migrations` makes them, a test holds the two equal.

Points in time are stored in UTC. The version tables (`work_item`, `deal`, `spend`), the
conflicts' events and the decisions are append-only, and triggers in the database refuse
anything else; the one thing a version may still learn is when it ended.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

Instant = DateTime(timezone=True)
TextArray = ARRAY(Text)
IdArray = ARRAY(BigInteger)
NOTHING_IN_ARRAY = text("'{}'")

landing = Table(
    "landing",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("payload", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("landed_at", Instant, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("gone_at", Instant),
    Column("gone_reason", Text),
    Index(None, "connection", "stream", "seq"),
    comment="What each tool said, word for word; seq grows with each change.",
)

cursor = Table(
    "cursor",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("position", JSONB, nullable=False),
    Column("moved_at", Instant, nullable=False),
    CheckConstraint("stage in ('pull', 'map')", name="stage"),
    comment="How far each stage has come; moves in the transaction of the rows it speaks of.",
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("remedy", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("known_as", TextArray, nullable=False, server_default=NOTHING_IN_ARRAY),
    Column("first_seen", Instant, nullable=False),
    CheckConstraint("stage in ('pull', 'map', 'link')", name="stage"),
    comment="What could not be taken over, why, and what to do; empties itself once mended.",
)

record = Table(
    "record",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("ref", Text, nullable=False, unique=True),
    Column("connection", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    Column("landed_id", Text, nullable=False),
    Column("parent_id", BigInteger),
    Column("touched_at", Instant),
    Index(None, "connection", "stream", "landed_id"),
    comment="Every shared record's integer id, given once, and the landed row it came from.",
)

alias = Table(
    "alias",
    metadata,
    Column("name", Text, primary_key=True),
    Column("record_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Index(None, "record_id"),
    comment="Names under which a present record may be pointed at, as model.keys normalises them.",
)

stated_dependency = Table(
    "stated_dependency",
    metadata,
    Column("record_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("type", SmallInteger, primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("lag_days", Integer, nullable=False),
    Index(None, "target"),
    comment="Dependencies as records state them now; their history is in the versions.",
)

dependency = Table(
    "dependency",
    metadata,
    Column("predecessor_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Column("successor_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Column("type", SmallInteger, primary_key=True),
    Column("lag_days", Integer, nullable=False),
    Column("stated_by", BigInteger, nullable=False),
    Column("place", Text, nullable=False),
    comment="Claims whose target is known, each once whoever states it; rebuilt by each sync.",
)

dangling = Table(
    "dangling",
    metadata,
    Column("record_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("place", Text, nullable=False),
    comment="Claims in links and named fields that point at nothing known; rebuilt by each sync.",
)


def _version_columns() -> list[Column[object]]:
    return [
        Column("record_id", BigInteger, ForeignKey("record.id"), primary_key=True),
        Column("valid_from", Instant, primary_key=True),
        Column("recorded_at", Instant, primary_key=True),
        Column("valid_to", Instant),
        Column("digest", LargeBinary, nullable=False),
        Column("key", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("url", Text),
        Column("function", Text, nullable=False),
        Column("dates_from", Text, nullable=False),
        Column("stated_dependencies", JSONB, nullable=False),
    ]


def _present(table: str) -> Index:
    """Finds each record's present version; there can be only one."""
    return Index(
        f"{table}_present_idx", "record_id", unique=True, postgresql_where=text("valid_to is null")
    )


work_item = Table(
    "work_item",
    metadata,
    *_version_columns(),
    Column("owner", Text),
    Column("state", SmallInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("priority", SmallInteger),
    Column("planned_start", Date),
    Column("planned_finish", Date),
    Column("actual_start", Date),
    Column("actual_finish", Date),
    Column("estimate_days", Integer),
    Column("remaining_days", Integer),
    Column("percent_complete", SmallInteger),
    Column("milestone", Boolean, nullable=False),
    Column("parent_ref", Text),
    Column("initiative", Text),
    Column("labels", TextArray, nullable=False),
    Column("wbs", Text),
    _present("work_item"),
    comment="Versions of work items; a row holds from valid_from until valid_to.",
)

deal = Table(
    "deal",
    metadata,
    *_version_columns(),
    Column("owner", Text),
    Column("stage", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("amount", Numeric),
    Column("currency", Text),
    Column("close_date", Date),
    Column("probability", SmallInteger),
    _present("deal"),
    comment="Versions of deals.",
)

spend = Table(
    "spend",
    metadata,
    *_version_columns(),
    Column("spend_kind", Text, nullable=False),
    Column("amount", Numeric, nullable=False),
    Column("currency", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("fiscal_period", Text),
    Column("cost_centre", Text),
    Column("wbs", Text),
    Column("purchase_order", Text),
    _present("spend"),
    comment="Versions of budget, commitment and actual lines.",
)

forecast = Table(
    "forecast",
    metadata,
    Column("record_id", BigInteger, primary_key=True),
    Column("early_start", Date, nullable=False),
    Column("early_finish", Date, nullable=False),
    Column("late_start", Date, nullable=False),
    Column("late_finish", Date, nullable=False),
    Column("total_slack", Integer, nullable=False),
    Column("free_slack", Integer, nullable=False),
    Column("driver_id", BigInteger, nullable=False),
    Column("certainty", SmallInteger, nullable=False),
    comment="Dates and slack of every item, rebuilt by each sync; driver_id -1 means none.",
)

conflict = Table(
    "conflict",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("about", TextArray, nullable=False),
    Column("status", Text, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("functions", TextArray, nullable=False),
    Column("subjects", IdArray, nullable=False),
    Column("comment_on", IdArray, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    CheckConstraint("status in ('open', 'decided', 'resolved')", name="status"),
    comment="Each conflict as it stands now; how it came there is in conflict_event.",
)

conflict_event = Table(
    "conflict_event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("conflict_id", Text, ForeignKey("conflict.id"), nullable=False),
    Column("event", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("details", JSONB, nullable=False),
    Index(None, "conflict_id"),
    comment="The life of each conflict: opened, changed, escalated, decided, resolved, reopened.",
)

decision = Table(
    "decision",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("conflict_id", Text, ForeignKey("conflict.id"), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("right_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Index(None, "conflict_id"),
    comment="Verdicts of persons who had the right to decide.",
)

comment = Table(
    "comment",
    metadata,
    Column("conflict_id", Text, ForeignKey("conflict.id"), primary_key=True),
    Column("record_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Column("comment_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("url", Text),
    Column("created_at", Instant, nullable=False),
    Column("written_at", Instant, nullable=False),
    comment="The comments of ours that stand in the tools, as last written or seen.",
)

operating_model_version = Table(
    "operating_model_version",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("applied_at", Instant, primary_key=True),
    Column("model", JSONB, nullable=False),
    comment="Each operating model that was ever applied.",
)

VERSION_TABLES = {"work_item": work_item, "deal": deal, "spend": spend}
APPEND_ONLY = ("conflict_event", "decision", "operating_model_version")
