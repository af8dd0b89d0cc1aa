from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.sandbox import running_sandbox
from tests.connectors.sandbox.documents import DATA

DEALS = f"{DATA}/sobjects/Opportunity"


def count(client: httpx.Client, path: str = "query") -> int:
    query = {"q": "SELECT COUNT() FROM Opportunity"}
    return int(client.get(f"{DATA}/{path}", params=query).json()["totalSize"])


def deleted(client: httpx.Client, *, days: int) -> httpx.Response:
    now = datetime.now(UTC)
    window = {
        "start": (now - timedelta(days=days)).isoformat(),
        "end": (now + timedelta(minutes=5)).isoformat(),
    }
    return client.get(f"{DEALS}/deleted/", params=window)


def test_a_deleted_deal_is_in_the_bin_and_in_getdeleted(
    salesforce: httpx.Client, deal: str
) -> None:
    assert salesforce.delete(f"{DEALS}/{deal}").status_code == 204
    assert (count(salesforce), count(salesforce, "queryAll")) == (2, 3)
    assert salesforce.get(f"{DEALS}/{deal}").status_code == 404
    assert [record["id"] for record in deleted(salesforce, days=1).json()["deletedRecords"]] == [
        deal
    ]


def test_getdeleted_covers_the_last_fifteen_days(salesforce: httpx.Client) -> None:
    refused = deleted(salesforce, days=16)
    assert refused.json()[0]["errorCode"] == "INVALID_REPLICATION_DATE"


def test_a_deal_can_be_restored_from_the_bin(salesforce: httpx.Client, deal: str) -> None:
    salesforce.delete(f"{DEALS}/{deal}")
    salesforce.patch(f"/_sandbox/records/{deal}", json={"IsDeleted": False})
    assert count(salesforce) == 3


def test_an_edit_sets_the_timestamp_and_what_follows_from_the_stage(
    salesforce: httpx.Client, deal: str
) -> None:
    before = salesforce.get(f"{DEALS}/{deal}").json()
    assert salesforce.patch(f"{DEALS}/{deal}", json={"StageName": "Closed Won"}).status_code == 204
    after = salesforce.get(f"{DEALS}/{deal}").json()
    assert after["SystemModstamp"] > before["SystemModstamp"]
    assert (after["IsClosed"], after["IsWon"], after["Probability"]) == (True, True, 100)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Nope": 1}, "INVALID_FIELD"),
        ({"SystemModstamp": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"Name": "x" * 121}, "STRING_TOO_LONG"),
    ],
)
def test_an_invalid_value_is_refused_with_the_code_of_salesforce(
    salesforce: httpx.Client, deal: str, values: dict[str, Any], code: str
) -> None:
    refused = salesforce.patch(f"{DEALS}/{deal}", json=values)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)


def test_a_new_deal_can_be_read_by_either_form_of_its_id(salesforce: httpx.Client) -> None:
    values = {"Name": "New", "StageName": "Prospecting", "CloseDate": "2027-02-01"}
    created = salesforce.post(DEALS, json=values).json()
    assert (created["success"], len(created["id"])) == (True, 18)
    assert salesforce.get(f"{DEALS}/{created['id'][:15]}").json()["Name"] == "New"


def token(client: httpx.Client, **form: str) -> httpx.Response:
    return client.post("/services/oauth2/token", data=form)


@pytest.mark.parametrize(
    ("id_", "secret", "error"),
    [
        ("sandbox-client", "wrong", "invalid_client"),
        ("nobody", "sandbox-secret", "invalid_client_id"),
    ],
)
def test_wrong_client_credentials_give_no_token(
    salesforce: httpx.Client, id_: str, secret: str, error: str
) -> None:
    refused = token(
        salesforce, grant_type="client_credentials", client_id=id_, client_secret=secret
    )
    assert (refused.status_code, refused.json()["error"]) == (400, error)


def test_the_password_flow_is_not_supported(salesforce: httpx.Client) -> None:
    refused = token(salesforce, grant_type="password", username="sam@example.com", password="x")
    assert refused.json()["error"] == "unsupported_grant_type"


def test_a_request_without_a_session_is_refused(salesforce: httpx.Client) -> None:
    refused = salesforce.get(f"{DATA}/limits", headers={"Authorization": "Bearer stolen"})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_the_jwt_bearer_flow_requires_the_apps_own_signature_and_audience() -> None:
    key, other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with (
        running_sandbox(salesforce={"client": {"public_key": public.decode()}}) as sandbox,
        httpx.Client(base_url=sandbox.salesforce_url) as client,
    ):
        claims = {"iss": "sandbox-client", "sub": "interlock@example.com"}
        claims |= {"aud": sandbox.salesforce_url, "exp": 4_000_000_000}  # type: ignore[dict-item]
        assert "access_token" in _bearer(client, claims, key).json()
        assert _bearer(client, claims, other).json()["error"] == "invalid_grant"
        for claim in ({"aud": "https://elsewhere.example"}, {"exp": 1}, {"sub": "nobody"}):
            assert _bearer(client, claims | claim, key).json()["error"] == "invalid_grant"


def _bearer(client: httpx.Client, claims: dict[str, Any], key: rsa.RSAPrivateKey) -> httpx.Response:
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    return token(client, grant_type=grant, assertion=jwt.encode(claims, key, algorithm="RS256"))
