"""Paging links that Salesforce itself would never give."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
import respx

from connectors.base import ConnectionFailed
from connectors.kit.client import HttpClient
from connectors.salesforce.queries import QueryClient
from tests.connectors.salesforce.builders import auth_of

BASE = "https://acme.example"
API = "/services/data/v62.0"
TOKEN = {"access_token": "token", "id": f"{BASE}/id/00D/005000000000001AAA"}


@pytest.fixture
def queries() -> QueryClient:
    environment = {"SF_CLIENT_ID": "id", "SF_CLIENT_SECRET": "secret"}
    auth = auth_of(environment)
    return QueryClient("crm", API, HttpClient("crm", BASE, auth, "nothing"))


def answering(mock: respx.MockRouter, link: str) -> None:
    mock.post(f"{BASE}/services/oauth2/token").respond(json=TOKEN)
    page = {"records": [], "done": False, "nextRecordsUrl": link}
    mock.get(path__startswith=f"{API}/query").respond(json=page)


def test_a_link_to_another_origin_is_not_followed(
    queries: QueryClient, respx_mock: respx.MockRouter
) -> None:
    answering(respx_mock, "https://evil.example/services/data/v62.0/query/1")
    with pytest.raises(ConnectionFailed, match=r"leads away .* evil\.example"):
        list(queries.fetch_pages("SELECT Id FROM Opportunity"))


def test_a_link_back_to_a_page_that_was_read_is_refused(
    queries: QueryClient, respx_mock: respx.MockRouter
) -> None:
    answering(respx_mock, f"{API}/query/01g-2000")
    with pytest.raises(ConnectionFailed, match="leads back"):
        list(queries.fetch_pages("SELECT Id FROM Opportunity"))


@pytest.mark.parametrize("body", [{"x": 1}, {}, {"records": None}])
def test_an_answer_without_records_is_refused(
    queries: QueryClient, body: object, respx_mock: respx.MockRouter
) -> None:
    respx_mock.post(f"{BASE}/services/oauth2/token").respond(json=TOKEN)
    respx_mock.get(path=f"{API}/query").mock(return_value=httpx.Response(200, json=body))
    with pytest.raises(ConnectionFailed, match=r"should hold a list at .records., and holds null"):
        list(queries.fetch_pages("SELECT Id FROM Opportunity"))


def test_the_delete_log_is_complete_up_to_latest_date_covered(
    queries: QueryClient, respx_mock: respx.MockRouter
) -> None:
    respx_mock.post(f"{BASE}/services/oauth2/token").respond(json=TOKEN)
    covered = "2026-03-01T11:58:00.000+0000"
    log = respx_mock.get(path=f"{API}/sobjects/Opportunity/deleted")
    log.respond(json={"deletedRecords": [], "latestDateCovered": covered})

    since, until = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)
    assert queries.fetch_delete_log("Opportunity", since, until) == (
        [],
        datetime(2026, 3, 1, 11, 58, tzinfo=UTC),
    )
    assert log.calls[0].request.url.params["end"] == "2026-03-01T12:00:00+00:00"


def test_a_delete_log_without_latest_date_covered_is_complete_up_to_the_requested_end(
    queries: QueryClient, respx_mock: respx.MockRouter
) -> None:
    respx_mock.post(f"{BASE}/services/oauth2/token").respond(json=TOKEN)
    log = respx_mock.get(path=f"{API}/sobjects/Opportunity/deleted")
    log.respond(json={"deletedRecords": []})
    since, until = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    assert queries.fetch_delete_log("Opportunity", since, until) == ([], until)
