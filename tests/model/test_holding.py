"""What the age of the data does to the ledger: what waits, what is held, what goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.conflicts import Conflict, Decision, Status
from model.escalation_status import escalation_status_at
from model.findings import Finding, Severity, Wording
from model.freshness import Freshness, ReadingGap
from model.holding import HeldFinding, update_fresh_part
from model.ledger import LedgerUpdate, WordedFinding
from model.operating_model.schema import OperatingModel
from tests.model.operating_model.small_model import small_model

OPENED = datetime(2026, 11, 20, 9, tzinfo=UTC)  # a Friday
HOUR = timedelta(hours=1)
Run = tuple[dict[str, Conflict], LedgerUpdate, tuple[HeldFinding, ...]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> OperatingModel:
    return small_model(tmp_path_factory.mktemp("model"))


def finding(*rests_on: str, about: str = "CDP-1", subject: int = 1) -> WordedFinding:
    facts = Finding(
        rule="late_handover",
        about=(about,),
        severity=Severity.HIGH,
        functions=("it",),
        subjects=(subject,),
        comment_on=(),
        rests_on=rests_on,
    )
    return WordedFinding(facts, Wording(f"{about} is late", (), "Who moves?"))


def readings(
    model: OperatingModel,
    now: datetime,
    read: Mapping[str, datetime | None],
    gaps: Sequence[ReadingGap] = (),
    unread: Sequence[str] = (),
) -> Freshness:
    """Connections that are fresh for a day, as they were read."""
    fresh_for = dict.fromkeys(read, 24 * HOUR)
    return Freshness(model, now, fresh_for, read, gaps, frozenset(unread))


def run(
    ledger: Mapping[str, Conflict],
    findings: Sequence[WordedFinding],
    freshness: Freshness,
    *,
    from_absence: bool = False,
    watched: Mapping[str, datetime] | None = None,
) -> Run:
    """The ledger after a run, what changed, and what was held."""
    escalation = escalation_status_at(freshness.model, freshness.now)
    after = update_fresh_part(
        ledger, findings, escalation, never_ends, freshness, lambda _: from_absence, watched or {}
    )
    changed = {each.id: each for each in after.ledger.conflicts}
    return {**ledger, **changed}, after.ledger, after.held


def never_ends(_decision: Decision, _finding: Finding) -> None:
    return None


def events(update: LedgerUpdate) -> list[str]:
    return [event.event for event in update.events]


def opened(model: OperatingModel, *findings: WordedFinding) -> dict[str, Conflict]:
    names = {name: OPENED for each in findings for name in each.finding.rests_on}
    return run({}, findings, readings(model, OPENED, names))[0]


def test_a_finding_on_old_data_is_held_and_opens_nothing(model: OperatingModel) -> None:
    now = OPENED + 25 * HOUR

    ledger, update, held = run(
        {}, [finding("jira", "sheet")], readings(model, now, {"jira": OPENED, "sheet": now})
    )

    assert (ledger, update) == ({}, LedgerUpdate())
    assert [[reading.connection for reading in each.readings] for each in held] == [["jira"]]


def test_data_are_fresh_until_their_time_is_over(model: OperatingModel) -> None:
    now = OPENED + 24 * HOUR

    _, update, held = run({}, [finding("jira")], readings(model, now, {"jira": OPENED}))

    assert (events(update), held) == (["opened"], ())


def test_a_finding_on_a_connection_never_read_is_held(model: OperatingModel) -> None:
    _, update, held = run({}, [finding("jira")], readings(model, OPENED, {"jira": None}))

    assert events(update) == []
    assert str(held[0].readings[0]) == "jira, which was never read to its end"


def test_held_findings_come_in_an_order_of_their_own(model: OperatingModel) -> None:
    findings = [finding("jira", about=name) for name in ("CDP-1", "CDP-2", "CDP-3")]
    old = readings(model, OPENED, {"jira": None})

    assert run({}, findings, old)[2] == run({}, findings[::-1], old)[2]


def test_what_is_concluded_from_absence_waits_for_a_pull_that_reaches_its_end(
    model: OperatingModel,
) -> None:
    partly = readings(model, OPENED, {"jira": OPENED}, unread=["jira"])

    _, _, held = run({}, [finding("jira")], partly, from_absence=True)
    _, update, _ = run({}, [finding("jira")], partly)

    assert len(held) == 1
    assert events(update) == ["opened"]


def test_a_conflict_on_old_data_stays_as_it_is_whatever_is_found(model: OperatingModel) -> None:
    before = opened(model, finding("jira"))
    old = readings(model, OPENED + timedelta(days=30), {"jira": OPENED})
    worse = finding("jira")
    worse = replace(worse, finding=replace(worse.finding, severity=Severity.CRITICAL))

    for findings in ([], [finding("jira")], [worse]):
        ledger, update, held = run(before, findings, old)
        (after,) = ledger.values()
        assert (update.events, held) == ((), ())
        assert after.age_text.startswith("Rests on jira as last read on 20 Nov 2026.")
        assert [after.model_copy(update={"old_readings": ()})] == list(before.values())


def test_a_conflict_that_waits_changes_once_and_not_with_every_run(model: OperatingModel) -> None:
    before = opened(model, finding("jira"))
    waiting, _, _ = run(before, [], readings(model, OPENED + 30 * HOUR, {"jira": OPENED}))

    _, update, _ = run(waiting, [], readings(model, OPENED + 90 * HOUR, {"jira": OPENED}))

    assert update == LedgerUpdate()


def test_a_conflict_whose_finding_rests_on_fresh_data_alone_goes_on(model: OperatingModel) -> None:
    before = opened(model, finding("jira", "sheet"))
    now = OPENED + timedelta(days=5)

    _, update, _ = run(
        before, [finding("sheet")], readings(model, now, {"jira": OPENED, "sheet": now})
    )

    assert events(update) == ["escalated"]


def test_a_conflict_that_a_held_finding_may_explain_is_not_resolved(model: OperatingModel) -> None:
    before = opened(model, finding("sheet"))
    now = OPENED + 30 * HOUR
    cause = finding("jira", about="CDP-9", subject=9)
    cause = replace(cause, finding=replace(cause.finding, downstream=(1,)))

    _, update, held = run(before, [cause], readings(model, now, {"jira": OPENED, "sheet": now}))

    assert update == LedgerUpdate()
    assert len(held) == 1


def test_a_conflict_of_a_connection_no_longer_in_the_settings_waits(model: OperatingModel) -> None:
    before = opened(model, finding("jira"))
    removed = replace(readings(model, OPENED, {"jira": OPENED}), fresh_for={})

    (after,) = run(before, [], removed)[0].values()

    assert after.old_readings[0].is_removed


def test_a_decision_stands_while_its_data_are_old_and_names_their_age(
    model: OperatingModel,
) -> None:
    decided = {
        key: conflict.model_copy(update={"status": Status.DECIDED})
        for key, conflict in opened(model, finding("jira")).items()
    }

    (after,) = run(decided, [], readings(model, OPENED + 30 * HOUR, {"jira": OPENED}))[0].values()

    assert after.status is Status.DECIDED
    assert after.age_text == "Rests on jira as last read on 20 Nov 2026."


def test_deadlines_count_on_when_the_data_are_fresh_again(model: OperatingModel) -> None:
    before = opened(model, finding("jira"))
    back = OPENED + timedelta(days=6)
    gap = ReadingGap("jira", OPENED, back)

    ledger, update, _ = run(before, [finding("jira")], readings(model, back, {"jira": back}, [gap]))
    _, again, _ = run(ledger, [finding("jira")], readings(model, back, {"jira": back}, [gap]))

    (after,) = ledger.values()
    # Saturday was fresh until nine; Monday to Wednesday were not; Thursday is the day of return.
    assert after.unseen_days == (date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25))
    assert (after.escalation.level, after.escalation.decide_by) == (1, date(2026, 11, 27))
    assert update.events == ()
    assert again == LedgerUpdate()


def test_a_weekend_without_a_sync_puts_nothing_off(model: OperatingModel) -> None:
    before = opened(model, finding("jira"))
    monday = datetime(2026, 11, 23, 5, tzinfo=UTC)
    gap = ReadingGap("jira", OPENED, monday)

    _, update, _ = run(before, [finding("jira")], readings(model, monday, {"jira": monday}, [gap]))

    assert update == LedgerUpdate()


def test_gaps_of_two_connections_that_overlap_count_once(model: OperatingModel) -> None:
    before = opened(model, finding("jira", "sheet"))
    back = OPENED + timedelta(days=6)
    gaps = [ReadingGap(name, OPENED, back) for name in ("jira", "sheet")]
    read = {"jira": back, "sheet": back}

    ledger, _, _ = run(before, [finding("jira", "sheet")], readings(model, back, read, gaps))

    assert [len(after.unseen_days) for after in ledger.values()] == [3]


def test_a_gap_before_a_conflict_opened_puts_nothing_off(model: OperatingModel) -> None:
    before = opened(model, finding("jira"))
    gap = ReadingGap("jira", OPENED - timedelta(days=9), OPENED - timedelta(days=2))

    _, update, _ = run(before, [finding("jira")], readings(model, OPENED, {"jira": OPENED}, [gap]))

    assert update == LedgerUpdate()


_HOURS = st.lists(st.integers(1, 24 * 9), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(hours_between=_HOURS, looks=st.sets(st.integers(0, 7)))
def test_a_pause_never_brings_a_deadline_forward_nor_depends_on_how_often_one_looks(
    model: OperatingModel, hours_between: list[int], looks: set[int]
) -> None:
    read_at, gaps, ledger = OPENED, list[ReadingGap](), opened(model, finding("jira"))
    always_read = dict(ledger)
    last = len(hours_between) - 1
    for number, hours in enumerate(hours_between):
        now = read_at + hours * HOUR
        gaps.append(ReadingGap("jira", read_at, now))
        read_at = now
        fresh = partial(readings, model, now, {"jira": now})
        always_read, _, _ = run(always_read, [finding("jira")], fresh())
        if number in looks or number == last:
            ledger, _, _ = run(ledger, [finding("jira")], fresh(gaps))
    at_once, _, _ = run(opened(model, finding("jira")), [finding("jira")], fresh(gaps))

    ((paused,), (usual,), (other,)) = (each.values() for each in (ledger, always_read, at_once))
    assert paused.escalation.level <= usual.escalation.level
    assert paused.escalation.decide_by >= usual.escalation.decide_by or paused.escalation.level < (
        usual.escalation.level
    )
    assert paused.escalation == other.escalation
    assert (paused.due_from, paused.unseen_days) == (other.due_from, other.unseen_days)


def small(about: str = "CDP-1", subject: int = 1) -> WordedFinding:
    """A finding that is watched for two working days."""
    worded = finding("jira", about=about, subject=subject)
    return replace(worded, finding=replace(worded.finding, watch_days=2))


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, []), (2, []), (3, []), (4, ["opened"])],
    ids=["Friday", "Sunday", "Monday", "Tuesday"],
)
def test_a_watched_finding_opens_a_conflict_after_its_working_days(
    model: OperatingModel, days: int, expected: list[str]
) -> None:
    now = OPENED + timedelta(days=days)
    watched = {small().finding.conflict_id: OPENED}

    _, update, held = run({}, [small()], readings(model, now, {"jira": now}), watched=watched)

    assert (events(update), held) == (expected, ())


def test_a_finding_that_ended_is_watched_from_the_beginning(model: OperatingModel) -> None:
    now = OPENED + timedelta(days=4)

    _, update, _ = run({}, [small()], readings(model, now, {"jira": now}), watched={})

    assert events(update) == []


def test_a_conflict_stays_open_however_small_it_has_become(model: OperatingModel) -> None:
    now = OPENED + timedelta(days=4)
    ledger = opened(model, finding("jira"))

    _, update, _ = run(ledger, [small()], readings(model, now, {"jira": now}))

    assert events(update) == []


def test_a_conflict_that_a_watched_finding_may_explain_is_not_resolved(
    model: OperatingModel,
) -> None:
    now = OPENED + timedelta(days=4)
    ledger = opened(model, finding("jira", about="CDP-2", subject=2))
    cause = small()
    cause = replace(cause, finding=replace(cause.finding, downstream=(2,)))

    _, update, _ = run(ledger, [cause], readings(model, now, {"jira": now}))

    assert events(update) == []
