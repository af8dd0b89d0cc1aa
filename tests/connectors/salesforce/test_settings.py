"""What interlock.yaml may say about a Salesforce connection."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.connectors.salesforce.builders import settings


@pytest.mark.parametrize(
    "own",
    [
        {"client_secret_env": None},
        {"private_key_env": "KEY", "username": "bot@acme.example"},
        {"client_secret_env": None, "private_key_env": "KEY"},
    ],
)
def test_there_is_exactly_one_way_to_sign_in(own: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="either client_secret_env, or private_key_env"):
        settings(**own)


@pytest.mark.parametrize("name", ["Name FROM User", "A,B", "1st", "x'y", ""])
def test_a_field_name_can_be_nothing_but_a_name(name: str) -> None:
    with pytest.raises(ValidationError):
        settings(depends_on=name)


@pytest.mark.parametrize("url", ["acme.my.salesforce.com", "ftp://acme", "https://acme.example/a"])
def test_the_address_is_that_of_the_org(url: str) -> None:
    with pytest.raises(ValidationError, match="My Domain"):
        settings(url=url)


def test_a_closing_slash_does_not_double() -> None:
    assert settings(url="https://acme.example/").deal_url("006") == (
        "https://acme.example/lightning/r/Opportunity/006/view"
    )
