"""The life of a conflict, from the ledger and the present findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from model.conflicts import Conflict, Decision, EscalationStatus, NamedAuthority, Status
from model.findings import Finding, Impact, Severity, Wording
from model.ledger import EscalationOf, LedgerUpdate, WordedFinding, decide, update_ledger

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


def worded(
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
    days_by_severity: dict[Severity, int], now: datetime
) -> Callable[[Finding, datetime], EscalationStatus]:
    """Levels that last so many days by severity; after the second the conflict is overdue."""

    def status_of(finding: Finding, opened_at: datetime) -> EscalationStatus:
        passed = (now - opened_at).days // days_by_severity[finding.severity]
        return level(min(passed, 1) + 1).model_copy(update={"overdue": passed > 1})

    return status_of


def held_by_person(person: str) -> Callable[[Finding, datetime], EscalationStatus]:
    who = NamedAuthority(role="cmo", role_name="CMO", person=person, person_name=person.title())
    return lambda _finding, _since: level(1).model_copy(update={"authority": who})


def worse_severity(decision: Decision, finding: Finding) -> str | None:
    return "it is worse" if finding.severity > decision.severity else None


def follow(
    ledger: Mapping[str, Conflict],
    findings: Sequence[WordedFinding],
    escalation_of: EscalationOf,
    now: datetime,
) -> LedgerUpdate:
    return update_ledger(ledger, findings, escalation_of, worse_severity, now)


def by_id(update: LedgerUpdate) -> dict[str, Conflict]:
    return {conflict.id: conflict for conflict in update.conflicts}


def events(update: LedgerUpdate) -> list[str]:
    return [event.event for event in update.events]


def decided(update: LedgerUpdate, awaits: str = "") -> dict[str, Conflict]:
    (conflict,) = update.conflicts
    verdict = Decision(
        verdict="move",
        meaning="the date moves",
        person="mara",
        person_name="Mara",
        reason="The fair is later",
        severity=conflict.severity,
        decided_at=LATER,
        awaits=awaits,
    )
    return by_id(decide(conflict, verdict))


def test_a_new_finding_opens_a_conflict() -> None:
    update = follow({}, [worded()], first_level, NOW)

    assert events(update) == ["opened"]
    assert update.conflicts[0].opened_at == NOW


def test_the_same_finding_again_is_no_event_and_no_change() -> None:
    before = by_id(follow({}, [worded()], first_level, NOW))

    assert follow(before, [worded()], first_level, LATER) == LedgerUpdate()


def test_new_days_of_delay_keep_the_identity_and_notify_nobody() -> None:
    before = by_id(follow({}, [worded(days=5)], first_level, NOW))

    update = follow(before, [worded(days=6)], first_level, LATER)

    assert update.events == ()
    assert update.conflicts[0].wording.title == "6 days late"
    assert update.conflicts[0].changed_at == NOW


def test_a_worse_severity_is_a_change_for_readers() -> None:
    before = by_id(follow({}, [worded()], first_level, NOW))

    update = follow(before, [worded(Severity.CRITICAL)], first_level, LATER)

    assert events(update) == ["changed"]
    assert update.conflicts[0].changed_at == LATER


def test_a_deadline_that_passes_escalates() -> None:
    before = by_id(follow({}, [worded()], first_level, NOW))

    update = follow(before, [worded()], second_level, LATER)

    assert events(update) == ["escalated"]
    assert update.conflicts[0].escalation.level == 2


def test_the_end_of_the_last_level_is_one_event() -> None:
    days = {Severity.HIGH: 1}
    before = by_id(follow({}, [worded()], by_days(days, NOW), NOW))
    before |= by_id(follow(before, [worded()], by_days(days, LATER), LATER))

    after = LATER + timedelta(days=1)
    update = follow(before, [worded()], by_days(days, after), after)

    assert next(iter(before.values())).escalation.overdue
    assert update == LedgerUpdate()


def test_a_last_level_that_ends_without_a_decision_is_a_change_for_readers() -> None:
    days, end = {Severity.HIGH: 1}, NOW + timedelta(days=2)
    on_second = NOW + timedelta(days=1)
    before = by_id(follow({}, [worded()], by_days(days, NOW), NOW))
    before = by_id(follow(before, [worded()], by_days(days, on_second), on_second))

    update = follow(before, [worded()], by_days(days, end), end)

    assert events(update) == ["undecided"]
    assert update.conflicts[0].changed_at == end


def test_another_authority_is_a_change_for_readers() -> None:
    before = by_id(follow({}, [worded()], held_by_person("mara"), NOW))

    update = follow(before, [worded()], held_by_person("jon"), LATER)

    assert events(update) == ["handed on"]
    assert update.conflicts[0].changed_at == LATER


def test_a_higher_level_with_another_authority_is_one_event() -> None:
    before = by_id(follow({}, [worded()], held_by_person("mara"), NOW))
    by_jon = held_by_person("jon")

    def second_level_by_jon(finding: Finding, opened_at: datetime) -> EscalationStatus:
        return by_jon(finding, opened_at).model_copy(update={"level": 2})

    update = follow(before, [worded()], second_level_by_jon, LATER)

    assert events(update) == ["escalated"]


def test_a_milder_conflict_with_more_time_has_not_escalated() -> None:
    before = by_id(follow({}, [worded()], second_level, NOW))

    update = follow(before, [worded(Severity.LOW)], first_level, LATER)

    assert events(update) == ["changed"]


def test_deadlines_of_a_worse_conflict_do_not_pass_before_anybody_knows_them() -> None:
    days = {Severity.LOW: 10, Severity.HIGH: 1}
    before = by_id(follow({}, [worded(Severity.LOW)], by_days(days, NOW), NOW))

    update = follow(before, [worded(Severity.HIGH)], by_days(days, LATER), LATER)
    next_day = LATER + timedelta(days=1)
    following = follow(by_id(update), [worded(Severity.HIGH)], by_days(days, next_day), next_day)

    assert events(update) == ["changed"]
    assert update.conflicts[0].escalation == level(1)
    assert events(following) == ["escalated"]
    assert following.conflicts[0].escalation == level(2)


def test_a_cause_that_is_gone_resolves() -> None:
    before = by_id(follow({}, [worded()], first_level, NOW))

    update = follow(before, [], first_level, LATER)

    assert events(update) == ["resolved"]
    assert update.conflicts[0].resolved_at == LATER


def test_a_resolved_conflict_stays_so_without_further_events() -> None:
    before = by_id(follow({}, [worded()], first_level, NOW))
    resolved = by_id(follow(before, [], first_level, LATER))

    assert follow(resolved, [], first_level, LATER) == LedgerUpdate()


def test_a_conflict_that_comes_back_is_the_same_one_with_new_deadlines() -> None:
    before = by_id(follow({}, [worded()], first_level, NOW))
    resolved = by_id(follow(before, [], first_level, NOW + timedelta(days=1)))

    update = follow(resolved, [worded()], first_level, LATER)

    assert events(update) == ["reopened"]
    assert update.conflicts[0].id in before
    assert update.conflicts[0].opened_at == LATER
    assert update.conflicts[0].resolved_at is None


def test_a_decision_holds_while_the_conflict_is_as_severe_as_it_was() -> None:
    before = decided(follow({}, [worded()], first_level, NOW))

    update = follow(before, [worded(days=9)], second_level, LATER)

    assert update.events == ()
    assert update.conflicts[0].status is Status.DECIDED


def test_a_conflict_that_gets_worse_than_when_it_was_decided_opens_again() -> None:
    before = decided(follow({}, [worded()], first_level, NOW))

    update = follow(before, [worded(Severity.CRITICAL)], first_level, LATER)

    assert events(update) == ["reopened"]
    (reopened,) = update.conflicts
    assert reopened.status is Status.OPEN
    assert reopened.decision is None
    assert reopened.former_decision == next(iter(before.values())).decision
    assert reopened.reopened_because == update.events[0].details["because"] == "it is worse"


def test_deadlines_of_a_decided_conflict_that_got_worse_start_again() -> None:
    days = {Severity.HIGH: 1, Severity.CRITICAL: 1}
    before = decided(follow({}, [worded()], by_days(days, NOW), NOW))
    worse = [worded(Severity.CRITICAL)]

    update = follow(before, worse, by_days(days, LATER), LATER)

    assert update.conflicts[0].escalation == level(1)
    assert follow(by_id(update), worse, by_days(days, LATER), LATER) == LedgerUpdate()


def test_a_decided_conflict_resolves_with_its_decision_on_record() -> None:
    before = decided(follow({}, [worded()], first_level, NOW))

    update = follow(before, [], first_level, LATER)

    assert update.conflicts[0].status is Status.RESOLVED
    assert update.conflicts[0].decision is not None


def test_what_was_dismissed_stays_so_when_it_was_away_for_a_day() -> None:
    before = decided(follow({}, [worded()], first_level, NOW))
    resolved = by_id(follow(before, [], first_level, LATER))

    update = follow(resolved, [worded()], first_level, LATER + timedelta(days=1))

    assert events(update) == ["returned"]
    assert update.conflicts[0].status is Status.DECIDED
    assert update.conflicts[0].decision == next(iter(before.values())).decision
    assert update.conflicts[0].resolved_at is None


def test_what_was_dismissed_opens_when_it_returns_worse() -> None:
    before = decided(follow({}, [worded()], first_level, NOW))
    resolved = by_id(follow(before, [], first_level, LATER))

    update = follow(resolved, [worded(Severity.CRITICAL)], first_level, LATER)

    assert events(update) == ["reopened"]


def test_a_promise_that_was_kept_covers_no_later_conflict() -> None:
    before = decided(follow({}, [worded()], first_level, NOW), awaits="CDP-12 by 4 Mar 2026")
    resolved = by_id(follow(before, [], first_level, LATER))

    update = follow(resolved, [worded()], first_level, LATER)

    assert events(update) == ["reopened"]
    assert "CDP-12 by 4 Mar 2026 was there" in update.conflicts[0].reopened_because


def test_identity_does_not_depend_on_the_order_in_which_things_are_named() -> None:
    first = worded().finding
    other = Finding("late_handover", ("marketing", "CDP-12"), Severity.LOW, (), (), ())

    assert first.conflict_id == other.conflict_id
    assert first.conflict_id != worded(about="CDP-13").finding.conflict_id
