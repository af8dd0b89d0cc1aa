"""The chain of the record: it keeps one order, and an audit names what does not fit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError

from model.audit_chain import GENESIS, FaultKind, entry_hash
from model.conflicts import Conflict, Decision, Status
from model.findings import Severity
from model.ledger import DecisionGrounds, Event, LedgerUpdate
from model.records import Money
from model.warehouse.audit import Audit, audit_record, read_head
from model.warehouse.audit_chain import read_entries
from model.warehouse.connect import migrate
from model.warehouse.holds import Hold, record_release
from model.warehouse.ledger import (
    read_decisions,
    read_events,
    store_conflicts,
    write_decision,
    write_ledger_update,
)
from model.warehouse.model_versions import record_model_version
from tests.model.operating_model.small_model import small_model
from tests.model.warehouse.test_ledger_tables import conflict

EVENTS = ("opened", "escalated", "changed", "undecided", "resolved")
GROUNDS = DecisionGrounds(
    role="coo",
    right="all",
    channel="cli",
    identity="id:cy",
    bounds={
        "days": 4,
        "value": ["1250.50 EUR"],
        "accepted_days": 4,
        "until": "2026-12-04",
        "awaits": "",
        "replaces": "",
        "right_up_to_days": 5,
    },
    model_version="f" * 64,
)


def write_events(warehouse: Engine, *names: str, now: datetime | None = None) -> Conflict:
    """Events of one conflict, each in a transaction of its own."""
    opened = conflict("late", Severity.HIGH)
    for name in names:
        event = Event(opened.id, name, now or datetime.now(UTC), {"level": 1})
        status = Status.RESOLVED if name == "resolved" else Status.OPEN
        present = opened.model_copy(update={"status": status})
        with warehouse.begin() as connection:
            # Without its states, so that the entries are those of the events alone.
            store_conflicts(connection, [present])
            write_ledger_update(connection, LedgerUpdate((), (event,)), event.at)
    return opened


def write_decided(warehouse: Engine) -> Conflict:
    """A conflict that was opened and decided."""
    decided_at = datetime.now(UTC)
    decision = Decision(
        verdict="accept",
        meaning="accepted: both carry the risk as it stands",
        person="cy",
        person_name="Cy",
        reason="agreed",
        severity=Severity.HIGH,
        decided_at=decided_at,
        right="all",
        days=4,
        value=(Money("EUR", Decimal("1250.50")),),
        until=date(2026, 12, 4),
    )
    opened = write_events(warehouse, "opened")
    decided = opened.model_copy(update={"status": Status.DECIDED, "decision": decision})
    with warehouse.begin() as connection:
        write_decision(connection, opened.id, decision, GROUNDS)
        event = Event(opened.id, "decided", decided_at, {"verdict": "accept"})
        store_conflicts(connection, [decided])
        write_ledger_update(connection, LedgerUpdate((), (event,)), decided_at)
    return decided


def tamper(warehouse: Engine, *statements: str) -> None:
    """What a database administrator can do: triggers are off meanwhile."""
    with warehouse.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        for statement in statements:
            connection.exec_driver_sql(statement)


def faults(audit: Audit) -> list[tuple[FaultKind, int | None]]:
    return [(fault.kind, fault.number) for fault in audit.faults]


@pytest.fixture
def chained(warehouse: Engine) -> Engine:
    """A warehouse with five events, the numbers 1 to 5 of the chain."""
    write_events(warehouse, *EVENTS)
    return warehouse


def test_an_untouched_record_is_whole(warehouse: Engine, tmp_path: Path) -> None:
    with warehouse.begin() as connection:
        record_model_version(connection, small_model(tmp_path), datetime.now(UTC))
    write_decided(warehouse)

    audit = audit_record(warehouse)

    assert audit.faults == ()
    assert (audit.head.number, audit.chained_later) == (4, 0)
    assert audit.first_at and audit.last_at and audit.first_at < audit.last_at


def test_a_release_of_a_held_change_is_an_entry_that_cannot_be_altered(warehouse: Engine) -> None:
    now = datetime.now(UTC)
    held = Hold("jira", now, now, 9, 0, 9, (), now)
    with warehouse.begin() as connection:
        record_release(connection, held, "cy", "moved", "cli", now)
    assert audit_record(warehouse).faults == ()

    tamper(warehouse, "update hold_release set person = 'ann'")

    (fault,) = audit_record(warehouse).faults
    assert (fault.kind, fault.number) == (FaultKind.ALTERED, 1)
    assert 'person was "cy" and is "ann"' in fault.text


def test_an_empty_record_is_whole(warehouse: Engine) -> None:
    audit = audit_record(warehouse)

    assert (audit.head.number, audit.head.hash, audit.faults) == (0, GENESIS, ())


def test_the_hash_follows_the_documented_form(chained: Engine) -> None:
    with chained.connect() as connection:
        connection.execute(text("set timezone = 'Asia/Tokyo'"))
        first, second, *_ = read_entries(connection)

    text_ = f"2\n{first.hash}\nconflict_event\n2\n{second.recorded_at}\n{second.content}"
    assert second.hash == hashlib.sha256(text_.encode()).hexdigest() == entry_hash(second)
    assert second.content.startswith('{"at": "') and '+00:00", "id": 2, ' in second.content
    assert second.recorded_at.endswith("Z")


def test_the_order_of_fields_and_text_of_any_language_are_chained(warehouse: Engine) -> None:
    opened = conflict("late", Severity.HIGH)
    details = {"title": 'Zürich 東京 🚂\n\u2028 \\ "', "b": 1, "a": None}
    with warehouse.begin() as connection:
        event = Event(opened.id, "opened", datetime.now(UTC), details)
        write_ledger_update(connection, LedgerUpdate((opened,), (event,)), event.at)

    assert audit_record(warehouse).faults == ()


def test_writers_at_the_same_time_make_one_chain(database: URL, warehouse: Engine) -> None:
    opened = write_events(warehouse, "opened")
    engines = [create_engine(database) for _ in range(4)]

    def write(engine: Engine) -> None:
        for _ in range(5):
            with engine.begin() as connection:
                event = Event(opened.id, "changed", datetime.now(UTC))
                write_ledger_update(connection, LedgerUpdate((), (event, event)), event.at)
        engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, engines))

    audit = audit_record(warehouse)
    assert (audit.head.number, audit.faults) == (41, ())


def test_a_writer_with_an_older_view_is_refused_rather_than_forking_the_chain(
    chained: Engine,
) -> None:
    with chained.connect().execution_options(isolation_level="REPEATABLE READ") as stale:
        stale.execute(text("select count(*) from audit_chain"))
        with chained.begin() as other:
            other.execute(text(_FORGED))

        with pytest.raises(IntegrityError):
            stale.execute(text(_FORGED))

    assert audit_record(chained).faults == ()


def test_a_transaction_that_is_rolled_back_leaves_no_gap(chained: Engine) -> None:
    with chained.connect() as connection:
        connection.execute(text(_FORGED))
        connection.rollback()
    write_events(chained, "reopened")

    audit = audit_record(chained)
    assert (audit.head.number, audit.faults) == (6, ())


_FORGED = (
    "insert into conflict_event (conflict_id, event, at, details) "
    "select id, 'resolved', now(), '{}' from conflict"
)
_SWAP_ROWS = (
    """
    update conflict_event a set event = b.event, at = b.at, details = b.details
    from conflict_event b where (a.id, b.id) in ((2, 3), (3, 2))
    """,
)
_SWAP_NUMBERS = (
    "update audit_chain set number = -1 where number = 2",
    "update audit_chain set number = 2 where number = 3",
    "update audit_chain set number = 3 where number = -1",
)


@pytest.mark.parametrize(
    ("statements", "kind", "number"),
    [
        (("update conflict_event set details = '{}' where id = 3",), FaultKind.ALTERED, 3),
        (
            ("update conflict_event set at = at - interval '1 h' where id = 1",),
            FaultKind.ALTERED,
            1,
        ),
        (("update audit_chain set content = '{' where number = 4",), FaultKind.ALTERED, 4),
        (("update audit_chain set row_key = '9' where number = 4",), FaultKind.ALTERED, 4),
        (("update audit_chain set recorded_at = now() where number = 5",), FaultKind.ALTERED, 5),
        (
            ("update audit_chain set recorded_at = 'infinity' where number = 5",),
            FaultKind.ALTERED,
            5,
        ),
        (("update audit_chain set hash = repeat('a', 64) where number = 2",), FaultKind.ALTERED, 2),
        (("delete from conflict_event where id = 2",), FaultKind.REMOVED, 2),
        (("delete from audit_chain where number = 1",), FaultKind.REMOVED, 1),
        (("delete from audit_chain where number = 3",), FaultKind.REMOVED, 3),
        (
            (
                "delete from audit_chain where number = 2",
                "delete from conflict_event where id = 2",
                "update audit_chain set number = number - 1 where number > 2",
            ),
            FaultKind.REMOVED,
            2,
        ),
        (
            (
                "update audit_chain set number = number + 1 where number = 5",
                "update audit_chain set number = number + 1 where number = 4",
                "insert into audit_chain values (4, 'conflict_event', '9', '{}', now(), 'x', 'y')",
            ),
            FaultKind.INSERTED,
            4,
        ),
        (_SWAP_NUMBERS, FaultKind.REORDERED, 2),
        (_SWAP_ROWS, FaultKind.REORDERED, 2),
    ],
)
def test_the_first_number_that_does_not_fit_is_named_with_what_is_wrong(
    chained: Engine, statements: tuple[str, ...], kind: FaultKind, number: int
) -> None:
    tamper(chained, *statements)

    assert faults(audit_record(chained))[0] == (kind, number)


def test_an_altered_row_is_told_field_by_field(warehouse: Engine) -> None:
    write_decided(warehouse)
    tamper(warehouse, "update decision set reason = 'never agreed', person = 'eve'")

    first = audit_record(warehouse).faults[0]

    assert (first.kind, first.number) == (FaultKind.ALTERED, 2)
    assert 'person was "cy" and is "eve"' in first.text
    assert 'reason was "agreed" and is "never agreed"' in first.text


def test_an_entry_that_was_altered_with_its_hash_made_anew_breaks_the_next_one(
    chained: Engine,
) -> None:
    with chained.connect() as connection:
        third = list(read_entries(connection))[2]
    content = third.content.replace("changed", "opened!")
    forged = hashlib.sha256(
        "\n".join(
            ("3", third.previous, third.source, third.row_key, third.recorded_at, content)
        ).encode()
    ).hexdigest()
    tamper(
        chained,
        f"update audit_chain set content = '{content}', hash = '{forged}' where number = 3",
        "update conflict_event set event = 'opened!' where id = 3",
    )

    assert faults(audit_record(chained)) == [(FaultKind.ALTERED, 3)]


def test_a_row_that_came_past_the_triggers_is_found(chained: Engine) -> None:
    tamper(chained, _FORGED)

    assert faults(audit_record(chained)) == [(FaultKind.INSERTED, None)]


def test_only_the_expected_head_tells_that_the_end_was_cut_off(chained: Engine) -> None:
    with chained.connect() as connection:
        head = read_head(connection).hash
    tamper(
        chained,
        "delete from audit_chain where number = 5",
        "delete from conflict_event where id = 5",
        "update conflict set status = 'open', details = details || '{\"status\": \"open\"}'",
    )

    assert audit_record(chained).faults == ()
    assert faults(audit_record(chained, head)) == [(FaultKind.CUT_OFF, None)]


def test_an_expected_head_may_have_been_continued(chained: Engine) -> None:
    with chained.connect() as connection:
        head = read_head(connection).hash
    write_events(chained, "reopened")

    assert audit_record(chained, head).faults == ()


@pytest.mark.parametrize("difference", [timedelta(days=-2), timedelta(hours=1)])
def test_a_row_that_states_another_time_than_that_of_its_writing_is_found_until_looked_at(
    warehouse: Engine, difference: timedelta
) -> None:
    write_events(warehouse, "opened", now=datetime.now(UTC) + difference)

    audit = audit_record(warehouse)

    assert faults(audit) == [(FaultKind.MISDATED, 1)]
    assert audit_record(warehouse, audit.head.hash).faults == ()


def test_a_decision_that_only_the_present_state_shows_is_found(warehouse: Engine) -> None:
    write_decided(warehouse)
    with warehouse.begin() as connection:
        connection.execute(
            text("update conflict set details = jsonb_set(details, '{decision,person}', '\"eve\"')")
        )

    assert faults(audit_record(warehouse)) == [(FaultKind.CONTRADICTED, None)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("details = jsonb_set(details, '{decision}', 'null')", "shows no decision"),
        (
            'status = \'open\', details = details || \'{"status": "open", "decision": null}\'',
            "is open, and its last event on record is decided",
        ),
        ("status = 'resolved'", "is resolved, and its last event on record is decided"),
        ('details = details || \'{"status": "resolved"}\'', "is resolved, and its last event"),
        ("details = jsonb_set(details, '{decision,severity}', '3')", "record: severity"),
        ("details = jsonb_set(details, '{decision,until}', 'null')", "record: until"),
        ("details = jsonb_set(details, '{decision,days}', '99')", "record: days"),
        ("details = jsonb_set(details, '{decision,value}', 'null')", "record: value"),
        ("details = jsonb_set(details, '{decision,value,0,amount}', '\"9\"')", "record: value"),
        ("details = jsonb_set(details, '{decision,right}', '\"more\"')", "record: right"),
        ("details = jsonb_set(details, '{decision,meaning}', '\"dropped\"')", "record: meaning"),
    ],
)
def test_a_present_state_that_contradicts_the_last_event_or_decision_is_found(
    warehouse: Engine, change: str, told: str
) -> None:
    write_decided(warehouse)
    with warehouse.begin() as connection:
        connection.exec_driver_sql(f"update conflict set {change}")

    found = audit_record(warehouse).faults

    assert {fault.kind for fault in found} == {FaultKind.CONTRADICTED}
    assert told in found[0].text


def test_a_decided_conflict_that_was_resolved_keeps_its_decision(warehouse: Engine) -> None:
    decided = write_decided(warehouse)
    resolved = decided.model_copy(update={"status": Status.RESOLVED})
    with warehouse.begin() as connection:
        event = Event(decided.id, "resolved", datetime.now(UTC))
        write_ledger_update(connection, LedgerUpdate((resolved,), (event,)), event.at)

    assert audit_record(warehouse).faults == ()


@pytest.mark.parametrize(("first", "last"), [(1, 99), (1, 3), (0, 2), (2, 2)])
def test_an_entry_that_calls_rows_older_than_the_chain_hides_none_that_is_misdated(
    warehouse: Engine, first: int, last: int
) -> None:
    write_events(warehouse, "opened")
    write_events(warehouse, "escalated", now=datetime.now(UTC) - timedelta(days=2))
    said = f'{{"first": {first}, "last": {last}}}'
    with warehouse.begin() as connection:
        connection.execute(
            text("select append_to_chain('chained_later', :key, :said)"),
            {"key": f"{first}-{last}", "said": said},
        )

    assert faults(audit_record(warehouse)) == [(FaultKind.MISDATED, 2)]


def test_a_conflict_that_was_never_opened_is_found(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        write_ledger_update(
            connection, LedgerUpdate((conflict("late", Severity.HIGH),)), datetime.now(UTC)
        )

    assert faults(audit_record(warehouse)) == [(FaultKind.CONTRADICTED, None)]


def test_a_decision_is_on_record_with_all_its_grounds(warehouse: Engine) -> None:
    decided = write_decided(warehouse)

    with warehouse.connect() as connection:
        (recorded,) = read_decisions(connection, decided.id)
        events = read_events(connection, decided.id)

    assert decided.decision
    assert (recorded.verdict, recorded.meaning) == ("accept", decided.decision.meaning)
    assert (recorded.person, recorded.identity, recorded.reason) == ("cy", "id:cy", "agreed")
    assert (recorded.role, recorded.right_id, recorded.channel) == ("coo", "all", "cli")
    assert (recorded.bounds, recorded.model_version) == (GROUNDS.bounds, "f" * 64)
    assert recorded.decided_at == decided.decision.decided_at
    assert [recorded.number, *(event.number for event in events)] == [2, 1, 3]


@pytest.fixture
def earlier(empty_database: URL) -> Iterator[Callable[[], Engine]]:
    """A warehouse of the revision before the chain, which the test fills and then upgrades."""
    engine = create_engine(empty_database)
    migrate(engine, "0004")

    def upgrade() -> Engine:
        migrate(engine)
        return engine

    with engine.begin() as connection:
        _fill_earlier(connection)
    yield upgrade
    engine.dispose()


def _fill_earlier(connection: Connection) -> None:
    foundation = (Path(__file__).parent / "foundation.sql").read_text(encoding="utf-8")
    conflict_on = foundation.index("insert into conflict values")
    rest = foundation[conflict_on:].split("insert into comment values")[0]
    connection.exec_driver_sql(rest.replace('"standing"', '"escalation"'))
    connection.exec_driver_sql(
        "insert into operating_model_version values ('f1', '2026-03-01 09:00Z', '{}')"
    )
    connection.exec_driver_sql(
        "insert into hold_release (connection, person, reason, channel, released_at, since,"
        " removed, altered, present)"
        " values ('jira', 'cy', 'moved', 'cli', '2026-03-02 09:00Z', '2026-03-01 09:00Z', 9, 0, 9)"
    )


def test_rows_from_before_the_chain_are_chained_in_the_order_of_time_and_that_is_recorded(
    earlier: Callable[[], Engine],
) -> None:
    warehouse = earlier()

    audit = audit_record(warehouse)
    with warehouse.connect() as connection:
        entries = list(read_entries(connection))

    assert audit.faults == ()
    assert (audit.head.number, audit.chained_later) == (8, 5)
    assert [entry.source for entry in entries] == [
        "operating_model_version",
        "conflict_event",
        "decision",
        "conflict_event",
        "chained_later",
        "hold_release",
        "chained_later",
        "conflict_version",
    ]
    assert '"first": 1' in entries[4].content and '"last": 4' in entries[4].content
    assert '"first": 6' in entries[-2].content and '"last": 6' in entries[-2].content
