"""The format of `salesforce.json` and `salesforce.yaml`, which describe the contents of an org.

Users are referred to by username, accounts by name; README.md has an example. pydantic's error
names every mistake in a file. `build_org` makes an org of it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _SalesforceFileModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ClientEntry(_SalesforceFileModel):
    """The connected app that Interlock signs in with, and the user as whom it runs."""

    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"  # noqa: S105 the stand-in's own, not a secret
    username: str = "interlock@example.com"
    name: str = "Interlock"
    public_key: str = ""
    """PEM, for the JWT bearer flow."""


class SalesforceUserEntry(_SalesforceFileModel):
    id: str | None = Field(default=None, pattern=r"^005\w{12}(\w{3})?$")
    username: str
    name: str
    email: str = ""
    active: bool = True


class SalesforceFieldEntry(_SalesforceFileModel):
    name: str = Field(pattern=r"^[A-Za-z]\w*__c$")
    label: str
    type: Literal["string", "textarea", "date", "double", "picklist"] = "string"


class HistoryEntry(_SalesforceFileModel):
    at: datetime
    stage: str
    amount: float | None = None
    close_date: date
    probability: float | None = None
    by: str | None = None


class OpportunityEntry(_SalesforceFileModel):
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
    """Default: when the last line of the history was written."""
    fields: dict[str, Any] = {}
    """Custom fields and other standard fields by API name."""
    history: list[HistoryEntry] = []
    """Oldest first, with the present figures last; default: one line with the present figures."""


class SalesforceFile(_SalesforceFileModel):
    """The whole file. More than one of `currencies` makes it a multi-currency org."""

    client: ClientEntry = ClientEntry()
    currencies: list[str] = ["EUR"]
    users: list[SalesforceUserEntry] = []
    accounts: list[str] = []
    fields: list[SalesforceFieldEntry] = []
    """Custom fields of opportunities."""
    opportunities: list[OpportunityEntry] = []
