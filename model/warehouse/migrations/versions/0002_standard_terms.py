"""Standard terms, and versions that are compared by their content

`claim` becomes `stated_dependency`, `standing` in a conflict's JSON becomes `escalation`. The
digests of versions go: their formula changed with every field added to the model, and with it
each record got a new version.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_VERSION_TABLES = ("work_item", "deal", "spend")
_TABLE_COMMENTS = {
    "alias": "Names by which a dependency may state a present record, normalised by model.keys.",
    "comment": "Interlock's comments in the tools, as last written or read.",
    "conflict": "Conflicts in their present state; conflict_event has what happened to each.",
    "conflict_event": "Append-only: opened, changed, escalated, decided, resolved and reopened conflicts.",
    "cursor": "How far each stage has read; saved in the transaction of the rows it covers.",
    "dangling": "Links and named fields whose target names no record; rebuilt by each sync.",
    "deal": "Append-only: versions of deals.",
    "decision": "Append-only: verdicts of people who had the right to decide.",
    "dependency": "Stated dependencies with a known target, deduplicated; rebuilt by each sync.",
    "forecast": "Early and late dates and float of every item; rebuilt by each sync.",
    "landing": "Raw records, verbatim; one row per record of a tool.",
    "operating_model_version": "Append-only: every operating model that was applied, and since when.",
    "quarantine": "Records and fields that could not be mapped, why, and what to do; an entry goes when its cause does.",
    "record": "Shared records: the integer id, given once, and the raw record it was mapped from.",
    "spend": "Append-only: versions of budget, commitment and actual lines.",
    "stated_dependency": "Dependencies as records state them now; the versions keep their history.",
    "work_item": "Append-only: versions of work items.",
}
_COLUMN_COMMENTS = {
    ("comment", "digest"): "Fingerprint of the content last written.",
    ("conflict", "about"): "With the rule, its identity for life.",
    ("conflict", "details"): "The whole conflict as JSON.",
    ("cursor", "position"): "Where the stage continues.",
    ("dangling", "place"): "Where the tool states it.",
    ("deal", "valid_from"): "When this state began.",
    ("deal", "recorded_at"): "When Interlock stored it.",
    ("deal", "valid_to"): "When it ended; null for the present version.",
    ("dependency", "lag_days"): "Working days; negative for a lead.",
    ("dependency", "stated_by"): "Record that states it.",
    ("dependency", "place"): "Where the tool states it.",
    ("forecast", "total_slack"): "Total float in working days.",
    ("forecast", "free_slack"): "Free float in working days.",
    ("forecast", "driver_id"): "Driving predecessor; -1 for none.",
    ("forecast", "certainty"): "model.network.Certainty.",
    ("landing", "payload"): "The tool's answer for one record.",
    ("landing", "digest"): "SHA-256 of the payload.",
    ("landing", "seq"): "Grows with each change of any row.",
    ("landing", "gone_at"): "When the tool was first seen without this record.",
    ("landing", "gone_reason"): "'deleted', or why the record can't be seen.",
    ("quarantine", "held"): "True: the whole record is left out; false: one field is.",
    ("quarantine", "known_as"): "Names of the record; a dependency on one of them does not dangle.",
    ("record", "landed_id"): "native_id of its row in landing.",
    ("record", "parent_id"): "Record id of the parent; rebuilt by each sync.",
    ("record", "touched_at"): "When a person last changed it in its tool.",
    ("spend", "valid_from"): "When this state began.",
    ("spend", "recorded_at"): "When Interlock stored it.",
    ("spend", "valid_to"): "When it ended; null for the present version.",
    ("stated_dependency", "place"): "Where the tool states it.",
    ("stated_dependency", "lag_days"): "Working days; negative for a lead.",
    ("work_item", "valid_from"): "When this state began.",
    ("work_item", "recorded_at"): "When Interlock stored it.",
    ("work_item", "valid_to"): "When it ended; null for the present version.",
}
_MEANINGS = {
    "hold": "the date holds: the function that is late changes its plan",
    "move": "the date moves: the function that waits changes its plan",
    "accept": "accepted: both carry the risk as it stands",
    "dismiss": "dismissed: this is not a conflict",
}


def upgrade() -> None:
    _rename_stated_dependency()
    for table in _VERSION_TABLES:
        op.alter_column(table, "claims", new_column_name="stated_dependencies")
        op.drop_column(table, "digest")
    op.alter_column("work_item", "parent_ref", new_column_name="parent")
    op.execute(
        "update conflict set details = "
        "(details - 'standing') || jsonb_build_object('escalation', details -> 'standing') "
        "where details ? 'standing'"
    )
    _explain_decisions()
    _comment()


def _rename_stated_dependency() -> None:
    op.rename_table("claim", "stated_dependency")
    op.execute("alter index claim_pkey rename to stated_dependency_pkey")
    op.execute("alter index claim_target_idx rename to stated_dependency_target_idx")
    op.execute(
        "alter table stated_dependency rename constraint claim_record_id_fkey "
        "to stated_dependency_record_id_fkey"
    )


def _explain_decisions() -> None:
    """Each decision states its consequence, so that it stays readable without its rule."""
    for verdict, meaning in _MEANINGS.items():
        op.execute(
            sa.text(
                "update conflict set details = "
                "jsonb_set(details, '{decision,meaning}', to_jsonb(cast(:meaning as text))) "
                "where details -> 'decision' ->> 'verdict' = :verdict"
            ).bindparams(verdict=verdict, meaning=meaning)
        )


def _comment() -> None:
    for table, comment in _TABLE_COMMENTS.items():
        op.create_table_comment(table, comment)
    for (table, column), comment in _COLUMN_COMMENTS.items():
        op.alter_column(table, column, comment=comment)
