"""Audits the record: every row against its entry in the chain, and every entry against its hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from model.audit_chain import (
    CHAINED_LATER,
    GENESIS,
    ChainEntry,
    Fault,
    FaultKind,
    parse_content,
    parse_instant,
)
from model.conflicts import PROPOSAL_EVENTS, STATEMENT_EVENTS, Status
from model.warehouse.audit_chain import first_chain_fault, number_of_hash, read_entries, read_entry
from model.warehouse.conflict_versions import shown_state
from model.warehouse.schema import CHAINED

_LONGEST_RUN = timedelta(days=1)
_LONGEST_MIGRATION = timedelta(hours=1)
_CLOCK_DIFFERENCE = timedelta(minutes=5)
"""How much earlier or later than the database's clock a row may state its time.

A sync states the time of its start, by the clock of its own machine.
"""
_TIME_FIELDS = {
    "conflict_event": "at",
    "conflict_version": "at",
    "decision": "decided_at",
    "hold_release": "released_at",
    "operating_model_version": "applied_at",
    "reply": "read_at",
    "reply_outcome": "at",
    "raised_risk": "raised_at",
}


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The newest entry of the chain: number 0 and 64 zeros while it is empty."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit saw: `faults` is empty if the record is whole.

    `first_at` and `last_at` are when the database recorded the first and the last entry, in UTC.
    `chained_later` counts the entries of rows that are older than the chain.
    """

    head: ChainHead
    first_at: str | None
    last_at: str | None
    chained_later: int
    faults: tuple[Fault, ...]


def read_head(connection: Connection) -> ChainHead:
    """The newest entry of the chain."""
    row = connection.execute(
        text("select number, hash from audit_chain order by number desc limit 1")
    ).one_or_none()
    return ChainHead(row.number, row.hash) if row else ChainHead(0, GENESIS)


def audit_record(engine: Engine, expected: str | None = None) -> Audit:
    """Verify the whole record, as it was at one instant.

    `expected` is the hash of a head that was kept outside: it still has to be in the chain. The
    stated times of entries up to it count as looked at.
    """
    with _snapshot(engine) as connection:
        head = read_head(connection)
        accepted = 0 if expected is None else number_of_hash(connection, expected)
        chain_fault = first_chain_fault(connection, head.number)
        faults = [chain_fault] if chain_fault else []
        if accepted is None:
            faults.append(_cut_off(head, str(expected)))
        faults += _find_unchained_rows(connection)
        faults += _find_contradictions(connection)
        later = _read_chained_later(connection)
        faults += _find_misdated(connection, later, accepted or 0)
        first, last = read_entry(connection, 1), read_entry(connection, head.number)
        return Audit(
            head,
            first.recorded_at if first else None,
            last.recorded_at if last else None,
            sum(map(len, later)),
            tuple(faults),
        )


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one instant, so that a sync at the same time disturbs nothing."""
    with engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            connection.execute(text("set local timezone = 'UTC'"))
            yield connection


def _cut_off(head: ChainHead, expected: str) -> Fault:
    return Fault(
        FaultKind.CUT_OFF,
        None,
        f"the expected hash {expected} is not in the chain, which ends with number {head.number}: "
        "what followed an earlier number was removed or written anew, or it is another record",
    )


def _find_unchained_rows(connection: Connection) -> Iterator[Fault]:
    """Rows that came past the trigger which chains them."""
    for table in CHAINED:
        key = "t.id::text"
        if table == "operating_model_version":
            key = "t.fingerprint || ' ' || (to_jsonb(t) ->> 'applied_at')"
        keys = connection.execute(
            text(
                f"select {key} as key from {table} t except "  # noqa: S608 our own names
                "select row_key from audit_chain where source = :table order by key"
            ),
            {"table": table},
        ).scalars()
        if listed := list(keys):
            more = f" and {len(listed) - 1} more" if len(listed) > 1 else ""
            yield Fault(FaultKind.INSERTED, None, f"{table} {listed[0]}{more} has no entry")


_LAST_ON_RECORD = text("""
    select c.id, c.status, c.details, e.event, f.event as standing, to_jsonb(d) as decision,
        v.details as last_state
    from conflict c
    cross join lateral (
        select event from conflict_event
        where conflict_id = c.id and event <> all(cast(:others as text[]))
        order by id desc limit 1
    ) e
    left join lateral (
        select event from conflict_event where conflict_id = c.id
            and event <> 'resolved' and event <> all(cast(:others as text[]))
        order by id desc limit 1
    ) f on true
    left join lateral (
        select * from decision where conflict_id = c.id order by id desc limit 1
    ) d on true
    left join lateral (
        select details from conflict_version where conflict_id = c.id order by id desc limit 1
    ) v on true
    order by c.id
""")
_DECIDING = ("decided", "returned")
"""The events after which a decision is in force; it stays on a conflict that is then resolved."""
_WITHOUT_EVENT = text("""
    select id from conflict c
    where not exists (select from conflict_event where conflict_id = c.id) order by id
""")


def _find_contradictions(connection: Connection) -> Iterator[Fault]:
    """Conflicts whose present state, which may change, shows what was never recorded."""
    others = [*STATEMENT_EVENTS, *PROPOSAL_EVENTS]
    for row in connection.execute(_LAST_ON_RECORD, {"others": others}):
        for text_ in (*_contradictions(row), *_differing_state(row)):
            yield Fault(FaultKind.CONTRADICTED, None, f"{row.id} {text_}")
    for conflict_id in connection.execute(_WITHOUT_EVENT).scalars():
        yield Fault(FaultKind.CONTRADICTED, None, f"{conflict_id} was never opened on record")


def _contradictions(row: Row[Any]) -> Iterator[str]:
    """What the present state of one conflict shows and its last event and decision do not."""
    status = _status_after(row.event)
    for shown in dict.fromkeys((row.status, row.details.get("status"))):
        if shown != status:
            yield f"is {shown}, and its last event on record is {row.event}"
    decision = row.details.get("decision")
    if row.standing not in _DECIDING:
        if decision is not None:
            yield "shows a decision that is not its last one on record: none is in force"
    elif decision is None:
        yield "shows no decision, and one is in force on record"
    elif row.decision is None:
        yield "shows a decision that is not its last one on record: there is none"
    elif differing := _differing_terms(decision, row.decision):
        yield f"shows a decision that is not its last one on record: {', '.join(differing)}"


def _differing_state(row: Row[Any]) -> Iterator[str]:
    """What the present state shows otherwise than the last one on record."""
    if row.last_state is None:
        return
    shown, recorded = shown_state(row.details), shown_state(row.last_state)
    names = [name for name in (*recorded, *shown) if recorded.get(name) != shown.get(name)]
    if names:
        listed = ", ".join(dict.fromkeys(names))
        yield f"shows another {listed} than its last state on record"


def _status_after(event: str) -> Status:
    if event in _DECIDING:
        return Status.DECIDED
    return Status.RESOLVED if event == "resolved" else Status.OPEN


def _differing_terms(shown: Mapping[str, Any], recorded: Mapping[str, Any]) -> list[str]:
    """The fields in which a decision differs from its row on record.

    Rows of versions that did not record how far a decision reaches say nothing about that.
    """
    expected = {name: recorded[name] for name in ("verdict", "person", "reason", "severity")}
    if recorded["meaning"] is not None:
        expected["meaning"] = recorded["meaning"]
    bounds = recorded["bounds"] or {}
    if "accepted_days" in bounds:
        accepts_size = bounds["accepted_days"] is not None
        expected |= {
            "right": recorded["right_id"],
            "days": bounds["accepted_days"],
            "value": bounds["value"] if accepts_size else None,
            "until": bounds["until"],
            "awaits": bounds["awaits"],
            "replaces": bounds["replaces"],
        }
    if "agreed_by" in bounds:
        expected |= {"agreed_by": bounds["agreed_by"], "for_name": bounds["for_name"]}
    stated = {**shown, "value": _amounts(shown.get("value"))}
    differing = [name for name, value in expected.items() if stated.get(name) != value]
    if parse_instant(shown.get("decided_at")) != parse_instant(recorded["decided_at"]):
        differing.append("decided_at")
    return differing


def _amounts(value: Any) -> list[str] | None:
    """Money of a conflict in the form in which a decision's bounds record it."""
    if not isinstance(value, list):
        return None
    return [f"{each.get('amount')} {each.get('currency')}" for each in value]


_ROWS_OF_ITS_TABLES_BEFORE = text("""
    select exists (
        select from audit_chain where number < :first and source in (
            select source from audit_chain where number between :first and :last))
""")


def _read_chained_later(connection: Connection) -> list[range]:
    """The numbers of the entries whose rows are older than the chain.

    A migration that chains tables says so once, right after their first entries. What says so
    anywhere else counts for nothing: it would hide misdated rows.
    """
    said = connection.execute(
        text("select number, content from audit_chain where source = :source order by number"),
        {"source": CHAINED_LATER},
    ).all()
    ranges = [_range_before(row.number, parse_content(row.content)) for row in said]
    return [each for each in ranges if each and _is_of_a_migration(connection, each)]


def _range_before(number: int, said: Mapping[str, Any]) -> range | None:
    """The numbers from the stated first one to the one right before an entry."""
    first = said.get("first")
    is_plausible = isinstance(first, int) and 1 <= first < number and said.get("last") == number - 1
    return range(first, number) if is_plausible and isinstance(first, int) else None


def _is_of_a_migration(connection: Connection, numbers: range) -> bool:
    """Whether these are the first entries of their tables, written in one go with what says so."""
    bounds = {"first": numbers.start, "last": numbers.stop - 1}
    first, said = read_entry(connection, numbers.start), read_entry(connection, numbers.stop)
    began = parse_instant(first.recorded_at) if first else None
    ended = parse_instant(said.recorded_at) if said else None
    if began is None or ended is None or ended - began > _LONGEST_MIGRATION:
        return False
    return not connection.execute(_ROWS_OF_ITS_TABLES_BEFORE, bounds).scalar_one()


def _find_misdated(connection: Connection, later: list[range], accepted: int) -> Iterator[Fault]:
    """Entries of rows that state a time at which they cannot have been written."""
    misdated = [
        entry
        for entry in read_entries(connection, accepted)
        if not any(entry.number in numbers for numbers in later) and not _is_plausible(entry)
    ]
    if misdated:
        first, more = misdated[0], len(misdated) - 1
        stated = parse_content(first.content).get(_TIME_FIELDS[first.source])
        yield Fault(
            FaultKind.MISDATED,
            first.number,
            f"{first} states {stated} and was recorded at {first.recorded_at}"
            + (f", and {more} more" if more else ""),
        )


def _is_plausible(entry: ChainEntry) -> bool:
    if entry.source not in _TIME_FIELDS:
        return True
    stated = parse_instant(parse_content(entry.content).get(_TIME_FIELDS[entry.source]))
    recorded = parse_instant(entry.recorded_at)
    if stated is None or recorded is None:
        return False
    return -_LONGEST_RUN <= stated - recorded <= _CLOCK_DIFFERENCE
