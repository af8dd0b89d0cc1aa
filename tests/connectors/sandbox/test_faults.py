from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.connectors.sandbox.documents import DATA, V3, document

COMMENT = f"{V3}/issue/CDP-1/comment"


def inject(client: httpx.Client, kind: str, **members: Any) -> None:
    response = client.post("/_sandbox/faults", json={"kind": kind} | members)
    assert response.status_code == 201, response.text


def test_a_rate_limit_response_says_when_to_retry(jira: httpx.Client) -> None:
    reason = {"RateLimit-Reason": "jira-burst-based"}
    inject(jira, "429", times=1, retry_after=7, headers=reason)
    refused = jira.get(f"{V3}/myself")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "7"
    assert refused.headers["RateLimit-Reason"] == "jira-burst-based"
    assert jira.get(f"{V3}/myself").status_code == 200


def test_a_rate_limit_response_may_lack_retry_after(jira: httpx.Client) -> None:
    inject(jira, "429", times=1)
    assert "Retry-After" not in jira.get(f"{V3}/myself").headers


def test_a_request_that_gets_a_server_error_has_no_effect(jira: httpx.Client) -> None:
    inject(jira, "5xx", match="POST .*/comment$", status=502, times=1)
    assert jira.post(COMMENT, json={"body": document("Late")}).status_code == 502
    assert jira.get(COMMENT).json()["total"] == 1


def test_a_request_whose_connection_is_dropped_has_taken_effect(jira: httpx.Client) -> None:
    inject(jira, "drop_after", match="POST .*/comment$", times=1)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        jira.post(COMMENT, json={"body": document("Late")})
    assert jira.get(COMMENT).json()["total"] == 2


def test_a_truncated_body_is_a_valid_http_response(jira: httpx.Client) -> None:
    whole = jira.get(f"{V3}/field").content
    inject(jira, "truncate", times=1)
    truncated = jira.get(f"{V3}/field")
    assert truncated.content == whole[: len(whole) // 2]
    with pytest.raises(json.JSONDecodeError):
        truncated.json()


def test_a_delayed_response_exceeds_the_timeout_of_the_client(jira: httpx.Client) -> None:
    inject(jira, "latency", match="GET .*/myself", seconds=60, times=1)
    with pytest.raises(httpx.ReadTimeout):
        jira.get(f"{V3}/myself", timeout=0.05)
    assert jira.get(f"{V3}/myself").status_code == 200


def test_a_token_can_expire_after_some_requests(jira: httpx.Client) -> None:
    inject(jira, "expire_token", after=2)
    statuses = [jira.get(f"{V3}/myself").status_code for _ in range(4)]
    assert statuses == [200, 200, 401, 401]
    jira.delete("/_sandbox/faults")
    assert jira.get(f"{V3}/myself").status_code == 200


def test_a_new_session_is_valid_after_the_old_one_has_expired(salesforce: httpx.Client) -> None:
    inject(salesforce, "expire_token", match="/limits", times=1)
    expired = salesforce.get(f"{DATA}/limits")
    assert (expired.status_code, expired.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
    form = {"grant_type": "client_credentials", "client_id": "sandbox-client"}
    renewed = salesforce.post(
        "/services/oauth2/token", data=form | {"client_secret": "sandbox-secret"}
    )
    salesforce.headers["Authorization"] = f"Bearer {renewed.json()['access_token']}"
    assert salesforce.get(f"{DATA}/limits").status_code == 200


def test_a_rate_limit_response_of_salesforce_has_its_own_status_and_code(
    salesforce: httpx.Client,
) -> None:
    inject(salesforce, "429", times=1)
    refused = salesforce.get(f"{DATA}/limits")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")


def test_a_fault_applies_to_matching_requests_until_it_is_cleared(jira: httpx.Client) -> None:
    inject(jira, "5xx", match="GET .*/field")
    assert jira.get(f"{V3}/status").status_code == 200
    assert [jira.get(f"{V3}/field").status_code for _ in range(2)] == [503, 503]
    assert [rule["match"] for rule in jira.get("/_sandbox/faults").json()] == ["GET .*/field"]
    assert jira.delete("/_sandbox/faults").json() == []
    assert jira.get(f"{V3}/field").status_code == 200


@pytest.mark.parametrize(
    "fault", [{"kind": "earthquake"}, {"kind": "5xx", "match": "("}, {"time": 1}]
)
def test_an_invalid_fault_is_refused(jira: httpx.Client, fault: dict[str, Any]) -> None:
    assert jira.post("/_sandbox/faults", json=fault).status_code == 400


def test_requests_are_logged_except_those_to_the_sandbox_itself(jira: httpx.Client) -> None:
    jira.get(f"{V3}/project/NOPE", params={"expand": "lead"})
    inject(jira, "drop_after", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        jira.get(f"{V3}/myself")
    assert jira.get("/_sandbox/requests").json() == [
        {"method": "GET", "path": f"{V3}/project/NOPE", "query": "expand=lead", "status": 404},
        {"method": "GET", "path": f"{V3}/myself", "query": "", "status": 0},
    ]
    assert jira.delete("/_sandbox/requests").json() == []
