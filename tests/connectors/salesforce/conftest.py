"""A running stand-in org with three deals, and connectors to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.base import ConnectorContext
from connectors.kit.clock import Clock
from connectors.salesforce.connector import SalesforceConnector, open_connector
from connectors.sandbox import Sandbox, running_sandbox
from connectors.sandbox.salesforce.org import SalesforceOrg
from model.operating_model.lookups import ConnectionLookups
from tests.connectors.references import REFERENCES
from tests.connectors.salesforce.builders import settings

SECRET = "sandbox-secret"
ENVIRONMENT = {"SF_CLIENT_ID": "sandbox-client", "SF_CLIENT_SECRET": SECRET}
USERNAME, ANNA = "interlock@example.com", "anna@example.com"


def described_deal(name: str, day: int) -> dict[str, Any]:
    return {
        "name": name,
        "owner": ANNA,
        "amount": 1000.0 * day,
        "stage": "Negotiation/Review",
        "close_date": "2026-04-30",
        "created": f"2026-01-{day:02d}T08:00:00Z",
        "fields": {"Depends_On__c": "CDP-12"},
    }


def described_org() -> dict[str, Any]:
    return {
        "users": [{"username": ANNA, "name": "Anna Weber"}],
        "fields": [{"name": "Depends_On__c", "label": "Depends on"}],
        "opportunities": [
            described_deal("Nordwind", 1),
            described_deal("Südwind", 2),
            described_deal("<b>Ostwind</b>", 3),
        ],
    }


class Person:
    """Changes the stand-in from outside: as Anna through the API, or by its own switches."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url)
        answer = self._http.post("/_sandbox/sessions", json={"username": ANNA}).json()
        self._as_anna = {"Authorization": f"Bearer {answer['access_token']}"}

    def change(self, deal_id: str, **values: Any) -> None:
        path = f"/services/data/v62.0/sobjects/Opportunity/{deal_id}"
        self._done(self._http.patch(path, json=values, headers=self._as_anna))

    def delete(self, deal_id: str) -> None:
        path = f"/services/data/v62.0/sobjects/Opportunity/{deal_id}"
        self._done(self._http.delete(path, headers=self._as_anna))

    def comment(self, post_id: str, text: str, username: str = ANNA) -> str:
        """Comment a post; returns the comment's id."""
        values = {"FeedItemId": post_id, "CommentBody": text}
        return self._create("FeedComment", values, username)

    def comment_richly(self, post_id: str, *segments: dict[str, Any]) -> str:
        path = f"/services/data/v62.0/chatter/feed-elements/{post_id}/capabilities/comments/items"
        body = {"body": {"messageSegments": [*segments]}}
        answer = self._http.post(path, json=body, headers=self._as_anna)
        self._done(answer)
        return str(answer.json()["id"])

    def post_html(self, deal_id: str, html: str) -> str:
        values = {"ParentId": deal_id, "Body": html, "IsRichText": True}
        return self._create("FeedItem", values, ANNA)

    def edit(self, thing: str, id_: str, username: str = ANNA, **values: Any) -> None:
        path = f"/services/data/v62.0/sobjects/{thing}/{id_}"
        self._done(self._http.patch(path, json=values, headers=self._as(username)))

    def remove(self, thing: str, id_: str) -> None:
        path = f"/services/data/v62.0/sobjects/{thing}/{id_}"
        self._done(self._http.delete(path, headers=self._as_anna))

    def post(self, deal_id: str, text: str) -> None:
        body = {
            "feedElementType": "FeedItem",
            "subjectId": deal_id,
            "body": {"messageSegments": [{"type": "Text", "text": text}]},
        }
        path = "/services/data/v62.0/chatter/feed-elements"
        self._done(self._http.post(path, json=body, headers=self._as_anna))

    def _create(self, thing: str, values: dict[str, Any], username: str) -> str:
        path = f"/services/data/v62.0/sobjects/{thing}"
        answer = self._http.post(path, json=values, headers=self._as(username))
        self._done(answer)
        return str(answer.json()["id"])

    def _as(self, username: str) -> dict[str, str]:
        if username == ANNA:
            return self._as_anna
        answer = self._http.post("/_sandbox/sessions", json={"username": username}).json()
        return {"Authorization": f"Bearer {answer['access_token']}"}

    def overwrite(self, record_id: str, **values: Any) -> None:
        """Set fields as they are, without new stamps or history."""
        self._done(self._http.patch(f"/_sandbox/records/{record_id}", json=values))

    def set(self, **switches: Any) -> None:
        self._done(self._http.put("/_sandbox/settings", json=switches))

    def fault(self, kind: str, match: str, **details: Any) -> None:
        rule = {"kind": kind, "match": match} | details
        self._done(self._http.post("/_sandbox/faults", json=rule))

    def asked(self, part: str) -> list[dict[str, Any]]:
        """Requests so far whose "METHOD path" contains the part."""
        log: list[dict[str, Any]] = self._http.get("/_sandbox/requests").json()
        return [request for request in log if part in f"{request['method']} {request['path']}"]

    def close(self) -> None:
        self._http.close()

    def _done(self, response: httpx.Response) -> None:
        assert response.is_success, response.text


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(salesforce=described_org()) as running:
        yield running


@pytest.fixture
def org(sandbox: Sandbox) -> SalesforceOrg:
    return sandbox.salesforce


@pytest.fixture
def person(sandbox: Sandbox) -> Iterator[Person]:
    person = Person(sandbox.salesforce_url)
    yield person
    person.close()


Connect = Callable[..., SalesforceConnector]


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Connect]:
    """Open connectors to the sandbox whose clocks never wait."""
    opened: list[SalesforceConnector] = []

    def connect(environment: dict[str, str] | None = None, **overrides: Any) -> SalesforceConnector:
        context = ConnectorContext(
            "crm",
            Path(),
            environment or ENVIRONMENT,
            ConnectionLookups(functions=frozenset({"sales"}), references=REFERENCES),
        )
        clock = Clock(lambda: datetime.now(UTC), lambda _: None)
        entry = {"url": sandbox.salesforce_url} | overrides
        opened.append(open_connector(settings(**entry), context, clock))
        return opened[-1]

    yield connect
    for connector in opened:
        connector.close()


@pytest.fixture
def crm(connect: Connect) -> SalesforceConnector:
    return connect()


def deal_ids(org: SalesforceOrg) -> list[str]:
    return list(org.records["Opportunity"])
