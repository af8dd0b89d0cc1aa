"""Walks the chain of the record: each entry against its hash, and each row against its entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from model.audit_chain import (
    CHAINED_LATER,
    GENESIS,
    ChainEntry,
    Fault,
    FaultKind,
    differing_fields,
    entry_hash,
    original_number,
    parse_content,
)

_ROW_ID = "case when c.row_key ~ '^[0-9]{1,18}$' then c.row_key::bigint end"
_COLUMNS = """
    c.number, c.source, c.row_key, c.content, c.previous, c.hash,
    coalesce(
        to_char(c.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        c.recorded_at::text) as recorded_at
"""
_ENTRIES = f"""
    select {_COLUMNS}, coalesce(to_jsonb(e), to_jsonb(v), to_jsonb(d), to_jsonb(h),
        to_jsonb(m), to_jsonb(r), to_jsonb(o), to_jsonb(k)) as row
    from audit_chain c
    left join conflict_event e on c.source = 'conflict_event' and e.id = {_ROW_ID}
    left join conflict_version v on c.source = 'conflict_version' and v.id = {_ROW_ID}
    left join decision d on c.source = 'decision' and d.id = {_ROW_ID}
    left join hold_release h on c.source = 'hold_release' and h.id = {_ROW_ID}
    left join reply r on c.source = 'reply' and r.id = {_ROW_ID}
    left join reply_outcome o on c.source = 'reply_outcome' and o.id = {_ROW_ID}
    left join raised_risk k on c.source = 'raised_risk' and k.id = {_ROW_ID}
    left join operating_model_version m on c.source = 'operating_model_version'
        and m.fingerprint || ' ' || (to_jsonb(m) ->> 'applied_at') = c.row_key
"""  # noqa: S608 constants of this module


def _entry(row: RowMapping) -> ChainEntry:
    names = ("number", "source", "row_key", "content", "recorded_at", "previous", "hash")
    return ChainEntry(*(row[name] for name in names))


def read_entries(connection: Connection, after: int = 0) -> Iterator[ChainEntry]:
    """The entries whose number is greater than `after`, in their order."""
    statement = text(
        f"select {_COLUMNS} from audit_chain c where c.number > :after order by c.number"  # noqa: S608
    ).execution_options(yield_per=1000)
    with connection.execute(statement, {"after": after}) as result:
        yield from map(_entry, result.mappings())


def read_entry(connection: Connection, number: int) -> ChainEntry | None:
    """The entry with this number; None if there is none."""
    statement = text(f"select {_COLUMNS} from audit_chain c where c.number = :number")  # noqa: S608
    row = connection.execute(statement, {"number": number}).mappings().one_or_none()
    return _entry(row) if row else None


def first_chain_fault(connection: Connection, rows: int) -> Fault | None:
    """The first entry that does not fit, or whose row does not; the chain ends with `rows`.

    The time zone of the transaction has to be UTC.
    """
    before: ChainEntry | None = None
    statement = text(f"{_ENTRIES} order by c.number").execution_options(yield_per=1000)
    with connection.execute(statement) as result:
        for row in result.mappings():
            entry = _entry(row)
            fault = (
                _gap(before, entry)
                or _misfit(connection, before, entry, rows)
                or _row_fault(connection, entry, row["row"])
            )
            if fault:
                return fault
            before = entry
    return None


def _gap(before: ChainEntry | None, entry: ChainEntry) -> Fault | None:
    first = before.number + 1 if before else 1
    if entry.number == first:
        return None
    last = entry.number - 1
    missing = f"number {first} is" if first == last else f"numbers {first} to {last} are"
    return Fault(FaultKind.REMOVED, first, f"{missing} missing before {entry}")


def _misfit(
    connection: Connection, before: ChainEntry | None, entry: ChainEntry, rows: int
) -> Fault | None:
    """What is wrong with the hash of an entry or with its place in the chain."""
    if entry_hash(entry) == entry.hash:
        if entry.previous == (before.hash if before else GENESIS):
            return None
        if before is None:
            return Fault(FaultKind.REMOVED, entry.number, f"what stood before {entry} is missing")
        return Fault(
            FaultKind.ALTERED,
            before.number,
            f"{before} has another hash than the one from which {entry} continues",
        )
    original = original_number(entry, rows)
    if original is None:
        return _foreign(connection, entry, rows)
    if original < entry.number:
        assert before is not None
        return Fault(
            FaultKind.INSERTED,
            before.number,
            f"{before} stands before {entry}, which was number {original}",
        )
    if number_of_hash(connection, entry.previous) is None:
        return Fault(
            FaultKind.REMOVED,
            entry.number,
            f"{entry} was number {original}: one before it is missing",
        )
    return Fault(FaultKind.REORDERED, entry.number, f"{entry} was number {original}")


def _foreign(connection: Connection, entry: ChainEntry, rows: int) -> Fault:
    """An entry whose hash is right at no number: inserted if the next one was at its number."""
    following = connection.execute(
        text(f"{_ENTRIES} where c.number > :number order by c.number limit 1"),
        {"number": entry.number},
    ).mappings()
    for row in following:
        if original_number(_entry(row), rows) == entry.number:
            return Fault(FaultKind.INSERTED, entry.number, f"{entry} was not in the chain")
    return Fault(FaultKind.ALTERED, entry.number, f"{entry} is not what its hash was made of")


def _row_fault(
    connection: Connection, entry: ChainEntry, row: Mapping[str, Any] | None
) -> Fault | None:
    """What is wrong with the row of an entry that itself is whole."""
    if entry.source == CHAINED_LATER:
        return None
    if row is None:
        return Fault(FaultKind.REMOVED, entry.number, f"{entry} has lost its row")
    differences = differing_fields(entry.content, row)
    if not differences:
        return None
    if other := _entry_of_content(connection, entry, row):
        return Fault(FaultKind.REORDERED, entry.number, f"{entry} has the row of number {other}")
    return Fault(FaultKind.ALTERED, entry.number, f"{entry}: {'; '.join(differences)}")


def _entry_of_content(
    connection: Connection, entry: ChainEntry, row: Mapping[str, Any]
) -> int | None:
    """The number of another entry of the same table that says what this row says now."""
    entries = connection.execute(
        text("select number, content from audit_chain where source = :source order by number"),
        {"source": entry.source},
    )
    values = {name: value for name, value in row.items() if name != "id" and value is not None}
    for number, content in entries:
        recorded = parse_content(content)
        others = {name: v for name, v in recorded.items() if name != "id" and v is not None}
        if number != entry.number and others == values:
            return int(number)
    return None


def number_of_hash(connection: Connection, hash_: str) -> int | None:
    """The number of the entry with this hash; None if there is none."""
    query = text("select number from audit_chain where hash = :hash")
    return connection.execute(query, {"hash": hash_}).scalars().first()
