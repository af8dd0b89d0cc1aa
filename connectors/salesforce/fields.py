"""Which fields are read, checked against what the connection's user may see.

Field-level security hides a field without any error, so the needed fields are compared with the
answer to `describe`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.base import AccessProblem
from connectors.salesforce.settings import SalesforceSettings

SObjectRow = dict[str, Any]
"""One row of an answer: field name to value, as JSON has it."""
_CURRENCY_FIELD = "CurrencyIsoCode"
_DEAL_FIELDS = (
    "Id", "Name", "StageName", "IsWon", "IsClosed", "Amount", "Probability", "CloseDate",
    "OwnerId", "CreatedDate", "LastModifiedDate", "SystemModstamp",
)  # fmt: skip
_HISTORY_FIELDS = (
    "Id", "OpportunityId", "StageName", "Amount", "Probability", "CloseDate",
    "ForecastCategory", "CreatedDate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpportunityFields:
    """The fields to select from Opportunity and OpportunityHistory, and what the org allows.

    `hidden` are needed fields that cannot be seen (`Opportunity.Amount`), `formulas` those of the
    selected ones that are computed.
    """

    deal: tuple[str, ...]
    history: tuple[str, ...]
    hidden: tuple[str, ...]
    formulas: tuple[str, ...]
    is_multi_currency: bool
    has_feed: bool
    """Whether opportunities have a Chatter feed."""


def choose_fields(
    settings: SalesforceSettings, deal: dict[str, Any], history: dict[str, Any]
) -> OpportunityFields:
    """Choose from the describes of Opportunity and OpportunityHistory."""
    configured = [name for name in (settings.depends_on, settings.key_field) if name]
    deals, deals_hidden = _split_by_visibility("Opportunity", (*_DEAL_FIELDS, *configured), deal)
    past, past_hidden = _split_by_visibility("OpportunityHistory", _HISTORY_FIELDS, history)
    described = _fields_by_name(deal)
    return OpportunityFields(
        deal=(*deals, *_currency_field(deal)),
        history=(*past, *_currency_field(history)),
        hidden=(*deals_hidden, *past_hidden),
        formulas=tuple(name for name in configured if described.get(name, {}).get("calculated")),
        is_multi_currency=bool(_currency_field(deal)),
        has_feed=deal.get("feedEnabled") is not False,
    )


def find_field_problems(
    fields: OpportunityFields, settings: SalesforceSettings
) -> list[AccessProblem]:
    """What a person should put right before these fields can be relied on.

    A hidden field and an unknown currency block a sync; a missing feed and a formula do not.
    """
    problems = [
        AccessProblem(
            f"the field {name} does not exist or is hidden by field-level security",
            "Give the user of this connection read access to it, or correct interlock.yaml.",
        )
        for name in fields.hidden
    ]
    if not fields.is_multi_currency and settings.currency is None:
        what = "the org states no currency on its opportunities, so amounts cannot be read"
        remedy = "Set `currency` of this connection in interlock.yaml."
        problems.append(AccessProblem(what, remedy))
    if not fields.has_feed:
        what = "opportunities have no Chatter feed, so they cannot be commented on"
        remedy = "Enable feed tracking for Opportunity in Setup."
        problems.append(AccessProblem(what, remedy, blocking=False))
    return problems + [_formula_problem(name) for name in fields.formulas]


def _formula_problem(name: str) -> AccessProblem:
    return AccessProblem(
        f"{name} is a formula: a new result of it does not mark the opportunity as changed",
        "Nothing has to be done; it is read again once a day. A plain text field is seen at once.",
        blocking=False,
    )


def _split_by_visibility(
    sobject: str, needed: Sequence[str], described: dict[str, Any]
) -> tuple[list[str], list[str]]:
    """The needed names that are visible, and the others with the sObject before them."""
    names = list(dict.fromkeys(needed))
    visible = _fields_by_name(described)
    return (
        [name for name in names if name in visible],
        [f"{sobject}.{name}" for name in names if name not in visible],
    )


def _currency_field(described: dict[str, Any]) -> tuple[str, ...]:
    # Only orgs with several currencies have it, so it cannot be selected everywhere.
    return (_CURRENCY_FIELD,) if _CURRENCY_FIELD in _fields_by_name(described) else ()


def _fields_by_name(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in described.get("fields", [])}
