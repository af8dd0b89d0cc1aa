"""What somebody may answer to the fields of an option."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from model.answers import InvalidAnswer
from model.decisions import Verdict, make_verdict
from model.operating_model.rights import RefusedDecision, may_decide
from model.operating_model.schema import OperatingModel
from model.records import Money
from model.rules import installed_rules
from model.rules.options import ACCEPT, REPLAN
from tests.model.operating_model.small_model import small_model
from tests.model.test_decisions import TODAY, conflict

ADD = installed_rules().options_of("burn_ahead")["add"]


@pytest.fixture
def model(tmp_path: Path) -> OperatingModel:
    return small_model(tmp_path)


def add(model: OperatingModel, amount: str) -> Verdict:
    return make_verdict(ADD, {"amount": amount}, conflict(), model, TODAY)


@pytest.mark.parametrize(
    ("typed", "stored", "amount"),
    [
        ("150,000 EUR", "150,000 EUR", "150000"),
        ("150000 EUR", "150,000 EUR", "150000"),
        ("150000EUR", "150,000 EUR", "150000"),
        ("1,234,567.50 EUR", "1,234,567.50 EUR", "1234567.50"),
    ],
)
def test_the_accepted_value_reaches_as_far_as_the_amount(
    model: OperatingModel, typed: str, stored: str, amount: str
) -> None:
    verdict = add(model, typed)

    assert verdict.answers["amount"] == stored
    assert verdict.accepted.value == (Money("EUR", Decimal(amount)),)


def test_a_smaller_amount_than_what_is_at_stake_accepts_what_is_at_stake(
    model: OperatingModel,
) -> None:
    assert add(model, "10 EUR").accepted.value == (Money("EUR", Decimal(1000)),)


def test_who_adds_more_than_their_right_reaches_is_refused(model: OperatingModel) -> None:
    right, *_ = model.decision_rights
    up_to = right.up_to.model_copy(update={"value": Money("EUR", Decimal(500_000))})
    limited = right.model_copy(update={"up_to": up_to, "rules": ("late_handover",)})
    narrow = model.model_copy(update={"decision_rights": (limited,)})
    holder = next(
        person
        for person in model.people
        if person.id == next(role for role in model.roles if role.id == right.role).holder
    )

    def asked(amount: str) -> object:
        finding = replace(conflict().finding, impact=add(narrow, amount).accepted)
        return may_decide(narrow, holder, finding, TODAY)

    assert not isinstance(asked("500,000 EUR"), RefusedDecision)
    assert isinstance(asked("500,000.01 EUR"), RefusedDecision)


@pytest.mark.parametrize(
    "typed",
    ["0 EUR", "-5 EUR", "5 USD", "100.000,50 EUR", "1.500 EUR", "1,5 EUR", "EUR", "5", "much"],
)
def test_an_amount_in_doubt_is_refused_with_its_form(model: OperatingModel, typed: str) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        add(model, typed)

    assert str(refused.value) == (
        f'add: amount is "{typed}" and has to be an amount above zero like 150,000 EUR'
    )


def test_fewer_days_than_the_present_delay_cannot_be_accepted(model: OperatingModel) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        make_verdict(ACCEPT, {"days": "5"}, conflict(days=13), model, TODAY)

    assert str(refused.value) == (
        "accept: it is 13 working days late already; accept at least 13 or leave days out"
    )
    for days in ({"days": "13"}, {}):
        assert make_verdict(ACCEPT, days, conflict(days=13), model, TODAY).accepted.days == 13


def test_a_move_before_the_forecast_names_the_earliest_day_that_helps(
    model: OperatingModel,
) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        make_verdict(REPLAN, {"on": "2026-03-24"}, conflict(), model, TODAY)

    assert str(refused.value) == (
        "move: on is 24 Mar 2026, which is too early; the earliest day that helps is 25 Mar 2026"
    )
    assert make_verdict(REPLAN, {"on": "2026-03-25"}, conflict(), model, TODAY)


def test_a_gate_after_its_work_is_due_names_the_last_day_that_helps(model: OperatingModel) -> None:
    plan = installed_rules().options_of("missing_gate")["plan"]
    asked = conflict()
    due = replace(asked.wording, terms=(("due", "2026-03-10"),))
    asked = asked.model_copy(update={"wording": due})

    with pytest.raises(InvalidAnswer) as refused:
        make_verdict(plan, {"person": "ada", "on": "2026-03-11"}, asked, model, TODAY)

    assert str(refused.value) == (
        "plan: on is 11 Mar 2026, which is too late; the last day that helps is 10 Mar 2026"
    )
    assert make_verdict(plan, {"person": "ada", "on": "2026-03-10"}, asked, model, TODAY)
