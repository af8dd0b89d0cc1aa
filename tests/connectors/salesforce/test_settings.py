"""Which entries of a Salesforce connection interlock.yaml accepts."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.connectors.salesforce.builders import settings


@pytest.mark.parametrize(
    "own",
    [
        {"client_secret_env": None},
        {"private_key_env": "KEY", "username": "bot@acme.example"},
        {"private_key_env": "KEY"},
        {"username": "bot@acme.example"},
        {"client_secret_env": None, "private_key_env": "KEY"},
    ],
)
def test_settings_of_no_or_of_two_sign_in_flows_are_refused(own: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="either client_secret_env, or private_key_env"):
        settings(**own)


@pytest.mark.parametrize("name", ["Name FROM User", "A,B", "1st", "x'y", ""])
def test_a_field_name_that_could_change_a_query_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        settings(depends_on=name)


def test_the_api_is_called_in_the_configured_version() -> None:
    assert settings(api_version="64.0").api == "/services/data/v64.0"


@pytest.mark.parametrize("url", ["acme.my.salesforce.com", "ftp://acme", "https://acme.example/a"])
def test_an_address_that_is_not_an_origin_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="My Domain"):
        settings(url=url)


def test_a_trailing_slash_of_the_address_is_removed() -> None:
    assert settings(url="https://acme.example/").deal_url("006") == (
        "https://acme.example/lightning/r/Opportunity/006/view"
    )
