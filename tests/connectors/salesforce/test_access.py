"""Signing in, and what `check` finds missing in a running org."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.base import ConnectionFailed
from connectors.kit.auth import AccessToken, RenewedTokenAuth
from connectors.salesforce.connector import SalesforceConnector
from connectors.sandbox import Sandbox
from connectors.sandbox.salesforce.org import SalesforceOrg
from tests.connectors.elsewhere import ODD_ANSWERS, answering
from tests.connectors.salesforce.conftest import ENVIRONMENT, SECRET, USERNAME, Connect, Person

JWT = {"client_secret_env": None, "private_key_env": "SF_KEY", "username": USERNAME}


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def pem(key: rsa.RSAPrivateKey, org: SalesforceOrg) -> Iterator[str]:
    """The private key, whose public half the org knows."""
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    org.public_key = key.public_key().public_bytes(serialization.Encoding.PEM, public).decode()
    yield key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def whats(crm: SalesforceConnector) -> list[str]:
    return [problem.what for problem in crm.check()]


def test_a_connection_that_can_do_everything_has_no_problems(crm: SalesforceConnector) -> None:
    assert crm.check() == []


def test_a_private_key_signs_in(connect: Connect, pem: str) -> None:
    crm = connect({"SF_CLIENT_ID": "sandbox-client", "SF_KEY": pem}, **JWT)
    assert crm.check() == []


def test_a_private_key_on_one_line_signs_in(connect: Connect, pem: str) -> None:
    one_line = pem.replace("\n", "\\n")
    crm = connect({"SF_CLIENT_ID": "sandbox-client", "SF_KEY": one_line}, **JWT)
    assert crm.check() == []


def test_a_value_that_is_no_private_key_is_named_by_its_variable(connect: Connect) -> None:
    crm = connect({"SF_CLIENT_ID": "sandbox-client", "SF_KEY": "no-key-but-secret"}, **JWT)
    assert whats(crm) == ["the environment variable SF_KEY does not hold an RSA private key"]


def test_a_wrong_secret_is_reported_with_its_variable(connect: Connect) -> None:
    (problem,) = connect(ENVIRONMENT | {"SF_CLIENT_SECRET": "wrong-secret"}).check()
    assert problem.blocking
    assert "invalid_client" in problem.what
    assert "SF_CLIENT_SECRET" in problem.remedy
    assert "wrong-secret" not in f"{problem}"


def test_a_variable_that_is_not_set_is_named(connect: Connect) -> None:
    assert whats(connect({"SF_CLIENT_ID": "x"})) == [
        "the environment variable SF_CLIENT_SECRET is not set"
    ]


def test_an_address_where_nobody_answers_is_named(connect: Connect) -> None:
    (what,) = whats(connect(url="http://127.0.0.1:9"))
    assert what == "http://127.0.0.1:9 does not answer (ConnectError)"


def test_hidden_fields_are_named(crm: SalesforceConnector, person: Person) -> None:
    person.set(hidden_fields=["Opportunity.Depends_On__c", "OpportunityHistory.CloseDate"])
    assert whats(crm) == [
        f"the field {name} does not exist or is hidden by field-level security"
        for name in ("Opportunity.Depends_On__c", "OpportunityHistory.CloseDate")
    ]


def test_a_feed_that_cannot_be_read_is_a_problem(crm: SalesforceConnector, person: Person) -> None:
    person.fault("5xx", "GET .*/chatter", status=403)
    (problem,) = crm.check()
    assert "feed of an opportunity cannot be read" in problem.what
    assert "chatter_api" in problem.remedy


def test_an_org_without_visible_deals_is_reported(
    crm: SalesforceConnector, org: SalesforceOrg
) -> None:
    org.records["Opportunity"].clear()
    (problem,) = crm.check()
    assert not problem.blocking
    assert "no opportunity is visible" in problem.what


def test_a_limit_that_is_nearly_used_up_is_reported_in_advance(
    crm: SalesforceConnector, person: Person, org: SalesforceOrg
) -> None:
    person.set(daily_requests=100)
    org.requests_today = 94
    (problem,) = crm.check()
    assert not problem.blocking
    assert problem.what == "95 of the 100 API calls of the last 24 hours are used"


def test_a_limit_that_is_used_up_blocks(crm: SalesforceConnector, person: Person) -> None:
    person.set(daily_requests=0)
    (problem,) = crm.check()
    assert problem.blocking
    assert "REQUEST_LIMIT_EXCEEDED" in problem.what


def test_a_session_that_expires_between_two_calls_is_renewed(
    crm: SalesforceConnector, person: Person
) -> None:
    person.fault("expire_token", "describe", times=1)
    assert crm.check() == []


def test_a_check_while_the_tool_is_down_is_a_problem_not_an_error(
    crm: SalesforceConnector, person: Person
) -> None:
    person.fault("5xx", "GET /services/data/v62.0/$")
    (problem,) = crm.check()
    assert "SERVER_UNAVAILABLE" in problem.what


def test_signing_in_is_retried_after_a_transient_fault(
    crm: SalesforceConnector, person: Person
) -> None:
    person.fault("5xx", "POST /services/oauth2/token", times=1)
    assert crm.check() == []


@pytest.mark.parametrize("kind", ["truncate", "5xx", "drop_after"])
def test_a_call_is_retried_after_a_transient_fault(
    crm: SalesforceConnector, person: Person, kind: str
) -> None:
    person.fault(kind, "describe", times=1)
    assert crm.check() == []


def test_an_answer_that_stays_cut_in_half_is_a_problem_not_an_error(
    crm: SalesforceConnector, person: Person
) -> None:
    person.fault("truncate", "Opportunity/describe")
    (problem,) = crm.check()
    assert "no usable answer" in problem.what


def test_no_secret_shows_in_any_text(
    connect: Connect, sandbox: Sandbox, person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    crm = connect()
    crm.check()
    person.set(hidden_fields=["Opportunity.Amount"])
    try:
        list(crm.pull("opportunities", None, datetime.now(UTC)))
        pytest.fail("a hidden field ends the pull")
    except ConnectionFailed:
        output = traceback.format_exc()
    output += caplog.text + repr(vars(crm)) + repr(crm._feed.auth.token())
    assert SECRET not in output
    assert crm._feed.auth.token().value not in output


def test_a_function_that_the_operating_model_lacks_is_reported(connect: Connect) -> None:
    (problem,) = connect(function="slaes").check()
    assert problem.what == '"slaes" is no function of the operating model'


@pytest.mark.parametrize("answer", ODD_ANSWERS)
def test_a_server_that_is_not_salesforce_is_a_problem_of_the_check_and_fails_the_pull(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    session = AccessToken("token", user_id="005000000000001AAA")
    monkeypatch.setattr(RenewedTokenAuth, "token", lambda _: session)
    with answering(answer) as url:
        assert connect(url=url).check()
        with pytest.raises(ConnectionFailed):
            list(connect(url=url).pull("opportunities", None, datetime.now(UTC)))
