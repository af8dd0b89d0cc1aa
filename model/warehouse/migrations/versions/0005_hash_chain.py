"""The record is chained by hash, and decisions say on what grounds they were accepted"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_grounds()
    _create_chain()
    _create_functions()
    _chain_earlier_rows()
    _create_triggers()


def _add_grounds() -> None:
    """Empty in earlier rows: what was not recorded then is not known now."""
    for name, type_, comment in (
        ("meaning", sa.Text(), "The verdict's consequence, as the rule worded it then."),
        ("identity", sa.Text(), "How the channel named the person: by id, e-mail or account."),
        (
            "bounds",
            postgresql.JSONB(),
            "The conflict's size at the decision and the right's limit.",
        ),
        ("model_version", sa.Text(), "Fingerprint of the operating model that gave the right."),
    ):
        op.add_column("decision", sa.Column(name, type_, nullable=True, comment=comment))


def _create_chain() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="The table of the row."),
        sa.Column("row_key", sa.Text(), nullable=False, comment="Its primary key there."),
        sa.Column("content", sa.Text(), nullable=False, comment="The row as canonical JSON."),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="By the clock of the database.",
        ),
        sa.Column("previous", sa.Text(), nullable=False, comment="Hash of the number before."),
        sa.Column("hash", sa.Text(), nullable=False, comment="SHA-256; see model.audit_chain."),
        sa.PrimaryKeyConstraint("number", name=op.f("audit_chain_pkey")),
        sa.UniqueConstraint("previous"),
        sa.UniqueConstraint("source", "row_key"),
        comment="Append-only: one entry per row of the record, each with the hash of the one before.",
    )
    op.execute(
        "create trigger append_only before update or delete on audit_chain "
        "for each row execute function refuse_change()"
    )
    op.execute(
        "create trigger never_emptied before truncate on audit_chain "
        "for each statement execute function refuse_change()"
    )


def _create_functions() -> None:
    # The lock keeps one order until the end of the transaction; the unique `previous` refuses a
    # fork even where the lock did not help, as in a transaction with an older snapshot.
    op.execute("""
        create function append_to_chain(source text, row_key text, content text)
        returns void language plpgsql set search_path = pg_catalog, public, pg_temp as $$
        declare
            last_number bigint;
            last_hash text;
            instant timestamptz;
        begin
            perform pg_advisory_xact_lock(7794);
            select number, hash into last_number, last_hash
                from public.audit_chain order by number desc limit 1;
            last_number := coalesce(last_number, 0);
            last_hash := coalesce(last_hash, repeat('0', 64));
            instant := clock_timestamp();
            insert into public.audit_chain values (
                last_number + 1, source, row_key, content, instant, last_hash,
                encode(sha256(convert_to(concat_ws(chr(10),
                    last_number + 1,
                    last_hash,
                    source,
                    row_key,
                    to_char(instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                    content
                ), 'UTF8')), 'hex'));
        end $$
    """)
    # With the rights of the owner: the writer itself may not insert into the chain.
    op.execute("""
        create function chain_row() returns trigger language plpgsql security definer
        set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
        declare
            content jsonb := to_jsonb(new);
        begin
            perform public.append_to_chain(
                tg_table_name,
                coalesce(
                    content ->> 'id',
                    (content ->> 'fingerprint') || ' ' || (content ->> 'applied_at')),
                content::text);
            return null;
        end $$
    """)
    # Or the writer could attach it to a table of its own that is called `decision`.
    op.execute("revoke execute on function append_to_chain(text, text, text) from public")
    op.execute("revoke execute on function chain_row() from public")


def _chain_earlier_rows() -> None:
    """Chain what earlier versions wrote, in the order of its times, and record that."""
    op.execute("""
        do $$
        declare
            entry record;
            rows bigint := 0;
        begin
            set local timezone = 'UTC';
            for entry in
                select 'operating_model_version' as source, 0 as rank, applied_at as at, 0 as id,
                       fingerprint || ' ' || (to_jsonb(t) ->> 'applied_at') as key, to_jsonb(t) as row
                    from operating_model_version t
                union all
                select 'decision', 1, decided_at, id, id::text, to_jsonb(t) from decision t
                union all
                select 'conflict_event', 2, at, id, id::text, to_jsonb(t) from conflict_event t
                order by at, rank, id, key
            loop
                perform append_to_chain(entry.source, entry.key, entry.row::text);
                rows := rows + 1;
            end loop;
            if rows > 0 then
                perform append_to_chain('chained_later', '1-' || rows, jsonb_build_object(
                    'first', 1, 'last', rows,
                    'why', 'written before the record was chained; chained in the order of time'
                )::text);
            end if;
        end $$
    """)


def _create_triggers() -> None:
    for table in ("conflict_event", "decision", "operating_model_version"):
        op.execute(
            f"create trigger chained after insert on {table} "
            "for each row execute function chain_row()"
        )
