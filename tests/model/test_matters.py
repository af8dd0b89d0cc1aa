"""One matter, one conflict: what several rules find about one handover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from model.conflicts import Conflict, Decision, EscalationStatus, Status
from model.decisions import why_ended
from model.findings import Briefing, Finding, Impact, Severity, Wording
from model.ledger import LedgerUpdate, WordedFinding, decide, update_ledger
from model.matters import merge_matters
from model.operating_model.schema import OperatingModel
from model.records import Money
from tests.model.operating_model.small_model import small_model

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
ABOUT = ("it:work_item:CDP-18", "marketing")
LATE = WordedFinding(
    Finding(
        rule="late_handover",
        matter="late_handover",
        about=ABOUT,
        severity=Severity.MEDIUM,
        functions=("it", "marketing"),
        subjects=(1, 2),
        comment_on=(1, 3, 2),
        impact=Impact(5, 4, (Money("EUR", Decimal(10)),)),
        rests_on=("it", "plan"),
    ),
    Wording(
        "CDP-18 is late",
        ("It is late.",),
        "Who moves?",
        briefings=(Briefing((1,), "Marketing needs it", reasons=("It begins at CDP-11.",)),),
    ),
)
LOW = WordedFinding(
    replace(
        LATE.finding,
        rule="priority_mismatch",
        impact=Impact(),
        comment_on=(1, 2, 4),
        rests_on=("it", "erp"),
    ),
    Wording(
        "CDP-18 ranks low",
        ("IT ranks it low.",),
        "Does IT raise it?",
        briefings=(Briefing((4,), "IT ranks it low"),),
    ),
)


def always(_finding: Finding) -> bool:
    return True


def level_one(_finding: Finding, _opened_at: datetime) -> EscalationStatus:
    return EscalationStatus(
        level=1, level_name="one", authority=None, decide_by=date(2026, 3, 6), otherwise="it rises"
    )


def worse(decision: Decision, finding: Finding) -> str | None:
    return "it is worse" if finding.severity > decision.severity else None


def graded(fact: WordedFinding, severity: Severity) -> WordedFinding:
    return replace(fact, finding=replace(fact.finding, severity=severity))


def run(
    ledger: Mapping[str, Conflict], *facts: WordedFinding, day: int = 0
) -> tuple[dict[str, Conflict], LedgerUpdate]:
    merged = merge_matters(facts, ledger, always)
    update = update_ledger(ledger, merged, level_one, worse, NOW + timedelta(days=day))
    return {**ledger, **{each.id: each for each in update.conflicts}}, update


def earlier_version(fact: WordedFinding) -> WordedFinding:
    """The finding as a version without matters had it: each rule for itself."""
    return replace(fact, finding=replace(fact.finding, matter=""))


def opened_by_an_earlier_version(*facts: WordedFinding) -> dict[str, Conflict]:
    ledger: dict[str, Conflict] = {}
    for fact in facts:
        update = update_ledger({}, [earlier_version(fact)], level_one, worse, NOW)
        ledger |= {each.id: each for each in update.conflicts}
    return ledger


def decided(conflict: Conflict) -> Conflict:
    decision = Decision(
        verdict="accept",
        meaning="accepted",
        person="ben",
        person_name="Ben",
        reason="",
        severity=conflict.severity,
        decided_at=NOW,
        rule=conflict.finding.rule,
    )
    return decide(conflict, decision).conflicts[0]


def events(update: LedgerUpdate) -> list[tuple[str, str]]:
    return [(event.event, event.conflict_id) for event in update.events]


def test_two_facts_about_one_handover_are_one_conflict_that_says_both():
    ledger, update = run({}, LATE, LOW)
    (conflict,) = ledger.values()
    assert [event.event for event in update.events] == ["opened"]
    assert conflict.wording.title == "CDP-18 is late"
    assert conflict.wording.explanation == ("It is late.", "CDP-18 ranks low.")
    assert conflict.wording.briefings[0].reasons == ("CDP-18 ranks low.", "It begins at CDP-11.")
    assert conflict.finding.rules == ("late_handover", "priority_mismatch")


def test_each_record_that_any_fact_concerns_gets_the_one_comment():
    (conflict,) = run({}, LATE, LOW)[0].values()
    assert conflict.finding.comment_on == (1, 3, 2, 4)
    assert conflict.wording.briefings[-1] == Briefing((4,), "IT ranks it low")


def test_the_worst_of_the_facts_counts():
    more = replace(LOW.finding, impact=Impact(2, 9, (Money("EUR", Decimal(7)),)))
    (conflict,) = run({}, LATE, replace(LOW, finding=more))[0].values()
    assert conflict.finding.impact == Impact(5, 9, (Money("EUR", Decimal(10)),))
    assert conflict.finding.rests_on == ("erp", "it", "plan")


@pytest.mark.parametrize(
    ("low", "title"),
    [(Severity.MEDIUM, "CDP-18 is late"), (Severity.HIGH, "CDP-18 ranks low")],
    ids=["equal: the rule that named the matter", "the more severe one"],
)
def test_the_most_severe_fact_leads(low: Severity, title: str):
    for facts in permutations([LATE, graded(LOW, low)]):
        (conflict,) = run({}, *facts)[0].values()
        assert conflict.wording.title == title
        assert conflict.id == LATE.finding.conflict_id


@pytest.mark.parametrize("stays", [LATE, LOW], ids=["late", "priority"])
def test_a_conflict_goes_on_while_any_of_its_facts_stands(stays: WordedFinding):
    ledger, _ = run({}, LATE, LOW)
    ledger, update = run(ledger, stays, day=1)
    (conflict,) = ledger.values()
    assert update.events == ()
    assert conflict.status is Status.OPEN
    assert conflict.wording.title == stays.wording.title
    ledger, update = run(ledger, day=2)
    assert events(update) == [("resolved", conflict.id)]


@pytest.mark.parametrize("first", [LATE, LOW], ids=["late", "priority"])
def test_whichever_fact_comes_first_the_conflict_has_the_same_identity(first: WordedFinding):
    ledger, _ = run({}, first)
    assert list(ledger) == [LATE.finding.conflict_id]
    ledger, update = run(ledger, LATE, LOW, day=1)
    assert list(ledger) == [LATE.finding.conflict_id]
    assert update.events == ()


def test_a_decision_holds_for_the_matter_whichever_fact_leads():
    (conflict,) = run({}, LATE, LOW)[0].values()
    ledger, update = run({conflict.id: decided(conflict)}, LOW, day=1)
    assert update.events == ()
    assert ledger[conflict.id].status is Status.DECIDED


def test_a_further_fact_reopens_what_was_decided_only_if_it_makes_it_more_severe():
    (conflict,) = run({}, LATE)[0].values()
    ledger = {conflict.id: decided(conflict)}
    assert run(ledger, LATE, LOW, day=1)[1].events == ()
    again, update = run(ledger, LATE, graded(LOW, Severity.HIGH), day=1)
    assert events(update) == [("reopened", conflict.id)]
    assert again[conflict.id].former_decision is not None


def test_a_right_is_measured_against_the_fact_that_led_when_it_was_used(tmp_path: Path):
    model: OperatingModel = small_model(tmp_path)
    right = model.decision_rights[0].model_copy(update={"rules": ("late_handover",)})
    model = model.model_copy(update={"decision_rights": (right,)})
    (conflict,) = run({}, LATE)[0].values()
    decision = decided(conflict).decision
    assert decision is not None
    decision = decision.model_copy(update={"right": right.id})
    within = replace(LOW.finding, functions=right.functions or LOW.finding.functions)
    assert why_ended(decision, within, model, TODAY) is None


def test_a_fact_on_old_data_holds_up_no_other():
    def is_fresh(finding: Finding) -> bool:
        return "plan" not in finding.rests_on

    (merged,) = merge_matters([LATE, LOW], {}, is_fresh)
    assert merged.finding.rules == ("priority_mismatch",)
    ledger, _ = run({}, LATE, LOW)
    (merged,) = merge_matters([LATE, LOW], ledger, is_fresh)
    assert merged.finding.rules == ("late_handover", "priority_mismatch")


def test_what_is_about_another_function_is_another_matter():
    other = replace(LOW, finding=replace(LOW.finding, about=("it:work_item:CDP-18", "sales")))
    assert len(run({}, LATE, other)[0]) == 2


@pytest.mark.parametrize("fact", [LATE, LOW], ids=["late", "priority"])
def test_a_conflict_that_an_earlier_version_opened_keeps_its_id(fact: WordedFinding):
    ledger = opened_by_an_earlier_version(fact)
    (before,) = ledger.values()
    ledger, update = run(ledger, LATE, LOW, day=1)
    assert update.events == ()
    assert list(ledger) == [before.id]
    # Also when the fact that it was opened for is gone, and when all have been away.
    other = LATE if fact is LOW else LOW
    ledger, update = run(ledger, other, day=2)
    assert (update.events, list(ledger)) == ((), [before.id])
    ledger, _ = run(ledger, day=3)
    ledger, update = run(ledger, other, day=4)
    assert events(update) == [("reopened", before.id)]


def test_of_two_that_an_earlier_version_opened_one_takes_over_the_other():
    ledger = opened_by_an_earlier_version(LATE, LOW)
    late, low = ledger
    ledger, update = run(ledger, LATE, LOW, day=1)
    assert events(update) == [("resolved", low)]
    assert dict(update.events[0].details) == {"merged into": late}
    assert ledger[low].merged_into == late
    assert run(ledger, LATE, LOW, day=2)[1] == LedgerUpdate()


def test_the_decided_one_of_an_earlier_version_goes_on_where_the_other_is_long_resolved():
    ledger = opened_by_an_earlier_version(LATE, LOW)
    late, low = ledger
    ledger[late] = ledger[late].model_copy(update={"status": Status.RESOLVED})
    ledger[low] = decided(ledger[low])
    ledger, update = run(ledger, LOW, day=1)
    assert update.events == ()
    assert ledger[low].status is Status.DECIDED


def test_the_order_of_findings_changes_nothing():
    facts: Sequence[WordedFinding] = (LATE, LOW, graded(LOW, Severity.MEDIUM))
    assert len({str(merge_matters(order, {}, always)) for order in permutations(facts)}) == 1
