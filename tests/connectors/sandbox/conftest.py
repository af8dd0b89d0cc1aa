"""Running stand-ins with the contents of a small insurer, and a client for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.sandbox import Sandbox, running_sandbox
from tests.connectors.sandbox.documents import DATA

JIRA: dict[str, Any] = {
    "account": {"time_zone": "Europe/Berlin"},
    "users": [
        {"account_id": "u-anna", "display_name": "Anna Berg", "email": "anna@example.com"},
        {"account_id": "u-uwe", "display_name": "Uwe <i>Klein</i>", "email": "uwe@example.com"},
    ],
    "projects": [
        {
            "key": "CDP",
            "name": "Customer data platform",
            "versions": [{"name": "2.0", "release_date": "2026-12-01"}],
        },
        {"key": "HELP", "name": "Service desk", "type": "service_desk"},
    ],
    "fields": [{"id": "customfield_10015", "name": "Start date", "type": "date"}],
    "issues": [
        {
            "key": "CDP-1",
            "summary": "Consent store",
            "description": "Keeps each consent.\n\nRead by Marketing.",
            "status": "In Progress",
            "assignee": "u-anna",
            "reporter": "u-uwe",
            "labels": ["cdp"],
            "due": "2026-11-30",
            "created": "2026-10-01T09:00:00Z",
            "fix_versions": ["2.0"],
            "parent": "CDP-2",
            "fields": {"Start date": "2026-10-05"},
            "links": [{"to": "CDP-3"}],
            "changes": [
                {
                    "at": "2026-10-20T09:00:00Z",
                    "by": "u-anna",
                    "field": "duedate",
                    "from": "2026-11-15",
                    "to": "2026-11-30",
                },
                {
                    "at": "2026-10-05T09:00:00Z",
                    "by": "u-anna",
                    "field": "status",
                    "from": "To Do",
                    "to": "In Progress",
                },
            ],
            "comments": [{"at": "2026-10-20T09:01:00Z", "by": "u-anna", "text": "Two weeks more."}],
        },
        {
            "key": "CDP-2",
            "type": "Epic",
            "summary": "Platform",
            "status": "To Do",
            "created": "2026-10-02T09:00:00Z",
        },
        {
            "key": "CDP-3",
            "summary": "Data feed",
            "status": "Done",
            "created": "2026-10-03T09:00:00Z",
        },
        {
            "key": "HELP-1",
            "summary": "Login fails",
            "status": "To Do",
            "created": "2026-10-04T09:00:00Z",
        },
    ],
}

SALESFORCE: dict[str, Any] = {
    "users": [{"username": "sam@example.com", "name": "Sam <b>Sales</b>"}],
    "accounts": ["Nord AG"],
    "fields": [{"name": "Depends_On__c", "label": "Depends On"}],
    "opportunities": [
        {
            "name": "Personal offers",
            "account": "Nord AG",
            "owner": "sam@example.com",
            "amount": 120000,
            "stage": "Negotiation/Review",
            "close_date": "2026-12-10",
            "created": "2026-09-01T08:00:00Z",
            "fields": {"Depends_On__c": "CDP-1"},
            "history": [
                {
                    "at": "2026-09-01T08:00:00Z",
                    "stage": "Prospecting",
                    "amount": 100000,
                    "close_date": "2026-11-30",
                },
                {
                    "at": "2026-10-01T08:00:00Z",
                    "stage": "Negotiation/Review",
                    "amount": 120000,
                    "close_date": "2026-12-10",
                },
            ],
        },
        {
            "name": 'O\'Brien "renewal" 100%',
            "owner": "sam@example.com",
            "stage": "Prospecting",
            "close_date": "2027-01-15",
            "created": "2026-10-01T08:00:00Z",
        },
        {
            "name": "Fleet cover",
            "account": "Nord AG",
            "owner": "sam@example.com",
            "amount": 5000.5,
            "stage": "Closed Lost",
            "close_date": "2026-10-15",
            "created": "2026-10-02T08:00:00Z",
        },
    ],
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(jira=JIRA, salesforce=SALESFORCE) as running:
        yield running


@pytest.fixture
def jira(sandbox: Sandbox) -> Iterator[httpx.Client]:
    credentials = ("interlock@example.com", "sandbox-token")
    with httpx.Client(base_url=sandbox.jira_url, auth=credentials) as client:
        yield client


@pytest.fixture
def salesforce(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.salesforce_url) as client:
        form = {
            "grant_type": "client_credentials",
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
        }
        token = client.post("/services/oauth2/token", data=form).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@pytest.fixture
def deal(salesforce: httpx.Client) -> str:
    """The id of the deal "Personal offers"."""
    query = "SELECT Id FROM Opportunity WHERE Name = 'Personal offers'"
    [row] = salesforce.get(f"{DATA}/query", params={"q": query}).json()["records"]
    return str(row["Id"])
