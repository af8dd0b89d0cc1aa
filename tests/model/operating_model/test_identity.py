"""Whom an identity means: exactly one kind is compared, and what only looks alike is not equal."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.operating_model.identity import Identity, IdentityKind, find_person, identity_of_text
from model.operating_model.schema import OperatingModel
from tests.model.operating_model.small_model import small_model


@pytest.fixture
def model(tmp_path: Path) -> OperatingModel:
    return small_model(tmp_path)


def found(
    model: OperatingModel, kind: str, value: str, connection: str | None = None
) -> str | None:
    person = find_person(model, Identity(IdentityKind(kind), value, connection))
    return person.id if person else None


def test_each_kind_finds_its_person(model: OperatingModel) -> None:
    assert found(model, "id", "ben") == "ben"
    assert found(model, "email", "ben@small.example") == "ben"
    assert found(model, "local", "ben@small.example") == "ben"
    assert found(model, "account", "acc-ben", "jira") == "ben"


def test_no_kind_is_taken_for_another(model: OperatingModel) -> None:
    values = {"id": "ben", "email": "ben@small.example", "account": "acc-ben"}
    for kind in values:
        for other, value in values.items():
            assert (found(model, kind, value, "jira") == "ben") == (kind == other)


def test_an_account_counts_in_its_own_connection_alone_and_case_counts(
    model: OperatingModel,
) -> None:
    assert found(model, "account", "acc-ben", "sheet") is None
    assert found(model, "account", "acc-ben") is None
    assert found(model, "account", "ACC-BEN", "jira") is None


def test_an_address_that_several_people_have_means_nobody(model: OperatingModel) -> None:
    twice = [person.model_copy(update={"email": "all@small.example"}) for person in model.people]
    shared = model.model_copy(update={"people": tuple(twice)})

    assert found(shared, "email", "all@small.example") is None


def test_the_case_of_ascii_letters_does_not_count_in_an_address(model: OperatingModel) -> None:
    assert found(model, "email", "Ben@Small.EXAMPLE") == "ben"
    assert found(model, "id", "Ben") is None


@pytest.mark.parametrize(
    "address",
    [
        " ben@small.example",
        "ben@small.example\u00a0",
        "ben@small.example, ada@small.example",
        "b\u0435n@small.example",
        "\uff42en@small.example",
        "be\u200bn@small.example",
        "ben@small.example.",
        "ben@ſmall.example",
        "ben+it@small.example",
    ],
)
def test_what_only_looks_alike_is_another_address(model: OperatingModel, address: str) -> None:
    assert found(model, "email", address) is None


def test_the_kelvin_sign_is_no_k_and_other_letters_are_compared_as_they_are(
    model: OperatingModel,
) -> None:
    people = (
        model.people[0].model_copy(update={"email": "kj\u00f6rn@small.example"}),
        *model.people[1:],
    )
    changed = model.model_copy(update={"people": people})

    assert found(changed, "email", "\u212aj\u00f6rn@small.example") is None
    assert found(changed, "email", "Kjo\u0308rn@small.example") is None
    assert found(changed, "email", "KJ\u00f6rn@small.example") == people[0].id


def test_text_with_an_at_sign_is_an_address_and_any_other_an_id() -> None:
    assert identity_of_text("ben@small.example").kind is IdentityKind.EMAIL
    assert identity_of_text("ben").kind is IdentityKind.ID


def test_an_identity_is_read_as_it_is_written() -> None:
    identity = Identity(IdentityKind.EMAIL, "a:b@small.example")

    assert Identity.parse(str(identity)) == identity
    with pytest.raises(ValueError, match="ben"):
        Identity.parse("ben@small.example")
