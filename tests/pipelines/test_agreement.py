"""Decisions that both functions have to agree to, on a small instance whose model wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from model.agreement import agreement_text, outcome_text
from model.audit_chain import FaultKind
from model.conflicts import Conflict, Status
from model.operating_model.identity import identity_of_text
from model.warehouse.audit import audit_record
from model.warehouse.ledger import read_conflict, read_decisions, read_events
from pipelines.instance import Instance
from pipelines.steps.decide import Choice, DecisionRefused, decide_within
from pipelines.steps.detect import detect
from tests.pipelines.agreeing import want_agreement
from tests.pipelines.commanding import command_on
from tests.pipelines.small import JIRA, NOW, SALESFORCE, Small, make_small
from tests.pipelines.syncing import late_handover, run_sync

JONAS, LENA, SABINE = "jonas-krueger", "lena-vogt", "sabine-reuter"
LATER = "2026-04-20"
REASON = ("--reason", "The fair is off")


@pytest.fixture(scope="module")
def agreeing(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], URL]
) -> Iterator[tuple[Small, Instance, Conflict]]:
    """A synced instance and its late handover, about ten working days late; nothing is written."""
    with running_sandbox(jira=JIRA, salesforce=SALESFORCE) as sandbox:
        small = make_small(tmp_path_factory.mktemp("agreeing") / "home", sandbox, new_database())
        want_agreement(small)
        instance = small.open()
        yield small, instance, late_handover(run_sync(instance, write=False))
        instance.close()


class Deciding:
    """Decisions about one conflict in a transaction that is rolled back."""

    def __init__(self, instance: Instance, connection: Connection, conflict: Conflict) -> None:
        self.instance, self.connection, self.id = instance, connection, conflict.id
        self.conflict = conflict

    def __call__(
        self, person: str, option: str, reason: str = "", now: datetime = NOW, **answers: str
    ) -> Conflict:
        self.conflict = decide_within(
            self.connection,
            self.instance,
            self.id,
            Choice(option, answers, reason),
            identity_of_text(person),
            "cli",
            now,
        )
        stored = read_conflict(self.connection, self.id)
        assert stored == self.conflict
        return self.conflict

    @property
    def events(self) -> list[str]:
        return [each.event.event for each in read_events(self.connection, self.id)]

    @property
    def turn(self) -> list[str]:
        return [each.person for each in self.conflict.escalation.asked]


@pytest.fixture
def decide(agreeing: tuple[Small, Instance, Conflict]) -> Iterator[Deciding]:
    _, instance, conflict = agreeing
    with instance.engine.connect() as connection:
        yield Deciding(instance, connection, conflict)
        connection.rollback()


def test_both_are_asked_at_first(decide: Deciding) -> None:
    assert decide.turn == [JONAS, LENA]


def test_one_agreement_leaves_the_conflict_open_and_the_turn_to_the_other(
    decide: Deciding,
) -> None:
    conflict = decide(JONAS, "move", on=LATER)

    assert (conflict.status, conflict.decision) == (Status.OPEN, None)
    assert agreement_text(conflict) == (
        "agreed by Jonas Krüger (Head of IT), awaits Lena Vogt (Chief Marketing Officer)"
    )
    assert decide.turn == [LENA]
    assert decide.events == ["opened", "agreed"]


def test_the_same_option_with_the_same_fields_by_the_other_decides(decide: Deciding) -> None:
    decide(JONAS, "move", on=LATER)
    conflict = decide(LENA, "move", on=LATER)

    assert conflict.status is Status.DECIDED
    assert outcome_text(conflict) == (
        "decided by Jonas Krüger (Head of IT) and Lena Vogt (Chief Marketing Officer): Marketing "
        "replans CMP-2 for 20 Apr 2026"
    )
    assert decide.events == ["opened", "agreed", "decided"]
    (recorded,) = read_decisions(decide.connection, decide.id)
    assert recorded.bounds is not None
    assert [each["person"] for each in recorded.bounds["agreed_by"]] == [JONAS]


def test_whoever_chooses_what_was_proposed_need_not_fill_it_in_again(decide: Deciding) -> None:
    decide(LENA, "dismiss", "The fair is later")
    conflict = decide(JONAS, "dismiss")

    assert conflict.decision is not None
    assert conflict.decision.reason == "The fair is later"

    later = decide(SABINE, "move", on=LATER)
    assert later.decision is not None
    assert later.decision.agreed_by == ()


def test_another_option_replaces_nothing_and_is_a_counter_proposal(decide: Deciding) -> None:
    decide(JONAS, "move", on=LATER)
    conflict = decide(LENA, "finish", on="2026-03-25")

    assert conflict.status is Status.OPEN
    assert [each.verdict for each in conflict.proposals] == ["move", "finish"]
    assert "counter-proposal by Lena Vogt" in agreement_text(conflict)
    assert decide.turn == [JONAS]
    assert decide.events == ["opened", "agreed", "counter-proposed"]

    agreed = decide(JONAS, "finish")
    assert agreed.decision is not None
    assert dict(agreed.decision.answers) == {"on": "2026-03-25"}
    assert agreed.proposals == ()


def test_other_fields_of_the_same_option_are_a_counter_proposal_too(decide: Deciding) -> None:
    decide(JONAS, "move", on=LATER)
    conflict = decide(LENA, "move", on="2026-04-21")

    assert conflict.status is Status.OPEN
    assert decide.turn == [JONAS]


def test_whoever_repeats_an_agreement_changes_nothing(decide: Deciding) -> None:
    first = decide(JONAS, "move", on=LATER)

    assert decide(JONAS, "move", on=LATER) == first
    decided = decide(LENA, "move", on=LATER)
    assert decide(JONAS, "move", on=LATER) == decided
    assert decide(LENA, "move", on=LATER) == decided
    assert decide.events == ["opened", "agreed", "decided"]


def test_a_higher_level_decides_alone(decide: Deciding) -> None:
    decide(JONAS, "move", on=LATER)
    conflict = decide(SABINE, "finish", on="2026-03-25")

    assert conflict.status is Status.DECIDED
    assert conflict.proposals == ()
    with pytest.raises(DecisionRefused, match="It stands decided by Sabine Reuter"):
        decide(LENA, "move", on=LATER)


def test_whoever_speaks_for_neither_function_may_not_decide(decide: Deciding) -> None:
    with pytest.raises(DecisionRefused) as refused:
        decide("tobias-lang", "move", on=LATER)

    assert "Ask Jonas Krüger (Head of IT) or Lena Vogt (Chief Marketing Officer) or" in str(
        refused.value
    )


def test_one_alone_cannot_replace_what_both_decided(decide: Deciding) -> None:
    decide(JONAS, "move", on=LATER)
    before = decide(LENA, "move", on=LATER)
    conflict = decide(LENA, "finish", on="2026-03-25")

    assert (conflict.status, conflict.decision) == (Status.DECIDED, before.decision)
    assert len(conflict.proposals) == 1

    replaced = decide(JONAS, "finish")
    assert replaced.decision is not None
    assert replaced.decision.verdict == "finish"
    assert "Jonas Krüger (Head of IT) and Lena Vogt" in replaced.decision.replaces


def test_the_day_for_new_dates_counts_from_the_agreement_of_both(decide: Deciding) -> None:
    decide(JONAS, "move", on=LATER)
    conflict = decide(LENA, "move", now=NOW + timedelta(days=7), on=LATER)

    assert conflict.proposals == ()
    assert conflict.decision is not None
    assert str(conflict.decision.until) == "2026-03-18"


def test_the_command_and_the_json_say_whose_turn_it_is_until_the_next_sync_and_after_it(
    agreeing: tuple[Small, Instance, Conflict],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    small, instance, conflict = agreeing
    interlock = command_on(small, monkeypatch, capsys)
    text = "agreed by Jonas Krüger (Head of IT), awaits Lena Vogt (Chief Marketing Officer)"
    chosen = ("--verdict", "move", "--set", f"on={LATER}", "--as", JONAS)

    code, out, _ = interlock("decide", conflict.id, *chosen)
    detect(instance, NOW + timedelta(minutes=5))
    _, listed, _ = interlock("conflicts", "--json")
    _, options, _ = interlock("decide", conflict.id)

    assert code == 0
    assert text in " ".join(out.split())
    assert text in listed
    assert '"awaits": [\n      {\n        "person": "lena-vogt"' in listed
    assert "Agreed by Jonas Krüger (Head of IT): Marketing replans CMP-2" in " ".join(
        options.split()
    )

    # What one of them wants instead stands beside the decision, and the record stays whole.
    interlock("decide", conflict.id, "--verdict", "move", "--as", LENA)
    _, out, _ = interlock("decide", conflict.id, "--verdict", "dismiss", "--as", LENA, *REASON)
    _, life, _ = interlock("audit", conflict.id)
    faults = audit_record(instance.engine).faults

    assert "decided by Jonas Krüger (Head of IT) and Lena Vogt" in " ".join(out.split())
    assert (
        "proposed instead by Lena Vogt (Chief Marketing Officer), awaits Jonas Krüger (Head of IT)"
    ) in " ".join(out.split())
    assert [each for each in faults if each.kind is not FaultKind.MISDATED] == []
    assert "  agreed: " in life
    assert "  counter-proposed: " in life
