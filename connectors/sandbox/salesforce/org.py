"""The state of the Salesforce stand-in. Records are kept in the shape REST answers them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from connectors.sandbox.answers import Json
from connectors.sandbox.salesforce.ids import new_id, whole
from connectors.sandbox.salesforce.objects import STAGES, FieldSpec, usual_probability


class Settings(BaseModel):
    """What `PUT /_sandbox/settings` changes on the Salesforce side."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    hidden_fields: list[str] = []
    """Fields that field-level security hides from the connection: "Opportunity.Amount"."""
    daily_requests: int = 15_000
    """How many requests a day the org allows."""
    batch_size: int | None = None
    """Rows on a page of a query, in place of what the client asks for (200 to 2,000)."""
    now: AwareDatetime | None = None
    """Where the org's clock stands; None: it goes with the real one."""


@dataclass
class SalesforceOrg:
    """One org. `records` holds the rows of each object by their 18-character id."""

    base_url: str
    client_id: str
    client_secret: str
    username: str
    """Whom the client credentials run as."""
    public_key: str
    """PEM of the certificate for the JWT bearer flow; empty where it is not set up."""
    objects: dict[str, list[FieldSpec]]
    records: dict[str, dict[str, Json]]
    segments: dict[str, list[Json]] = field(default_factory=dict)
    """Message segments of each feed item."""
    mentions: list[Json] = field(default_factory=list)
    """Who was notified of which feed item."""
    settings: Settings = field(default_factory=Settings)
    last_number: int = 0
    requests_today: int = 0

    def next_id(self, object_name: str) -> str:
        self.last_number += 1
        return new_id(object_name, self.last_number)

    def find(self, object_name: str, id_: str, *, deleted: bool = False) -> Json | None:
        """The record with that id (15 or 18 characters), unless it is in the recycle bin."""
        found = self.records[object_name].get(whole(id_))
        return found if found and (deleted or not found["IsDeleted"]) else None

    def object_of(self, id_: str) -> str | None:
        """Which object has a record with that id."""
        return next((name for name, rows in self.records.items() if whole(id_) in rows), None)

    def fields(self, object_name: str) -> dict[str, FieldSpec]:
        """The fields the connection may see, by lower-case name."""
        hidden = set(self.settings.hidden_fields)
        specs = self.objects[object_name]
        return {one.name.lower(): one for one in specs if f"{object_name}.{one.name}" not in hidden}

    def user_named(self, username: str) -> Json | None:
        users = self.records["User"].values()
        return next((user for user in users if user["Username"] == username), None)

    def clock(self) -> datetime:
        """This moment by the org's own clock."""
        return self.settings.now or datetime.now(UTC)

    def now(self) -> str:
        """This moment as Salesforce writes it."""
        return stamp(self.clock())


def stamp(moment: datetime) -> str:
    """Salesforce's way of writing a moment: whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def insert(org: SalesforceOrg, object_name: str, values: Json, by: str, at: str) -> Json:
    """Add a record with its audit fields and, for an opportunity, its history. Returns it."""
    names = [spec.name for spec in org.objects[object_name]]
    audit = {"CreatedDate": at, "CreatedById": by, "IsDeleted": False} | _stamped(at, by)
    given = dict.fromkeys(names) | audit | values
    id_ = values.get("Id") or org.next_id(object_name)
    record = {name: given[name] for name in names} | {"Id": id_}
    org.records[object_name][id_] = record
    if object_name == "Opportunity":
        _follow_stage(record, values)
        snapshot(org, record, by, at)
    return record


def update(org: SalesforceOrg, object_name: str, record: Json, values: Json, by: str) -> None:
    """Change a record; a change of what OpportunityHistory follows is written there."""
    before = [record.get(name) for name in FOLLOWED]
    at = org.now()
    record |= values
    record |= {name: value for name, value in _stamped(at, by).items() if name in record}
    if object_name == "Opportunity":
        _follow_stage(record, values)
        if before != [record.get(name) for name in FOLLOWED]:
            snapshot(org, record, by, at)


def recycle(org: SalesforceOrg, record: Json) -> None:
    """Put a record into the recycle bin, and with a deal its history and posts."""
    at = org.now()
    parts = ("OpportunityHistory", "OpportunityId"), ("FeedItem", "ParentId")
    for name, reference in parts:
        for part in org.records[name].values():
            if part[reference] == record["Id"]:
                part |= {"IsDeleted": True, "SystemModstamp": at}
    record |= {"IsDeleted": True, "SystemModstamp": at}


def _stamped(at: str, by: str) -> Json:
    return {"LastModifiedDate": at, "SystemModstamp": at, "LastModifiedById": by}


FOLLOWED = ("Amount", "StageName", "CloseDate", "Probability")
"""A change of one of these adds a row of OpportunityHistory."""


def _follow_stage(record: Json, values: Json) -> None:
    """The stage decides whether a deal is closed or won, and its probability unless given."""
    if "StageName" not in values:
        return
    _, category = STAGES.get(values["StageName"], (50, "Pipeline"))
    record["IsWon"] = category == "Closed"
    record["IsClosed"] = category in ("Closed", "Omitted")
    record["ForecastCategory"] = category
    if values.get("Probability") is None:
        record["Probability"] = usual_probability(values["StageName"])


def snapshot(org: SalesforceOrg, deal: Json, by: str, at: str) -> None:
    """Write the deal's present figures into OpportunityHistory."""
    followed = {name: deal.get(name) for name in (*FOLLOWED, "ForecastCategory")}
    amount, probability = deal.get("Amount"), deal.get("Probability")
    expected = None if amount is None else amount * (probability or 0) / 100
    currency = {"CurrencyIsoCode": deal["CurrencyIsoCode"]} if "CurrencyIsoCode" in deal else {}
    values = {"OpportunityId": deal["Id"], "ExpectedRevenue": expected} | followed | currency
    insert(org, "OpportunityHistory", values, by, at)
