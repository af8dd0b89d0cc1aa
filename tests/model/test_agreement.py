"""Agreement of functions: whose authority has to agree, and when what they agreed to lapses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from model.agreement import agreement_text
from model.conflicts import Conflict, Decision
from model.decisions import why_ended
from model.escalation_status import deadline_text, escalation_status_at
from model.findings import Finding, Impact, Severity, Wording
from model.ledger import DecisionGrounds, LedgerUpdate, WordedFinding, update_ledger
from model.operating_model.people import person_with_id
from model.operating_model.rights import find_authorities, find_parties, may_decide
from model.operating_model.schema import OperatingModel
from model.proposals import propose
from tests.model.operating_model.away import away, model_with

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
GROUNDS = DecisionGrounds("cio", "it-small", "cli", "id:ada", {}, "f" * 64)
BOTH = ("up_to: {days: 10, value: 100000 EUR}", "up_to: {days: 10}\n    agreement: both")


def finding(days: int = 3, *functions: str, severity: Severity = Severity.HIGH) -> Finding:
    touched = functions or ("it", "marketing")
    return Finding("late_handover", ("x",), severity, touched, (), (), Impact(days))


@pytest.fixture
def model(tmp_path: Path) -> OperatingModel:
    return model_with(tmp_path, BOTH)


def run(
    ledger: Mapping[str, Conflict], model: OperatingModel, found: Finding, now: datetime
) -> LedgerUpdate:
    def ended(decision: Decision, present: Finding) -> str | None:
        return why_ended(decision, present, model, now.date())

    words = WordedFinding(found, Wording("CDP-18 is late", (), "Who moves?"))
    return update_ledger(ledger, [words], escalation_status_at(model, now), ended, now)


def agreed_by_ada(conflict: Conflict, until: date | None = None) -> Conflict:
    proposal = Decision(
        verdict="accept",
        meaning="accepted",
        person="ada",
        person_name="Ada",
        reason="",
        severity=Severity.HIGH,
        decided_at=MONDAY,
        role="cio",
        role_name="CIO",
        right="it-small",
        days=3,
        until=until,
    )
    return propose(conflict, proposal, GROUNDS).conflicts[0]


def roles(model: OperatingModel, found: Finding) -> list[tuple[str, str]]:
    return [(each.role.id, each.right) for each in find_parties(model, found)]


def test_the_authority_of_each_function_has_to_agree_under_its_own_right(
    model: OperatingModel,
) -> None:
    assert roles(model, finding()) == [("cio", "it-small"), ("cmo", "marketing-medium")]


def test_a_head_without_a_right_that_fits_agrees_under_the_right_that_wants_it(
    tmp_path: Path,
) -> None:
    only_steering = ("rules: [late_handover]\n    role: cmo", "rules: [funding_gap]\n    role: cmo")
    model = model_with(tmp_path, BOTH, only_steering)

    assert roles(model, finding()) == [("cio", "it-small"), ("cmo", "it-small")]


@pytest.mark.parametrize("found", [finding(3, "it"), finding(11), finding(3, "marketing")])
def test_nobody_else_has_to_agree_within_one_function_or_beyond_the_right(
    model: OperatingModel, found: Finding
) -> None:
    assert roles(model, found) == []


def test_whoever_speaks_for_no_function_decides_alone_only_on_a_higher_level(
    model: OperatingModel,
) -> None:
    authorities = [str(each) for each in find_authorities(model, finding())]

    assert authorities == ["Ada (CIO)", "Ben (CMO)", "Cleo (Chair)"]
    lowest = model.model_copy(update={"escalation_path": model.escalation_path[:1]})
    cleo = person_with_id(model, "cleo")
    assert "Ask Ada (CIO) or Ben (CMO)." in str(may_decide(lowest, cleo, finding(), MONDAY.date()))


def test_both_are_asked_and_the_next_level_stands_above_both(model: OperatingModel) -> None:
    status = escalation_status_at(model, MONDAY)(finding(), MONDAY)

    assert [each.person for each in status.asked] == ["ada", "ben"]
    assert deadline_text(status) == (
        "decide together by",
        "Otherwise it goes to Cleo (Chair), who then has until 6 Mar 2026.",
    )


def test_a_function_without_anybody_there_sends_it_up_at_once(tmp_path: Path) -> None:
    model = model_with(tmp_path, BOTH, away("ben", "2026-02-23", "2026-03-13"))
    status = escalation_status_at(model, MONDAY)(finding(), MONDAY)

    assert (status.level, status.authority_id, status.parties) == (3, "cleo", ())
    assert status.came_from == (
        "escalated from Ben (CMO), away until 13 Mar 2026 with nobody to stand in"
    )


def test_the_turn_stays_with_whoever_has_not_agreed_from_run_to_run(
    model: OperatingModel,
) -> None:
    (opened,) = run({}, model, finding(), MONDAY).conflicts
    agreed = agreed_by_ada(opened)

    update = run({agreed.id: agreed}, model, finding(), MONDAY + timedelta(hours=4))

    assert update == LedgerUpdate()
    assert agreement_text(agreed) == "agreed by Ada (CIO), awaits Ben (CMO)"


def test_on_a_higher_level_the_agreement_awaits_nobody(model: OperatingModel) -> None:
    (opened,) = run({}, model, finding(), MONDAY).conflicts
    agreed = agreed_by_ada(opened)

    update = run({agreed.id: agreed}, model, finding(), MONDAY + timedelta(days=3))

    assert [each.event for each in update.events] == ["escalated"]
    (risen,) = update.conflicts
    assert agreement_text(risen) == "agreed by Ada (CIO)"
    assert [each.person for each in risen.escalation.asked] == ["cleo"]
    assert risen.escalation.came_from == (
        "escalated from Ada (CIO) and Ben (CMO), who were to decide by 4 Mar 2026"
    )


@pytest.mark.parametrize(
    ("found", "days", "because"),
    [
        (finding(4), 0, "it is 4 working days late, and 3 were accepted"),
        (finding(severity=Severity.CRITICAL), 0, "its severity is critical"),
        (finding(), 2, "it was decided until 3 Mar 2026"),
    ],
)
def test_an_agreement_lapses_by_what_would_end_the_decision(
    model: OperatingModel, found: Finding, days: int, because: str
) -> None:
    (opened,) = run({}, model, finding(), MONDAY).conflicts
    agreed = agreed_by_ada(opened, until=date(2026, 3, 3))

    update = run({agreed.id: agreed}, model, found, MONDAY + timedelta(days=days))

    lapsed = next(each for each in update.events if each.event == "lapsed")
    assert lapsed.details["role"] == "cio"
    assert lapsed.details["because"].startswith(because)
    (conflict,) = update.conflicts
    assert conflict.proposals == ()
    assert [each.person for each in conflict.escalation.asked] == ["ada", "ben"]


def test_a_decision_of_both_ends_when_it_leaves_the_right_of_one(model: OperatingModel) -> None:
    (opened,) = run({}, model, finding(), MONDAY).conflicts
    (proposal,) = agreed_by_ada(opened).proposals
    decision = proposal.model_copy(
        update={
            "person": "ben",
            "role": "cmo",
            "role_name": "CMO",
            "right": "marketing-medium",
            "days": None,
            "agreed_by": (proposal.author,),
        }
    )

    larger = replace(finding(), impact=Impact(11))

    assert why_ended(decision, finding(), model, MONDAY.date()) is None
    assert why_ended(decision, larger, model, MONDAY.date()) == "it has outgrown the right of CIO"
