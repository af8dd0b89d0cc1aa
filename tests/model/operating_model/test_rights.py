"""Who may decide which conflict: the first right that fits has to, any that fits may."""

from datetime import date
from pathlib import Path

import pytest

from model.findings import Finding, Impact, Severity
from model.operating_model import people
from model.operating_model.rights import (
    DecisionAuthority,
    PermittedDecision,
    RefusedDecision,
    find_authorities,
    may_decide,
)
from model.operating_model.schema import OperatingModel
from model.records import Money
from tests.model.operating_model.small_model import small_model

TODAY = date(2026, 3, 2)


@pytest.fixture
def model(tmp_path: Path) -> OperatingModel:
    return small_model(tmp_path)


def finding_of(
    days: int = 0, *value: str, rule: str = "late_handover", functions: tuple[str, ...] = ("it",)
) -> Finding:
    impact = Impact(days=days, value=tuple(map(Money.parse, value)))
    return Finding(rule, ("x",), Severity.HIGH, functions, (), (), impact)


def first_authority(model: OperatingModel, finding: Finding) -> DecisionAuthority | None:
    return next(iter(find_authorities(model, finding)), None)


def decider(model: OperatingModel, finding: Finding) -> tuple[str, str, str] | None:
    who = first_authority(model, finding)
    return (who.role.id, who.person.id, who.right) if who else None


@pytest.mark.parametrize(
    ("finding", "right"),
    [
        (finding_of(10, "100000 EUR"), "it-small"),
        (finding_of(11), "marketing-medium"),
        (finding_of(10, "100001 EUR"), "marketing-medium"),
        (finding_of(20, "9000000 EUR"), "marketing-medium"),
        (finding_of(21), "steering"),
        (finding_of(1, "5 USD"), "marketing-medium"),
        (finding_of(1, "5 EUR", "5 USD"), "marketing-medium"),
        (finding_of(1, functions=("marketing",)), "marketing-medium"),
        (finding_of(1, functions=("marketing", "it")), "it-small"),
        (finding_of(1, rule="funding_gap"), "steering"),
    ],
)
def test_the_first_right_that_fits_by_size_names_the_authority(
    model: OperatingModel, finding: Finding, right: str
) -> None:
    who = first_authority(model, finding)
    assert who is not None
    assert who.right == right


def test_an_authority_is_the_role_with_its_holder(model: OperatingModel) -> None:
    assert decider(model, finding_of(3)) == ("cio", "ada", "it-small")
    assert str(first_authority(model, finding_of(3))) == "Ada (CIO)"


def test_nobody_has_authority_where_no_right_fits(model: OperatingModel) -> None:
    limited = model.model_copy(update={"decision_rights": model.decision_rights[:2]})
    assert first_authority(limited, finding_of(21)) is None
    refused = may_decide(limited, people.person_with_id(model, "cleo"), finding_of(21), TODAY)
    assert str(refused).endswith("Nobody may.")


@pytest.mark.parametrize(
    ("person", "right"), [("ada", "it-small"), ("ben", "marketing-medium"), ("cleo", "steering")]
)
def test_whoever_holds_a_right_that_fits_may_decide(
    model: OperatingModel, person: str, right: str
) -> None:
    allowed = may_decide(model, people.person_with_id(model, person), finding_of(3), TODAY)
    assert isinstance(allowed, PermittedDecision)
    assert (allowed.person.id, allowed.right) == (person, right)


def test_a_deputy_decides_with_the_same_right(model: OperatingModel) -> None:
    allowed = may_decide(model, people.person_with_id(model, "dan"), finding_of(3), TODAY)
    assert isinstance(allowed, PermittedDecision)
    assert (allowed.person.id, allowed.role.id) == ("dan", "cio")


def test_a_refused_decision_says_why_and_who_may(model: OperatingModel) -> None:
    refused = may_decide(
        model, people.person_with_id(model, "dan"), finding_of(15, "250000 EUR"), TODAY
    )
    assert isinstance(refused, RefusedDecision)
    assert str(refused) == (
        "Dan has no right to decide late_handover of this size (15 days, 250,000 EUR)."
        " Ask Ben (CMO) or Cleo (Chair)."
    )
    assert [who.right for who in refused.who_may] == ["marketing-medium", "steering"]


def test_an_unknown_person_decides_nothing(model: OperatingModel) -> None:
    refused = may_decide(model, None, finding_of(3), TODAY)
    assert isinstance(refused, RefusedDecision)
    assert refused.reason == "This identity belongs to nobody in the operating model"
