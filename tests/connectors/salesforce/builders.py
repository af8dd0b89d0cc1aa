"""Small opportunities and settings, in the shapes of the REST API's query answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connectors.base import ConnectorContext, RawRecord
from connectors.kit.auth import RenewedTokenAuth
from connectors.kit.clock import Clock
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.sign_in import build_auth

DEAL_ID = "006000000000001AAA"
OWNER_ID = "005000000000002AAA"


def settings(**overrides: Any) -> SalesforceSettings:
    entry: dict[str, Any] = {
        "tool": "salesforce",
        "function": "sales",
        "url": "https://acme.example",
        "client_id_env": "SF_CLIENT_ID",
        "client_secret_env": "SF_CLIENT_SECRET",
        "depends_on": "Depends_On__c",
        "currency": "EUR",
    }
    return SalesforceSettings.model_validate(entry | overrides)


def auth_of(environment: dict[str, str], **overrides: Any) -> RenewedTokenAuth:
    """How a connection with these variables signs in."""
    return build_auth(settings(**overrides), ConnectorContext("crm", Path(), environment), Clock())


def opportunity(**overrides: Any) -> dict[str, Any]:
    return {
        "Id": DEAL_ID,
        "Name": "Nordwind renewal",
        "StageName": "Proposal",
        "IsWon": False,
        "IsClosed": False,
        "Amount": 250000.0,
        "Probability": 60.0,
        "CloseDate": "2026-04-30",
        "OwnerId": OWNER_ID,
        "CreatedDate": "2026-01-05T08:00:00.000+0000",
        "LastModifiedDate": "2026-03-01T12:00:00.000+0000",
        "SystemModstamp": "2026-03-01T12:00:00.000+0000",
        "Depends_On__c": "CDP-12; CDP-14",
    } | overrides


def snapshot(created: str, **overrides: Any) -> dict[str, Any]:
    """A row of OpportunityHistory from 08:00 UTC on the day `created`."""
    return {
        "Id": f"008{created}",
        "OpportunityId": DEAL_ID,
        "StageName": "Proposal",
        "Amount": 250000.0,
        "Probability": 60.0,
        "CloseDate": "2026-04-30",
        "ForecastCategory": "Pipeline",
        "CreatedDate": f"{created}T08:00:00.000+0000",
    } | overrides


def raw_record(present: dict[str, Any], *history: dict[str, Any]) -> RawRecord:
    payload = {"opportunity": present, "history": list(history)}
    return RawRecord(str(present["Id"]), json.dumps(payload))
