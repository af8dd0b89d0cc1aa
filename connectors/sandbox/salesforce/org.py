"""The state of the Salesforce stand-in. Records are stored in the shape of the REST API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from connectors.sandbox.json_http import Json
from connectors.sandbox.salesforce.ids import new_id, to_18_characters
from connectors.sandbox.salesforce.objects import STAGES, FieldSpec, usual_probability


class OrgSettings(BaseModel):
    """What `PUT /_sandbox/settings` changes in Salesforce; each field may be left out."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    hidden_fields: list[str] = []
    """Fields that field-level security hides from the connection: "Opportunity.Amount"."""
    daily_requests: int = 15_000
    """Number of requests per day that the org allows."""
    batch_size: int | None = None
    """Rows per page of a query; None: as many as the client requests (200 to 2,000)."""
    now: AwareDatetime | None = None
    """The time of the org's clock, which then stands still; None: the real time."""
    minutes_ahead: int = 0
    """How far the org's clock is ahead of that, also in the `Date` of its responses."""


@dataclass
class SalesforceOrg:
    """One org. `records` has the rows of each object by their 18-character id."""

    base_url: str
    client_id: str
    client_secret: str
    username: str
    """The user as whom the client credentials flow runs."""
    public_key: str
    """PEM of the certificate for the JWT bearer flow; empty where that flow is not set up."""
    objects: dict[str, list[FieldSpec]]
    records: dict[str, dict[str, Json]]
    segments: dict[str, list[Json]] = field(default_factory=dict)
    """Message segments of each feed item."""
    mentions: list[Json] = field(default_factory=list)
    """Who was notified of which feed item."""
    settings: OrgSettings = field(default_factory=OrgSettings)
    last_number: int = 0
    requests_today: int = 0

    def next_id(self, object_name: str) -> str:
        self.last_number += 1
        return new_id(object_name, self.last_number)

    def find(self, object_name: str, id_: str, *, deleted: bool = False) -> Json | None:
        """The record with this id of 15 or 18 characters; not if it is in the recycle bin."""
        record = self.records[object_name].get(to_18_characters(id_))
        return record if record and (deleted or not record["IsDeleted"]) else None

    def object_of(self, id_: str) -> str | None:
        """The object that has a record with this id; None where none has."""
        return next(
            (name for name, rows in self.records.items() if to_18_characters(id_) in rows), None
        )

    def fields(self, object_name: str) -> dict[str, FieldSpec]:
        """The fields that the connection may see, by lower-case name."""
        hidden = set(self.settings.hidden_fields)
        return {
            spec.name.lower(): spec
            for spec in self.objects[object_name]
            if f"{object_name}.{spec.name}" not in hidden
        }

    def user_named(self, username: str) -> Json | None:
        users = self.records["User"].values()
        return next((user for user in users if user["Username"] == username), None)

    def clock(self) -> datetime:
        """The time of the org's clock."""
        now = self.settings.now or datetime.now(UTC)
        return now + timedelta(minutes=self.settings.minutes_ahead)

    def now(self) -> str:
        """The time of the org's clock as Salesforce writes it."""
        return format_timestamp(self.clock())


def format_timestamp(instant: datetime) -> str:
    """An instant as Salesforce writes it: whole seconds, in UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def insert(org: SalesforceOrg, object_name: str, values: Json, by: str, at: str) -> Json:
    """Add a record with its audit fields and, for an opportunity, a line of history; return it."""
    names = [spec.name for spec in org.objects[object_name]]
    audit = {"CreatedDate": at, "CreatedById": by, "IsDeleted": False} | _modified(at, by)
    row = dict.fromkeys(names) | audit | values
    id_ = values.get("Id") or org.next_id(object_name)
    record = {name: row[name] for name in names} | {"Id": id_}
    org.records[object_name][id_] = record
    if object_name == "Opportunity":
        _apply_stage(record, values)
        record_history(org, record, by, at)
    return record


def update(org: SalesforceOrg, object_name: str, record: Json, values: Json, by: str) -> None:
    """Change a record; where OpportunityHistory tracks a changed field, a line is added there."""
    before = [record.get(name) for name in TRACKED_FIELDS]
    at = org.now()
    record |= values
    record |= {name: value for name, value in _modified(at, by).items() if name in record}
    if object_name in POSTS:
        record |= {"LastEditById": by, "LastEditDate": at}
    if object_name == "Opportunity":
        _apply_stage(record, values)
        if before != [record.get(name) for name in TRACKED_FIELDS]:
            record_history(org, record, by, at)


def recycle(org: SalesforceOrg, record: Json) -> None:
    """Move a record to the recycle bin; with a deal also its history and posts, with a post its
    comments."""
    at = org.now()
    children = (
        ("OpportunityHistory", "OpportunityId"),
        ("FeedItem", "ParentId"),
        ("FeedComment", "ParentId"),
        ("FeedComment", "FeedItemId"),
    )
    # Salesforce deletes child records with their parent, also from queries.
    for name, reference in children:
        for child in org.records[name].values():
            if child[reference] == record["Id"]:
                child |= {"IsDeleted": True, "SystemModstamp": at}
    record |= {"IsDeleted": True, "SystemModstamp": at}


POSTS = ("FeedItem", "FeedComment")


def _modified(at: str, by: str) -> Json:
    return {"LastModifiedDate": at, "SystemModstamp": at, "LastModifiedById": by}


TRACKED_FIELDS = ("Amount", "StageName", "CloseDate", "Probability")
"""A change of any of these adds a row to OpportunityHistory."""


def _apply_stage(record: Json, values: Json) -> None:
    """Set what follows from the stage: closed, won, and the probability unless it is given."""
    if "StageName" not in values:
        return
    _, category = STAGES.get(values["StageName"], (50, "Pipeline"))
    record["IsWon"] = category == "Closed"
    record["IsClosed"] = category in ("Closed", "Omitted")
    record["ForecastCategory"] = category
    # A probability in the same request overrides that of the stage.
    if values.get("Probability") is None:
        record["Probability"] = usual_probability(values["StageName"])


def record_history(org: SalesforceOrg, deal: Json, by: str, at: str) -> None:
    """Add the deal's present figures to OpportunityHistory."""
    tracked = {name: deal.get(name) for name in (*TRACKED_FIELDS, "ForecastCategory")}
    amount, probability = deal.get("Amount"), deal.get("Probability")
    expected = None if amount is None else amount * (probability or 0) / 100
    currency = {"CurrencyIsoCode": deal["CurrencyIsoCode"]} if "CurrencyIsoCode" in deal else {}
    values = {"OpportunityId": deal["Id"], "ExpectedRevenue": expected} | tracked | currency
    insert(org, "OpportunityHistory", values, by, at)
