"""The life of a conflict, from what is held and what is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from model.conflicts import Conflict, Decision, EscalationStatus, NamedAuthority, Status
from model.findings import Finding, Impact, Severity, Wording
from model.ledger import LedgerUpdate, WordedFinding, decide, update_ledger

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


def found(
    severity: Severity = Severity.HIGH, days: int = 5, about: str = "CDP-12"
) -> WordedFinding:
    finding = Finding(
        rule="late_handover",
        about=(about, "marketing"),
        severity=severity,
        functions=("it", "marketing"),
        subjects=(1, 2),
        comment_on=(1, 2),
        impact=Impact(days=days),
    )
    return WordedFinding(finding, Wording(f"{days} days late", (), "Who moves?"))


def level(number: int) -> EscalationStatus:
    return EscalationStatus(
        level=number,
        level_name=f"level {number}",
        authority=None,
        decide_by=date(2026, 3, 2 + number),
        otherwise="it goes up",
    )


def first_level(_finding: Finding, _opened_at: datetime) -> EscalationStatus:
    return level(1)


def second_level(_finding: Finding, _opened_at: datetime) -> EscalationStatus:
    return level(2)


def by_days(
    opened: dict[Severity, int], now: datetime
) -> Callable[[Finding, datetime], EscalationStatus]:
    """Standings whose levels are so many days long; after the second one they are overdue."""

    def standing(finding: Finding, since: datetime) -> EscalationStatus:
        passed = (now - since).days // opened[finding.severity]
        return level(min(passed, 1) + 1).model_copy(update={"overdue": passed > 1})

    return standing


def held_by(person: str) -> Callable[[Finding, datetime], EscalationStatus]:
    who = NamedAuthority(role="cmo", role_name="CMO", person=person, person_name=person.title())
    return lambda _finding, _since: level(1).model_copy(update={"authority": who})


def held(settled: LedgerUpdate) -> dict[str, Conflict]:
    return {conflict.id: conflict for conflict in settled.conflicts}


def events(settled: LedgerUpdate) -> list[str]:
    return [event.event for event in settled.events]


def decided(settled: LedgerUpdate) -> dict[str, Conflict]:
    (conflict,) = settled.conflicts
    verdict = Decision(
        verdict="move",
        meaning="the date moves",
        person="mara",
        person_name="Mara",
        reason="The fair is later",
        severity=conflict.severity,
        decided_at=LATER,
    )
    return held(decide(conflict, verdict))


def test_a_new_finding_opens_a_conflict() -> None:
    settled = update_ledger({}, [found()], first_level, NOW)

    assert events(settled) == ["opened"]
    assert settled.conflicts[0].opened_at == NOW


def test_the_same_finding_again_is_no_event_and_no_change() -> None:
    before = held(update_ledger({}, [found()], first_level, NOW))

    assert update_ledger(before, [found()], first_level, LATER) == LedgerUpdate()


def test_new_days_of_delay_keep_the_identity_and_notify_nobody() -> None:
    before = held(update_ledger({}, [found(days=5)], first_level, NOW))

    settled = update_ledger(before, [found(days=6)], first_level, LATER)

    assert settled.events == ()
    assert settled.conflicts[0].wording.title == "6 days late"
    assert settled.conflicts[0].changed_at == NOW


def test_a_worse_severity_is_a_change_of_the_matter() -> None:
    before = held(update_ledger({}, [found()], first_level, NOW))

    settled = update_ledger(before, [found(Severity.CRITICAL)], first_level, LATER)

    assert events(settled) == ["changed"]
    assert settled.conflicts[0].changed_at == LATER


def test_a_deadline_that_passes_escalates() -> None:
    before = held(update_ledger({}, [found()], first_level, NOW))

    settled = update_ledger(before, [found()], second_level, LATER)

    assert events(settled) == ["escalated"]
    assert settled.conflicts[0].escalation.level == 2


def test_the_end_of_the_last_turn_is_told_once() -> None:
    days = {Severity.HIGH: 1}
    before = held(update_ledger({}, [found()], by_days(days, NOW), NOW))
    before |= held(update_ledger(before, [found()], by_days(days, LATER), LATER))

    after = LATER + timedelta(days=1)
    settled = update_ledger(before, [found()], by_days(days, after), after)

    assert next(iter(before.values())).escalation.overdue
    assert settled == LedgerUpdate()


def test_a_turn_that_ends_without_a_decision_is_a_change_of_the_matter() -> None:
    days, end = {Severity.HIGH: 1}, NOW + timedelta(days=2)
    on_second = NOW + timedelta(days=1)
    before = held(update_ledger({}, [found()], by_days(days, NOW), NOW))
    before = held(update_ledger(before, [found()], by_days(days, on_second), on_second))

    settled = update_ledger(before, [found()], by_days(days, end), end)

    assert events(settled) == ["undecided"]
    assert settled.conflicts[0].changed_at == end


def test_who_newly_has_to_decide_is_told() -> None:
    before = held(update_ledger({}, [found()], held_by("mara"), NOW))

    settled = update_ledger(before, [found()], held_by("jon"), LATER)

    assert events(settled) == ["handed on"]
    assert settled.conflicts[0].changed_at == LATER


def test_a_milder_matter_with_more_time_has_not_escalated() -> None:
    before = held(update_ledger({}, [found()], second_level, NOW))

    settled = update_ledger(before, [found(Severity.LOW)], first_level, LATER)

    assert events(settled) == ["changed"]


def test_deadlines_of_a_worse_matter_do_not_pass_before_anybody_knows_them() -> None:
    days = {Severity.LOW: 10, Severity.HIGH: 1}
    before = held(update_ledger({}, [found(Severity.LOW)], by_days(days, NOW), NOW))

    settled = update_ledger(before, [found(Severity.HIGH)], by_days(days, LATER), LATER)
    next_day = LATER + timedelta(days=1)
    following = update_ledger(
        held(settled), [found(Severity.HIGH)], by_days(days, next_day), next_day
    )

    assert events(settled) == ["changed"]
    assert settled.conflicts[0].escalation == level(1)
    assert events(following) == ["escalated"]


def test_a_cause_that_is_gone_resolves() -> None:
    before = held(update_ledger({}, [found()], first_level, NOW))

    settled = update_ledger(before, [], first_level, LATER)

    assert events(settled) == ["resolved"]
    assert settled.conflicts[0].resolved_at == LATER


def test_a_resolved_conflict_stays_so_without_further_events() -> None:
    before = held(update_ledger({}, [found()], first_level, NOW))
    resolved = held(update_ledger(before, [], first_level, LATER))

    assert update_ledger(resolved, [], first_level, LATER) == LedgerUpdate()


def test_a_conflict_that_comes_back_is_the_same_one_with_new_deadlines() -> None:
    before = held(update_ledger({}, [found()], first_level, NOW))
    resolved = held(update_ledger(before, [], first_level, NOW + timedelta(days=1)))

    settled = update_ledger(resolved, [found()], first_level, LATER)

    assert events(settled) == ["reopened"]
    assert settled.conflicts[0].id in before
    assert settled.conflicts[0].opened_at == LATER
    assert settled.conflicts[0].resolved_at is None


def test_a_decision_holds_while_the_matter_stays_as_bad_as_it_was() -> None:
    before = decided(update_ledger({}, [found()], first_level, NOW))

    settled = update_ledger(before, [found(days=9)], second_level, LATER)

    assert settled.events == ()
    assert settled.conflicts[0].status is Status.DECIDED


def test_a_matter_that_gets_worse_than_what_was_decided_opens_again() -> None:
    before = decided(update_ledger({}, [found()], first_level, NOW))

    settled = update_ledger(before, [found(Severity.CRITICAL)], first_level, LATER)

    assert events(settled) == ["reopened"]
    assert settled.conflicts[0].status is Status.OPEN
    assert settled.conflicts[0].decision is None


def test_deadlines_of_a_decided_matter_that_got_worse_start_anew() -> None:
    days = {Severity.HIGH: 1, Severity.CRITICAL: 1}
    before = decided(update_ledger({}, [found()], by_days(days, NOW), NOW))
    worse = [found(Severity.CRITICAL)]

    settled = update_ledger(before, worse, by_days(days, LATER), LATER)

    assert settled.conflicts[0].escalation == level(1)
    assert update_ledger(held(settled), worse, by_days(days, LATER), LATER) == LedgerUpdate()


def test_a_decided_conflict_resolves_with_its_decision_on_record() -> None:
    before = decided(update_ledger({}, [found()], first_level, NOW))

    settled = update_ledger(before, [], first_level, LATER)

    assert settled.conflicts[0].status is Status.RESOLVED
    assert settled.conflicts[0].decision is not None


def test_identity_does_not_depend_on_the_order_in_which_things_are_named() -> None:
    one = found().finding
    other = Finding("late_handover", ("marketing", "CDP-12"), Severity.LOW, (), (), ())

    assert one.conflict_id == other.conflict_id
    assert one.conflict_id != found(about="CDP-13").finding.conflict_id
