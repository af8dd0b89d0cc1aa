"""How far a decision reaches, and when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from model.answers import InvalidAnswer
from model.awaited import Awaited, find_awaited
from model.conflicts import Conflict, Decision, EscalationStatus, Status
from model.decisions import (
    decision_sentences,
    describe_decision,
    make_decision,
    make_verdict,
    may_replace,
    why_ended,
)
from model.findings import Finding, Impact, Severity, Wording
from model.operating_model.rights import PermittedDecision
from model.operating_model.schema import OperatingModel
from model.records import Money
from model.rules import installed_rules
from model.rules.options import ACCEPT, DISMISS, Option
from tests.model.operating_model.small_model import small_model

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEEDED = date(2026, 3, 20)
Value = tuple[Money, ...]
VALUE: Value = (Money("EUR", Decimal(1000)),)
LATE_HANDOVER = installed_rules().options_of("late_handover")


@pytest.fixture
def model(tmp_path: Path) -> OperatingModel:
    return small_model(tmp_path)


def conflict(days: int = 3) -> Conflict:
    finding = Finding(
        rule="late_handover",
        about=("CDP-18", "marketing"),
        severity=Severity.HIGH,
        functions=("it", "marketing"),
        subjects=(1, 2),
        comment_on=(1, 2),
        impact=Impact(days=days, value=VALUE),
        needed_by=NEEDED,
        found_on=TODAY,
    )
    terms = {
        "giver": "IT",
        "receiver": "Marketing",
        "item": "CDP-18",
        "waiting": "MK-201",
        "needed": NEEDED.isoformat(),
        "horizon": NEEDED.isoformat(),
        "forecast": "2026-03-25",
        "days": str(days),
    }
    return Conflict(
        id=finding.conflict_id,
        status=Status.OPEN,
        finding=finding,
        wording=Wording("CDP-18 is late", (), "Who moves?", tuple(terms.items())),
        escalation=EscalationStatus(
            level=1, level_name="Heads", authority=None, decide_by=NEEDED, otherwise="it goes up"
        ),
        opened_at=NOW,
        changed_at=NOW,
    )


def decide(
    model: OperatingModel, option: Option, answers: Mapping[str, str] | None = None
) -> Decision:
    role, person = model.roles[1], model.people[1]
    verdict = make_verdict(option, answers or {}, conflict(), model, TODAY)
    permitted = PermittedDecision(person, role, model.decision_rights[0].id)
    return make_decision(verdict, conflict(), permitted, "", NOW)


def found(days: int = 3, severity: Severity = Severity.HIGH, value: Value = VALUE) -> Finding:
    return replace(conflict().finding, severity=severity, impact=Impact(days=days, value=value))


def test_the_usual_decision_needs_no_typing(model: OperatingModel) -> None:
    decision = decide(model, LATE_HANDOVER["finish"])

    assert decision.meaning == "IT finishes CDP-18 by 20 Mar 2026"
    assert decision.awaits == "CDP-18"
    assert decision.until == NEEDED


def test_a_function_that_replans_has_five_working_days_to_show_it(model: OperatingModel) -> None:
    decision = decide(model, LATE_HANDOVER["move"], {"on": "2026-03-27"})

    assert decision.meaning == "Marketing replans MK-201 for 27 Mar 2026"
    assert decision.until == date(2026, 3, 9)
    assert decision.days == 5


def test_an_acceptance_ends_when_the_delay_grows_beyond_it(model: OperatingModel) -> None:
    decision = decide(model, ACCEPT, {"days": "4"})

    assert why_ended(decision, found(4), model, TODAY) is None
    assert why_ended(decision, found(5), model, TODAY) == (
        "it is 5 working days late, and 4 were accepted"
    )


def test_an_acceptance_ends_after_its_last_day(model: OperatingModel) -> None:
    decision = decide(model, ACCEPT, {"until": "2026-03-06"})

    assert why_ended(decision, found(), model, date(2026, 3, 6)) is None
    assert why_ended(decision, found(), model, date(2026, 3, 7)) == (
        "it was decided until 6 Mar 2026"
    )


def test_a_promise_that_is_not_there_on_its_day_ends_the_decision(model: OperatingModel) -> None:
    decision = decide(model, LATE_HANDOVER["finish"])

    assert why_ended(decision, found(), model, NEEDED + timedelta(days=1)) == (
        "CDP-18 was to be there by 20 Mar 2026 and is not"
    )


@pytest.mark.parametrize(
    "value",
    [
        (Money("EUR", Decimal(1001)),),
        (Money("EUR", Decimal(10)), Money("USD", Decimal(1))),
    ],
)
def test_an_acceptance_ends_when_more_money_is_at_stake(
    model: OperatingModel, value: Value
) -> None:
    decision = decide(model, ACCEPT)

    ended = why_ended(decision, found(value=value), model, TODAY)

    assert ended is not None
    assert ended.endswith("are at stake, and 1,000 EUR were when it was decided")


def test_a_dismissal_holds_whatever_the_days_within_the_right(model: OperatingModel) -> None:
    decision = decide(model, DISMISS)

    assert why_ended(decision, found(9), model, TODAY + timedelta(days=900)) is None


def test_a_decision_ends_when_the_conflict_leaves_the_right(model: OperatingModel) -> None:
    (right, *others) = model.decision_rights
    limited = right.model_copy(update={"up_to": right.up_to.model_copy(update={"days": 5})})
    narrow = model.model_copy(update={"decision_rights": (limited, *others)})
    decision = decide(narrow, DISMISS)

    assert why_ended(decision, found(5), narrow, TODAY) is None
    assert why_ended(decision, found(7), narrow, TODAY) == "it has outgrown the right of CMO"


def test_a_decision_outlives_a_right_that_was_renamed(model: OperatingModel) -> None:
    decision = decide(model, DISMISS)
    renamed = model.model_copy(update={"decision_rights": ()})

    assert why_ended(decision, found(), renamed, TODAY) is None


def test_a_decision_ends_when_the_conflict_is_more_severe(model: OperatingModel) -> None:
    decision = decide(model, DISMISS)

    assert why_ended(decision, found(severity=Severity.CRITICAL), model, TODAY) == (
        "its severity is critical and was high when it was decided"
    )


@pytest.mark.parametrize(
    ("option", "answers", "message"),
    [
        (ACCEPT, {"until": "soon"}, 'accept: until is "soon" and has to be a day like 2026-03-02'),
        (ACCEPT, {"until": "2026-03-01"}, "accept: until is 1 Mar 2026, which is over"),
        (ACCEPT, {"days": "many"}, "accept: days is a number of working days"),
        (ACCEPT, {"on": "2026-04-01"}, "accept has no field on; it has until, days"),
        (DISMISS, {"until": "2026-04-01"}, "dismiss has no field until; it has none"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_by_its_field(
    model: OperatingModel, option: Option, answers: Mapping[str, str], message: str
) -> None:
    with pytest.raises(InvalidAnswer, match=message.replace("(", r"\(")):
        make_verdict(option, answers, conflict(), model, TODAY)


def test_a_person_is_named_by_id_name_or_address_and_nobody_else_is(model: OperatingModel) -> None:
    own = installed_rules().options_of("unowned_handover")["own"]

    for name in ("ada", "Ada", "@ada", "ADA@small.example"):
        verdict = make_verdict(own, {"person": name}, conflict(), model, TODAY)
        assert verdict.answers["person"] == "Ada"
    with pytest.raises(InvalidAnswer, match="whom the operating model does not know"):
        make_verdict(own, {"person": "eve"}, conflict(), model, TODAY)


def test_every_option_says_its_meaning_with_the_terms_of_its_rule() -> None:
    for rule in installed_rules():
        ids = [option.id for option in rule.options]
        assert len(ids) == len(set(ids)), rule.name
        assert "dismiss" in ids, rule.name


def permitted(model: OperatingModel, person: str, right: str) -> PermittedDecision:
    people = {each.id: each for each in model.people}
    roles = {each.id: each for each in model.roles}
    rights = {each.id: each for each in model.decision_rights}
    return PermittedDecision(people[person], roles[rights[right].role], right)


@pytest.mark.parametrize(
    ("author", "other", "allowed"),
    [
        (("ada", "it-small"), ("ada", "it-small"), True),
        (("dan", "it-small"), ("ada", "it-small"), True),
        (("ada", "it-small"), ("ben", "marketing-medium"), True),
        (("ben", "marketing-medium"), ("ada", "it-small"), False),
        (("cleo", "steering"), ("ada", "it-small"), False),
        (("cleo", "steering"), ("ben", "marketing-medium"), False),
        (("ben", "marketing-medium"), ("cleo", "steering"), True),
    ],
)
def test_a_decision_is_replaced_by_its_author_an_equal_right_or_a_higher_level(
    model: OperatingModel, author: tuple[str, str], other: tuple[str, str], allowed: bool
) -> None:
    verdict = make_verdict(DISMISS, {}, conflict(), model, TODAY)
    standing = make_decision(verdict, conflict(), permitted(model, *author), "", NOW)

    assert may_replace(model, standing, permitted(model, *other)) is allowed


def test_a_replacement_names_what_it_replaces(model: OperatingModel) -> None:
    first = decide(model, DISMISS)
    decided = conflict().model_copy(update={"status": Status.DECIDED, "decision": first})
    verdict = make_verdict(ACCEPT, {}, decided, model, TODAY)

    second = make_decision(verdict, decided, permitted(model, "cleo", "steering"), "", NOW)

    assert second.replaces == "the decision of Ben (CMO): dismissed: this is not a conflict"


@pytest.mark.parametrize(("right", "allowed"), [("marketing-medium", False), ("steering", True)])
def test_a_decision_whose_right_was_withdrawn_yields_to_an_unlimited_right(
    model: OperatingModel, right: str, allowed: bool
) -> None:
    verdict = make_verdict(DISMISS, {}, conflict(), model, TODAY)
    standing = make_decision(verdict, conflict(), permitted(model, "ada", "it-small"), "", NOW)
    kept = model.model_copy(
        update={
            "decision_rights": model.decision_rights[1:],
            "escalation_path": model.escalation_path[:1],
        }
    )

    other = permitted(kept, {"steering": "cleo"}.get(right, "ben"), right)

    assert may_replace(kept, standing, other) is allowed


def test_a_decision_states_all_its_bounds(model: OperatingModel) -> None:
    decision = decide(model, LATE_HANDOVER["finish"])

    assert decision_sentences(decision) == (
        "IT finishes CDP-18 by 20 Mar 2026.",
        "Decided by Ben (CMO).",
        "Awaiting CDP-18 by 20 Mar 2026.",
        "It holds up to 3 working days of delay, 1,000 EUR at stake and severity high.",
    )


def test_a_dismissal_states_the_severity_up_to_which_it_holds(model: OperatingModel) -> None:
    assert "It holds up to severity high." in decision_sentences(decide(model, DISMISS))


def test_what_was_decided_is_awaited_until_its_day_and_then_overdue(
    model: OperatingModel,
) -> None:
    decision = decide(model, LATE_HANDOVER["finish"])
    decided = conflict().model_copy(update={"status": Status.DECIDED, "decision": decision})
    day_after = NEEDED + timedelta(days=1)

    assert str(find_awaited(decided, NEEDED)) == "CDP-18 by 20 Mar 2026"
    assert [find_awaited(decided, day) for day in (NEEDED, day_after)] == [
        Awaited("CDP-18", NEEDED, is_overdue=False),
        Awaited("CDP-18", NEEDED, is_overdue=True),
    ]


def test_a_conflict_that_opened_again_shows_the_promise_that_was_not_kept(
    model: OperatingModel,
) -> None:
    decision = decide(model, LATE_HANDOVER["finish"])
    day_after = NEEDED + timedelta(days=1)
    late = why_ended(decision, found(), model, day_after)
    worse = why_ended(decision, found(days=9), model, TODAY)

    def reopened(because: str | None) -> Conflict:
        changed = {"former_decision": decision, "reopened_because": because}
        return conflict().model_copy(update=changed)

    assert find_awaited(reopened(late), day_after) == Awaited("CDP-18", NEEDED, is_overdue=True)
    assert find_awaited(reopened(worse), day_after) is None


def test_a_deputy_decides_for_the_holder_of_the_role(model: OperatingModel) -> None:
    ada, dan = (next(each for each in model.people if each.id == name) for name in ("ada", "dan"))
    role = next(each for each in model.roles if each.id == "cio")
    verdict = make_verdict(DISMISS, {}, conflict(), model, TODAY)

    decision = make_decision(
        verdict, conflict(), PermittedDecision(dan, role, "it-small", ada), "", NOW
    )

    assert decision_sentences(decision)[1] == "Decided by Dan for Ada (CIO)."
    assert describe_decision(decision).startswith("the decision of Dan for Ada (CIO): ")
    assert may_replace(model, decision, permitted(model, "ada", "it-small"))
