"""The ledger's tables: what is replaced, what is appended, and in which order it is read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from model.comment_content import CommentState, PostedComment
from model.conflicts import Conflict, EscalationStatus, Status
from model.findings import Finding, Severity, Wording
from model.ledger import Event, LedgerUpdate
from model.operating_model.schema import OperatingModel
from model.records import Version
from model.warehouse.ledger import (
    count_comments_created_since,
    read_commented_records,
    read_conflicts,
    read_events,
    read_recorded_comments,
    write_ledger_update,
    write_posted_comment,
)
from model.warehouse.model_versions import record_model_version
from tests.model.operating_model.small_model import small_model
from tests.model.warehouse.records import NOW, load, work_item

LATER = NOW + timedelta(days=1)
ITEM = work_item("a", "A-1")


def conflict(
    about: str, severity: Severity, status: Status = Status.OPEN, age: int = 0
) -> Conflict:
    finding = Finding("late_handover", (about,), severity, ("it",), (1,), (1,))
    escalation = EscalationStatus(
        level=1, level_name="heads", authority=None, decide_by=date(2026, 3, 9), otherwise=""
    )
    opened_at = NOW - timedelta(days=age)
    return Conflict(
        id=finding.conflict_id,
        status=status,
        finding=finding,
        wording=Wording(about, (), ""),
        escalation=escalation,
        opened_at=opened_at,
        changed_at=opened_at,
    )


def post(warehouse: Engine, state: CommentState, digest: str, now: datetime) -> None:
    with warehouse.begin() as connection:
        posted = PostedComment(ITEM.ref, CONFLICT.id, "100", None)
        write_posted_comment(connection, posted, digest, state, now)


CONFLICT = conflict("late", Severity.HIGH)


def test_conflicts_are_read_worst_first_and_then_oldest_first(warehouse: Engine) -> None:
    young, old = conflict("young", Severity.HIGH), conflict("old", Severity.HIGH, age=2)
    worst = conflict("worst", Severity.CRITICAL)
    resolved = conflict("resolved", Severity.CRITICAL, Status.RESOLVED, age=9)
    with warehouse.begin() as connection:
        write_ledger_update(connection, LedgerUpdate((young, old, resolved, worst)), NOW)

        assert list(read_conflicts(connection, Status.OPEN)) == [worst.id, old.id, young.id]
        assert list(read_conflicts(connection)) == [resolved.id, worst.id, old.id, young.id]


def test_a_conflict_is_replaced_and_its_events_are_appended(warehouse: Engine) -> None:
    decided = CONFLICT.model_copy(update={"status": Status.DECIDED})
    opened = Event(CONFLICT.id, "opened", NOW, {"severity": 2})
    with warehouse.begin() as connection:
        write_ledger_update(connection, LedgerUpdate((CONFLICT,), (opened,)), NOW)
        write_ledger_update(
            connection, LedgerUpdate((decided,), (Event(CONFLICT.id, "decided", LATER),)), LATER
        )

        assert read_conflicts(connection) == {CONFLICT.id: decided}
        events = read_events(connection, CONFLICT.id)
    assert [each.event.event for each in events] == ["opened", "decided"]
    assert events[0].event == opened
    assert [each.number for each in events] == [2, 4]


def test_an_edited_comment_was_created_once(warehouse: Engine) -> None:
    load(warehouse, "1", Version(NOW, ITEM))
    with warehouse.begin() as connection:
        write_ledger_update(connection, LedgerUpdate((CONFLICT,)), NOW)
    post(warehouse, CommentState.OPEN, "first", NOW)

    post(warehouse, CommentState.RESOLVED, "second", LATER)

    with warehouse.connect() as connection:
        (comment,) = read_recorded_comments(connection, "jira").values()
        assert (comment.digest, comment.state) == ("second", CommentState.RESOLVED)
        assert comment.written_at == LATER
        assert count_comments_created_since(connection, "jira", NOW) == 1
        assert count_comments_created_since(connection, "jira", LATER) == 0
        assert count_comments_created_since(connection, "crm", NOW) == 0
        assert len(read_commented_records(connection, "jira")) == 1


def test_an_operating_model_is_appended_whenever_it_differs_from_the_last(
    warehouse: Engine, tmp_path: Path
) -> None:
    model = small_model(tmp_path)
    other = model.model_copy(update={"time_zone": "Europe/Paris"})

    with warehouse.begin() as connection:
        for day, applied in enumerate([model, model, other, model]):
            record_model_version(connection, applied, NOW + timedelta(days=day))
        rows = connection.execute(
            text("select applied_at, model from operating_model_version order by applied_at")
        ).all()

    assert [row.applied_at for row in rows] == [NOW + timedelta(days=day) for day in (0, 2, 3)]
    assert OperatingModel.model_validate(rows[1].model).time_zone == "Europe/Paris"
