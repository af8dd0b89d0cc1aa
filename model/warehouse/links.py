"""Dependencies and parents: each stated target is looked up among the names of all records.

A target is a name in the stating record's own connection first; elsewhere it must name exactly
one record. One that names several is reported in the quarantine of the stating connection. One
that names none dangles if a link or a named field states it; in other text it is ignored.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from model.keys import ReferenceFormats
from model.records import Problem
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.quarantine import replace_problems

_STATED_NOW = "select record_id, target, role, type, lag_days, origin, place from stated_dependency"

_STATED_AS_OF = """
    select v.record_id, s.target, s.role, s.type, s.lag_days, s.origin, s.place
    from (
        select record_id, stated_dependencies, valid_from, valid_to from work_item
        union all
        select record_id, stated_dependencies, valid_from, valid_to from deal
    ) v,
    jsonb_to_recordset(v.stated_dependencies) as s(
        target text, role text, type smallint, lag_days int, origin text, place text)
    where v.valid_from <= :as_of and (v.valid_to is null or v.valid_to > :as_of)
"""

_STATED = """
    create temporary table stated on commit drop as
    with stated_rows as ({stated}),
    candidates as (
        select s.record_id, s.target, s.role, s.type, s.lag_days, s.origin, s.place,
               a.record_id as target_id,
               t.connection = r.connection as same_connection
        from stated_rows s
        join record r on r.id = s.record_id
        left join alias a on a.name = s.target and a.record_id <> s.record_id
        left join record t on t.id = a.record_id and t.kind <> 'spend'
        where a.record_id is null or t.id is not null
    ), counted as (
        select *, count(target_id) filter (where same_connection) over same as count_here,
               count(target_id) over same as count_anywhere
        from candidates
        window same as (partition by record_id, target, role, type, origin)
    )
    select record_id, target, role, type, lag_days, origin, place, target_id,
           case when count_here = 1 then same_connection
                else count_here = 0 and count_anywhere = 1 end as certain,
           count_anywhere
    from counted
"""

# Both ends may state one dependency: the longest lag counts, for it holds the most.
_DEPENDENCIES = """
    insert into {table} (predecessor_id, successor_id, type, lag_days, stated_by, place)
    select distinct on (predecessor_id, successor_id, type)
           predecessor_id, successor_id, type, lag_days, record_id, place
    from (
        select case when role = 'predecessor' then target_id else record_id end as predecessor_id,
               case when role = 'predecessor' then record_id else target_id end as successor_id,
               type, lag_days, record_id, place, origin
        from stated where certain
    ) as directed
    order by predecessor_id, successor_id, type, lag_days desc, origin, record_id, place
"""

_DANGLING = """
    insert into new_dangling (record_id, target, place)
    select distinct on (s.record_id, s.target) s.record_id, s.target, s.place
    from stated s
    where s.target_id is null and s.origin <> 'text'
      and s.target not in (select unnest(q.known_as) from quarantine q where q.held)
      and not exists (select from alias a where a.name = s.target)
    order by s.record_id, s.target, s.place
"""

# Only once there is spend: a deployment without an ERP export knows no WBS at all.
_UNKNOWN_WBS = """
    insert into new_dangling (record_id, target, place)
    select w.record_id, upper(w.wbs), 'WBS'
    from work_item w
    where w.valid_to is null and w.wbs is not null
      and exists (select from spend s where s.valid_to is null and s.wbs is not null)
      and not exists (
          select from spend s where s.valid_to is null and upper(s.wbs) = upper(w.wbs))
    on conflict do nothing
"""

_NEW_TABLE = "create temporary table new_{table} (like {table} including indexes) on commit drop"

_DIFFERS = """
    select exists (table new_{table} except table {table})
        or (select count(*) from new_{table}) <> (select count(*) from {table})
"""

_REMOVE_NEWLY_DANGLING = """
    delete from new_dangling d using record r
    where r.id = d.record_id and not exists (
        select from dangling p
        where p.record_id = d.record_id and p.target = d.target)
    returning r.connection, r.stream, r.landed_id, d.record_id, d.target, d.place
"""

# Also from a parent to none: a child that was moved to the top must lose its parent.
_PARENTS = """
    update record r set parent_id = p.id
    from work_item w
    left join record p on p.ref = w.parent
    where w.record_id = r.id and w.valid_to is null and r.parent_id is distinct from p.id
"""

_AMBIGUOUS = """
    select r.connection, r.stream, r.landed_id, s.record_id, s.target, s.place,
           array_agg(t.ref order by t.ref) as refs
    from stated s
    join record r on r.id = s.record_id
    join record t on t.id = s.target_id
    where s.count_anywhere > 1 and s.origin <> 'text'
      and not exists (
          select from stated other
          where other.record_id = s.record_id and other.target = s.target and other.certain)
    group by 1, 2, 3, 4, 5, 6
    order by 1, 2, 3, 5
"""

_Problems = dict[tuple[str, str], list[Problem]]
"""By connection and stream."""


@dataclass(frozen=True, slots=True)
class LinkResult:
    """How many dependencies there are, and how many stated ones have no or several targets."""

    dependencies: int
    dangling: int
    ambiguous: int


def link(
    connection: Connection,
    streams: Collection[tuple[str, str]],
    unread: Sequence[str],
    now: datetime,
) -> LinkResult:
    """Rebuild the dependencies from all stated dependencies, in the caller's transaction.

    `streams` are the (connection, stream) whose problems are replaced. `unread` are connections
    that were not read to their end: a missing target may be in them, so what newly dangles is
    only reported in the quarantine.
    """
    _match_targets(connection, _STATED_NOW, {})
    for table in ("dependency", "dangling"):
        connection.execute(text(_NEW_TABLE.format(table=table)))
    dependencies = connection.execute(text(_DEPENDENCIES.format(table="new_dependency"))).rowcount
    dangling, waiting = _find_dangling(connection, unread)
    for table in ("dependency", "dangling"):
        _replace_if_changed(connection, table)
    connection.execute(text(_PARENTS))
    ambiguous = _find_ambiguous(connection)
    for stream in streams:
        problems = [*ambiguous.get(stream, []), *waiting.get(stream, [])]
        # Problems of this stage have no other names, so no formats are needed.
        replace_problems(connection, *stream, "link", None, problems, now, ReferenceFormats())
    return LinkResult(dependencies, dangling, sum(map(len, ambiguous.values())))


def _replace_if_changed(connection: Connection, table: str) -> None:
    """Give a table the rows of its new one, and drop that; equal rows are left alone."""
    # Replacing them would keep readers waiting, and check every reference again.
    if connection.scalar(text(_DIFFERS.format(table=table))):
        connection.execute(text(f"truncate {table}"))
        connection.execute(text(f"insert into {table} table new_{table}"))
    connection.execute(text(f"drop table new_{table}"))


def _find_dangling(connection: Connection, unread: Sequence[str]) -> tuple[int, _Problems]:
    """How many dangle, and the problems of those whose target may be in unread connections."""
    count = connection.execute(text(_DANGLING)).rowcount
    count += connection.execute(text(_UNKNOWN_WBS)).rowcount
    waiting: _Problems = {}
    if not unread:
        return count, waiting
    missing = ", ".join(unread)
    removed = connection.execute(text(_REMOVE_NEWLY_DANGLING)).all()
    spellings = WarehouseLookup(connection).read_spellings(
        (row.record_id, row.target) for row in removed
    )
    for name, stream, landed_id, record_id, target, place in removed:
        spelling, _ = spellings[record_id, target]
        problem = Problem(
            landed_id,
            f'{place} says "{spelling}", which no record read so far is called; {missing} could '
            "not be read to the end",
            f"Repair {missing}; a name that is then still unknown becomes a conflict",
            held=False,
        )
        waiting.setdefault((name, stream), []).append(problem)
    return count - len(removed), waiting


def link_as_of(connection: Connection, as_of: datetime) -> None:
    """Create `past_dependency` in this transaction: the dependencies as stated at an instant."""
    _match_targets(connection, _STATED_AS_OF, {"as_of": as_of})
    connection.execute(text("drop table if exists past_dependency"))
    connection.execute(
        text("create temporary table past_dependency (like dependency) on commit drop")
    )
    connection.execute(text(_DEPENDENCIES.format(table="past_dependency")))


def _match_targets(connection: Connection, stated: str, parameters: dict[str, datetime]) -> None:
    """Create `stated`: each stated dependency, once per record that its target may name."""
    connection.execute(text("drop table if exists stated"))
    connection.execute(text(_STATED.format(stated=stated)), parameters)


def _find_ambiguous(connection: Connection) -> _Problems:
    problems: _Problems = {}
    rows = connection.execute(text(_AMBIGUOUS)).all()
    spellings = WarehouseLookup(connection).read_spellings(
        (row.record_id, row.target) for row in rows
    )
    for name, stream, landed_id, record_id, target, place, refs in rows:
        spelling, _ = spellings[record_id, target]
        problem = Problem(
            landed_id,
            f'{place} says "{spelling}", which names {len(refs)} records: {", ".join(refs[:3])}',
            "Name the one that is meant by its key or web address",
            held=False,
        )
        problems.setdefault((name, stream), []).append(problem)
    return problems
