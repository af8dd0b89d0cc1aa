"""Salesforce as a file describes it (`salesforce.json` or `salesforce.yaml`).

People are named by their username, accounts by their name; README.md shows a file. It is
checked whole: pydantic's error names every wrong place. `building` makes an org of it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Client(_Strict):
    """The connected app through which Interlock comes, and the user it runs as."""

    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"  # noqa: S105 the stand-in's own, not a secret
    username: str = "interlock@example.com"
    name: str = "Interlock"
    public_key: str = ""
    """PEM, for the JWT bearer flow."""


class UserEntry(_Strict):
    id: str | None = Field(default=None, pattern=r"^005\w{12}(\w{3})?$")
    username: str
    name: str
    email: str = ""
    active: bool = True


class FieldEntry(_Strict):
    name: str = Field(pattern=r"^[A-Za-z]\w*__c$")
    label: str
    type: Literal["string", "textarea", "date", "double", "picklist"] = "string"


class HistoryEntry(_Strict):
    at: datetime
    stage: str
    amount: float | None = None
    close_date: date
    probability: float | None = None
    by: str | None = None


class OpportunityEntry(_Strict):
    id: str | None = Field(default=None, pattern=r"^006\w{12}(\w{3})?$")
    name: str
    account: str | None = None
    owner: str
    amount: float | None = None
    currency: str | None = None
    stage: str
    close_date: date
    probability: float | None = None
    description: str | None = None
    created: datetime
    modified: datetime | None = None
    """The last line of the history where it is not given."""
    fields: dict[str, Any] = {}
    """Custom and further standard fields by API name."""
    history: list[HistoryEntry] = []
    """Oldest first, the present figures last; one line of them where it is not given."""


class SalesforceFile(_Strict):
    """The whole file. `currencies` of more than one make it a multi-currency org."""

    client: Client = Client()
    currencies: list[str] = ["EUR"]
    users: list[UserEntry] = []
    accounts: list[str] = []
    fields: list[FieldEntry] = []
    """Custom fields of opportunities."""
    opportunities: list[OpportunityEntry] = []
