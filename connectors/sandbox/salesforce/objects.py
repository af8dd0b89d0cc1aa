"""The objects of the stand-in and their standard fields.

Reference: Object Reference for the Salesforce Platform (Opportunity, OpportunityHistory,
Account, User, FeedItem, FeedComment).
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.json_http import Json


@dataclass
class FieldSpec:
    """A field with the properties that `describe` returns. Types are Salesforce's own names."""

    name: str
    type: str
    label: str = ""
    filterable: bool = True
    editable: bool = True
    length: int = 0
    refers_to: str | None = None
    relationship: str | None = None
    """The name of the referenced record in SOQL: `Account` in `Account.Name`."""

    def describe(self) -> Json:
        """A field as in the `fields` of a describe result."""
        return {
            "name": self.name,
            "label": self.label or self.name,
            "type": self.type,
            "length": self.length,
            "custom": self.name.endswith("__c"),
            "filterable": self.filterable,
            "sortable": self.filterable,
            "nillable": self.editable,
            "createable": self.editable,
            "updateable": self.editable,
            "referenceTo": [self.refers_to] if self.refers_to else [],
            "relationshipName": self.relationship,
            "calculated": False,
        }


def _read_only(name: str, type_: str, label: str = "") -> FieldSpec:
    return FieldSpec(name, type_, label, editable=False)


def _user_reference(name: str, relationship: str, *, editable: bool = False) -> FieldSpec:
    return FieldSpec(
        name, "reference", refers_to="User", relationship=relationship, editable=editable
    )


def _audit_fields() -> list[FieldSpec]:
    return [
        _read_only("Id", "id", "Record ID"),
        _read_only("IsDeleted", "boolean", "Deleted"),
        _read_only("CreatedDate", "datetime", "Created Date"),
        _user_reference("CreatedById", "CreatedBy"),
        _read_only("SystemModstamp", "datetime", "System Modstamp"),
    ]


def _modification_fields() -> list[FieldSpec]:
    return [
        _read_only("LastModifiedDate", "datetime", "Last Modified Date"),
        _user_reference("LastModifiedById", "LastModifiedBy"),
    ]


def standard_objects(*, multi_currency: bool) -> dict[str, list[FieldSpec]]:
    """Fields by object; `CurrencyIsoCode` exists only in an org with several currencies."""
    currency = [FieldSpec("CurrencyIsoCode", "picklist", "Currency")] if multi_currency else []
    return {
        "User": [*_audit_fields(), *_modification_fields(), *_USER],
        "Account": [
            *_audit_fields(),
            *_modification_fields(),
            FieldSpec("Name", "string", "Account Name"),
        ],
        "Opportunity": [*_audit_fields(), *_modification_fields(), *_OPPORTUNITY, *currency],
        "OpportunityHistory": [*_audit_fields(), *_HISTORY, *currency],
        "FeedItem": [*_audit_fields(), _read_only("LastModifiedDate", "datetime"), *_FEED_ITEM],
        "FeedComment": [*_audit_fields(), *_FEED_COMMENT],
    }


_USER = [
    FieldSpec("Name", "string", "Full Name"),
    FieldSpec("Email", "email", "Email"),
    FieldSpec("Username", "string", "Username"),
    FieldSpec("IsActive", "boolean", "Active"),
]
_OPPORTUNITY = [
    FieldSpec("Name", "string", "Name", length=120),
    FieldSpec("AccountId", "reference", refers_to="Account", relationship="Account"),
    _user_reference("OwnerId", "Owner", editable=True),
    FieldSpec("Amount", "currency", "Amount"),
    FieldSpec("StageName", "picklist", "Stage"),
    FieldSpec("CloseDate", "date", "Close Date"),
    FieldSpec("Probability", "percent", "Probability (%)"),
    FieldSpec("Type", "picklist", "Opportunity Type"),
    FieldSpec("NextStep", "string", "Next Step", length=255),
    FieldSpec("Description", "textarea", "Description", filterable=False, length=32_000),
    _read_only("IsClosed", "boolean", "Closed"),
    _read_only("IsWon", "boolean", "Won"),
    _read_only("ForecastCategory", "picklist", "Forecast Category"),
]
_HISTORY = [
    FieldSpec(
        "OpportunityId",
        "reference",
        refers_to="Opportunity",
        relationship="Opportunity",
        editable=False,
    ),
    _read_only("StageName", "picklist", "Stage Name"),
    _read_only("Amount", "currency"),
    _read_only("ExpectedRevenue", "currency", "Expected Revenue"),
    _read_only("CloseDate", "date", "Close Date"),
    _read_only("Probability", "percent", "Probability"),
    _read_only("ForecastCategory", "picklist", "To ForecastCategory"),
]
_EDIT_FIELDS = [
    _read_only("LastEditById", "reference"),
    _read_only("LastEditDate", "datetime"),
]
_FEED_ITEM = [
    FieldSpec("ParentId", "reference", refers_to="Opportunity", relationship="Parent"),
    FieldSpec("Type", "picklist"),
    FieldSpec("Body", "textarea", filterable=False, length=10_000),
    FieldSpec("IsRichText", "boolean"),
    FieldSpec("Visibility", "picklist"),
    _read_only("Status", "picklist"),
    _read_only("Revision", "int"),
    _user_reference("InsertedById", "InsertedBy"),
    *_EDIT_FIELDS,
]
_FEED_COMMENT = [
    FieldSpec("FeedItemId", "reference", refers_to="FeedItem", relationship="FeedItem"),
    _read_only("ParentId", "reference"),
    FieldSpec("CommentBody", "textarea", filterable=False, length=10_000),
    FieldSpec("IsRichText", "boolean"),
    _read_only("Revision", "int"),
    _user_reference("InsertedById", "InsertedBy"),
    *_EDIT_FIELDS,
]

STAGES: dict[str, tuple[float, str]] = {
    "Prospecting": (10, "Pipeline"),
    "Qualification": (10, "Pipeline"),
    "Needs Analysis": (20, "Pipeline"),
    "Value Proposition": (50, "Pipeline"),
    "Id. Decision Makers": (60, "Pipeline"),
    "Perception Analysis": (70, "Pipeline"),
    "Proposal/Price Quote": (75, "Pipeline"),
    "Negotiation/Review": (90, "Pipeline"),
    "Closed Won": (100, "Closed"),
    "Closed Lost": (0, "Omitted"),
}
"""Stages of a new org with their probability and forecast category."""


def usual_probability(stage: str) -> float:
    """Percent; 50 for a stage that no new org has."""
    return STAGES[stage][0] if stage in STAGES else 50.0
