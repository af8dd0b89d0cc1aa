"""Releases of held changes join the chain of the record"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _chain_earlier_rows()
    op.execute(
        "create trigger chained after insert on hold_release "
        "for each row execute function chain_row()"
    )


def _chain_earlier_rows() -> None:
    """Chain the releases so far behind what the chain has, in their order, and record that."""
    op.execute("""
        do $$
        declare
            release record;
            before bigint;
            rows bigint := 0;
        begin
            set local timezone = 'UTC';
            select coalesce(max(number), 0) into before from audit_chain;
            for release in select id, to_jsonb(t) as row from hold_release t order by id
            loop
                perform append_to_chain('hold_release', release.id::text, release.row::text);
                rows := rows + 1;
            end loop;
            if rows > 0 then
                perform append_to_chain(
                    'chained_later',
                    (before + 1) || '-' || (before + rows),
                    jsonb_build_object(
                        'first', before + 1, 'last', before + rows,
                        'why', 'written before releases were chained; chained in their order'
                    )::text);
            end if;
        end $$
    """)
