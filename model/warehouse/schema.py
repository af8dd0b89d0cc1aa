"""The tables of the warehouse; `migrations` creates them, and a test compares the two.

Points in time are stored in UTC. The version tables (`work_item`, `deal`, `spend`), the
conflicts' events, the decisions, the releases of holds and the replies are append-only, enforced by
triggers in the database: the only update a version accepts is that it ends. Events, decisions,
replies and applied operating models are also chained by hash, by triggers too.
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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from model.records import RECORD_TYPES, Kind
from model.warehouse.record_fields import field_columns

metadata = MetaData(
    # Fixed names, by which a migration can drop a constraint.
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
EMPTY_ARRAY = text("'{}'")

landing = Table(
    "landing",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("payload", Text, nullable=False, comment="The tool's answer for one record."),
    Column("digest", LargeBinary, nullable=False, comment="SHA-256 of the payload."),
    Column("landed_at", Instant, nullable=False),
    Column("seq", BigInteger, nullable=False, comment="Grows with each change of any row."),
    Column("gone_at", Instant, comment="When the tool was first seen without this record."),
    Column("gone_reason", Text, comment="'deleted', or why the record can't be seen."),
    # The mapping reads by it what landed since its cursor.
    Index(None, "connection", "stream", "seq"),
    comment="Raw records, verbatim; one row per record of a tool.",
)

cursor = Table(
    "cursor",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("position", JSONB, nullable=False, comment="Where the stage continues."),
    Column("moved_at", Instant, nullable=False),
    CheckConstraint("stage in ('pull', 'map', 'reply')", name="stage"),
    comment="How far each stage has read; saved in the transaction of the rows it covers.",
)

connection_state = Table(
    "connection_state",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("tried_at", Instant, nullable=False, comment="When its last pull began."),
    Column("reached_end", Boolean, nullable=False, comment="Whether that pull read all of it."),
    Column("pulled_at", Instant, comment="When a pull last read all of it."),
    Column("read_at", Instant, comment="The last such pull that the shared model contains."),
    comment="How each connection was last read.",
)

full_read = Table(
    "full_read",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("begun_at", Instant, nullable=False),
    Column("completed_at", Instant, comment="Null while it is under way."),
    comment="When each stream was last read from its beginning.",
)

hold = Table(
    "hold",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("judged_at", Instant, nullable=False, comment="The run that last refused it."),
    Column("removed", Integer, nullable=False, comment="Records that would end or be hidden."),
    Column("altered", Integer, nullable=False, comment="Records that would change."),
    Column("present", Integer, nullable=False, comment="Records that there are."),
    Column("examples", TextArray, nullable=False, comment="Keys of some of these records."),
    Column("effects", JSONB, nullable=False, comment="What each record would become, as digests."),
    Column(
        "confirm_from",
        Instant,
        nullable=False,
        comment="From when on a read that shows the same confirms it.",
    ),
    Column("files", JSONB, comment="Digest of what each file contained; null for other tools."),
    comment="Connections whose last change was too large to be mapped without confirmation.",
)

hold_release = Table(
    "hold_release",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("connection", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("released_at", Instant, nullable=False),
    Column("since", Instant, nullable=False, comment="When the hold began."),
    Column("removed", Integer, nullable=False, comment="Records that ended."),
    Column("altered", Integer, nullable=False, comment="Records that changed."),
    Column("present", Integer, nullable=False, comment="Records that there were."),
    comment="Append-only: who released a hold, and why.",
)

reading_gap = Table(
    "reading_gap",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("last_read_at", Instant, primary_key=True, comment="When a pull had read all of it."),
    Column("read_again_at", Instant, nullable=False, comment="When a pull did so next."),
    Index(None, "read_again_at"),
    comment="Times of a day or more in which a connection was not read; deadlines wait meanwhile.",
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
    Column(
        "held",
        Boolean,
        nullable=False,
        comment="True: the whole record is left out; false: one field is.",
    ),
    Column(
        "known_as",
        TextArray,
        nullable=False,
        server_default=EMPTY_ARRAY,
        comment="Names of the record; a dependency on one of them does not dangle.",
    ),
    Column("first_seen", Instant, nullable=False),
    CheckConstraint("stage in ('pull', 'map', 'link')", name="stage"),
    comment="Records and fields that could not be mapped, why, and what to do; an entry goes when "
    "its cause does.",
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
    Column("landed_id", Text, nullable=False, comment="native_id of its row in landing."),
    Column("parent_id", BigInteger, comment="Record id of the parent; rebuilt by each sync."),
    Column("touched_at", Instant, comment="When a person last changed it in its tool."),
    Index(None, "connection", "stream", "landed_id"),
    comment="Shared records: the integer id, given once, and the raw record it was mapped from.",
)

alias = Table(
    "alias",
    metadata,
    # Not unique alone: two records may have one name, which `links` reports.
    Column("name", Text, primary_key=True),
    Column("record_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Index(None, "record_id"),
    comment="Names by which a dependency may state a present record, normalised by model.keys.",
)

stated_dependency = Table(
    "stated_dependency",
    metadata,
    Column("record_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("type", SmallInteger, primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("place", Text, nullable=False, comment="Where the tool states it."),
    Column("lag_days", Integer, nullable=False, comment="Working days; negative for a lead."),
    Index(None, "target"),
    comment="Dependencies as records state them now; the versions keep their history.",
)

dependency = Table(
    "dependency",
    metadata,
    Column("predecessor_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Column("successor_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Column("type", SmallInteger, primary_key=True),
    Column("lag_days", Integer, nullable=False, comment="Working days; negative for a lead."),
    Column("stated_by", BigInteger, nullable=False, comment="Record that states it."),
    Column("place", Text, nullable=False, comment="Where the tool states it."),
    comment="Stated dependencies with a known target, deduplicated; rebuilt by each sync.",
)

dangling = Table(
    "dangling",
    metadata,
    Column("record_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("place", Text, nullable=False, comment="Where the tool states it."),
    comment="Links and named fields whose target names no record; rebuilt by each sync.",
)


def _version_table(kind: Kind, comment: str) -> Table:
    """A table of versions: when each held and was recorded, and the fields of its record."""
    return Table(
        kind.value,
        metadata,
        Column("record_id", BigInteger, ForeignKey("record.id"), primary_key=True),
        Column("valid_from", Instant, primary_key=True, comment="When this state began."),
        Column("recorded_at", Instant, primary_key=True, comment="When Interlock stored it."),
        Column("valid_to", Instant, comment="When it ended; null for the present version."),
        *field_columns(RECORD_TYPES[kind]),
        Column("stated_dependencies", JSONB, nullable=False),
        # Finds each record's present version; there can be only one.
        Index(
            f"{kind.value}_present_idx",
            "record_id",
            unique=True,
            postgresql_where=text("valid_to is null"),
        ),
        comment=comment,
    )


VERSION_TABLES = {
    kind: _version_table(kind, comment)
    for kind, comment in {
        Kind.WORK_ITEM: "Append-only: versions of work items.",
        Kind.DEAL: "Append-only: versions of deals.",
        Kind.SPEND: "Append-only: versions of budget, commitment and actual lines.",
    }.items()
}
work_item = VERSION_TABLES[Kind.WORK_ITEM]

forecast = Table(
    "forecast",
    metadata,
    Column("record_id", BigInteger, primary_key=True),
    Column("early_start", Date, nullable=False),
    Column("early_finish", Date, nullable=False),
    Column("late_start", Date, nullable=False),
    Column("late_finish", Date, nullable=False),
    Column("total_slack", Integer, nullable=False, comment="Total float in working days."),
    Column("free_slack", Integer, nullable=False, comment="Free float in working days."),
    Column("driver_id", BigInteger, nullable=False, comment="Driving predecessor; -1 for none."),
    Column("certainty", SmallInteger, nullable=False, comment="model.network.Certainty."),
    comment="Early and late dates and float of every item; rebuilt by each sync.",
)

conflict = Table(
    "conflict",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("about", TextArray, nullable=False, comment="With the rule, its identity for life."),
    Column("status", Text, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("functions", TextArray, nullable=False),
    Column("subjects", IdArray, nullable=False),
    Column("comment_on", IdArray, nullable=False),
    Column("details", JSONB, nullable=False, comment="The whole conflict as JSON."),
    Column("opened_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    CheckConstraint("status in ('open', 'decided', 'resolved')", name="status"),
    comment="Conflicts in their present state; conflict_event has what happened to each.",
)

held_finding = Table(
    "held_finding",
    metadata,
    Column("conflict_id", Text, primary_key=True, comment="The conflict that it would open."),
    Column("rule", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("readings", JSONB, nullable=False, comment="The connections it waits for."),
    comment="Findings that open no conflict yet, because they rest on data that are too old; "
    "rebuilt by each sync.",
)

watched_finding = Table(
    "watched_finding",
    metadata,
    Column("conflict_id", Text, primary_key=True, comment="The conflict that it would open."),
    Column("since", Instant, nullable=False, comment="When it was first found."),
    comment="Findings that open no conflict yet, because they often end by themselves; rebuilt by "
    "each sync.",
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
    comment="Append-only: opened, changed, escalated, decided, resolved and reopened conflicts.",
)

conflict_version = Table(
    "conflict_version",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("conflict_id", Text, ForeignKey("conflict.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("details", JSONB, nullable=False, comment="The whole conflict as JSON."),
    Index("conflict_version_conflict_id_idx", "conflict_id", "id"),
    comment="Append-only: each state of each conflict, and since when it was shown.",
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
    # Empty in rows of versions before 0.2.
    Column("meaning", Text, comment="The verdict's consequence, as the rule worded it then."),
    Column("identity", Text, comment="How the channel named the person: by id, e-mail or account."),
    Column("bounds", JSONB, comment="The conflict's size at the decision and the right's limit."),
    Column(
        "model_version", Text, comment="Fingerprint of the operating model that gave the right."
    ),
    Index(None, "conflict_id"),
    comment="Append-only: verdicts of people who had the right to decide.",
)

comment = Table(
    "comment",
    metadata,
    Column("conflict_id", Text, ForeignKey("conflict.id"), primary_key=True),
    Column("record_id", BigInteger, ForeignKey("record.id"), primary_key=True),
    Column("comment_id", Text, nullable=False),
    Column("digest", Text, nullable=False, comment="Fingerprint of the content last written."),
    Column("state", Text, nullable=False),
    Column("url", Text),
    Column("created_at", Instant, nullable=False),
    Column("written_at", Instant, nullable=False),
    comment="Interlock's comments in the tools, as last written or read.",
)

displaced_comment = Table(
    "displaced_comment",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("conflict_id", Text, primary_key=True),
    Column("ref", Text, primary_key=True, comment="The record that takes no comment."),
    Column("reason", Text, nullable=False),
    Column("instead", Text, comment="The record that carries it; null for none."),
    comment="Comments that their own record cannot carry; rebuilt by each sync.",
)

reply = Table(
    "reply",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("connection", Text, nullable=False),
    Column("reply_id", Text, nullable=False, comment="The tool's own id; an edit keeps it."),
    Column("version", Integer, nullable=False, comment="Counts its texts from 1."),
    Column("record", Text, nullable=False, comment="Reference of the record that carries it."),
    Column("conflict_id", Text, comment="The conflict that its place names."),
    Column("author", Text, comment="The account in the tool; empty where a file has none."),
    Column("author_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("is_answer", Boolean, nullable=False, comment="The whole text is one command."),
    Column("written_at", Instant, comment="When the tool says that it was written."),
    Column("read_at", Instant, nullable=False),
    UniqueConstraint("connection", "reply_id", "version"),
    comment="Append-only: replies that hold a command, one row per text that was read.",
)

reply_outcome = Table(
    "reply_outcome",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("reply", BigInteger, ForeignKey("reply.id"), nullable=False),
    Column("position", SmallInteger, nullable=False, comment="Which command of it, from 0."),
    Column("command", JSONB, nullable=False, comment="What it was taken for."),
    Column("outcome", Text, nullable=False),
    Column("conflict_id", Text),
    Column("person", Text, comment="Id of the author in the operating model."),
    Column("answer", Text, nullable=False, comment="What its author is told, if anything."),
    Column("at", Instant, nullable=False),
    UniqueConstraint("reply", "position"),
    Index(None, "conflict_id"),
    comment="Append-only: what came of each command of a reply.",
)

raised_risk = Table(
    "raised_risk",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column(
        "record_id",
        BigInteger,
        ForeignKey("record.id"),
        nullable=False,
        comment="The record that waits.",
    ),
    Column("needs_id", BigInteger, ForeignKey("record.id"), nullable=False),
    Column("needed_by", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("person", Text, comment="Id of a person of the operating model."),
    Column("person_name", Text, nullable=False),
    Column("identity", Text, nullable=False, comment="As the channel named them."),
    Column("channel", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("planned_then", Date, comment="The finish of what is needed, as stated then."),
    Column("forecast_then", Date, comment="The finish of what is needed, as computed."),
    Column("withdrawn", Boolean, nullable=False),
    comment="Append-only: risks that people raised or withdrew; of each the last row counts.",
)

operating_model_version = Table(
    "operating_model_version",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("applied_at", Instant, primary_key=True),
    Column("model", JSONB, nullable=False),
    comment="Append-only: every operating model that was applied, and since when.",
)

audit_chain = Table(
    "audit_chain",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False, comment="The table of the row."),
    Column("row_key", Text, nullable=False, comment="Its primary key there."),
    Column("content", Text, nullable=False, comment="The row as canonical JSON."),
    Column("recorded_at", Instant, nullable=False, comment="By the clock of the database."),
    Column("previous", Text, unique=True, nullable=False, comment="Hash of the number before."),
    Column("hash", Text, nullable=False, comment="SHA-256; see model.audit_chain."),
    UniqueConstraint("source", "row_key"),
    comment="Append-only: one entry per row of the record, each with the hash of the one before.",
)

CHAINED = (
    "conflict_event",
    "conflict_version",
    "decision",
    "operating_model_version",
    "hold_release",
    "reply",
    "reply_outcome",
    "raised_risk",
)
"""Tables of which every new row gets an entry in `audit_chain`, by a trigger.

Their columns may only be added to, empty in earlier rows, or these would no longer fit their entry.
"""
APPEND_ONLY = (*CHAINED, audit_chain.name)
"""Tables whose rows are never changed; `VERSION_TABLES` may only learn when a version ended."""
