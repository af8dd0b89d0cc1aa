"""Which fields are read, checked against what the connection's user may see.

Field-level security hides a field without any error, so `describe` is compared with what is
needed. `CurrencyIsoCode` exists only in orgs with several currencies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.base import AccessProblem
from connectors.salesforce.settings import SalesforceSettings

_CURRENCY = "CurrencyIsoCode"
_DEAL = (
    "Id", "Name", "StageName", "IsWon", "IsClosed", "Amount", "Probability", "CloseDate",
    "OwnerId", "CreatedDate", "LastModifiedDate", "SystemModstamp",
)  # fmt: skip
_HISTORY = (
    "Id", "OpportunityId", "StageName", "Amount", "Probability", "CloseDate",
    "ForecastCategory", "CreatedDate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpportunityFields:
    """The fields to select, and the needed ones that cannot be seen (`Opportunity.Amount`)."""

    deal: tuple[str, ...]
    history: tuple[str, ...]
    hidden: tuple[str, ...]
    formulas: tuple[str, ...]
    several_currencies: bool
    feed: bool
    """Whether opportunities have a Chatter feed."""


def choose_fields(
    settings: SalesforceSettings, deal: dict[str, Any], history: dict[str, Any]
) -> OpportunityFields:
    """Decide from the describes of Opportunity and OpportunityHistory."""
    own = [name for name in (settings.depends_on, settings.key_field) if name]
    deals, deals_hidden = _split("Opportunity", (*_DEAL, *own), deal)
    past, past_hidden = _split("OpportunityHistory", _HISTORY, history)
    return OpportunityFields(
        deal=(*deals, *_optional(deal)),
        history=(*past, *_optional(history)),
        hidden=(*deals_hidden, *past_hidden),
        formulas=tuple(name for name in own if _seen(deal).get(name, {}).get("calculated")),
        several_currencies=bool(_optional(deal)),
        feed=deal.get("feedEnabled") is not False,
    )


def find_field_problems(
    fields: OpportunityFields, settings: SalesforceSettings
) -> list[AccessProblem]:
    """What a person should put right before these fields can be relied on."""
    found = [
        AccessProblem(
            f"the field {name} does not exist or is hidden by field-level security",
            "Give the user of this connection read access to it, or correct interlock.yaml.",
        )
        for name in fields.hidden
    ]
    if not fields.several_currencies and settings.currency is None:
        what = "the org states no currency on its opportunities, so amounts cannot be read"
        found.append(AccessProblem(what, "Set `currency` of this connection in interlock.yaml."))
    if not fields.feed:
        what = "opportunities have no Chatter feed, so nothing can be said on them"
        found.append(AccessProblem(what, "Enable feed tracking for Opportunity in Setup.", False))
    return found + [_formula(name) for name in fields.formulas]


def _formula(name: str) -> AccessProblem:
    return AccessProblem(
        f"{name} is a formula: a new result of it does not mark the opportunity as changed",
        "Nothing has to be done; it is read again once a day. A plain text field is seen at once.",
        blocking=False,
    )


def _split(
    thing: str, wanted: Sequence[str], described: dict[str, Any]
) -> tuple[list[str], list[str]]:
    names = list(dict.fromkeys(wanted))
    seen = _seen(described)
    return (
        [name for name in names if name in seen],
        [f"{thing}.{name}" for name in names if name not in seen],
    )


def _optional(described: dict[str, Any]) -> tuple[str, ...]:
    return (_CURRENCY,) if _CURRENCY in _seen(described) else ()


def _seen(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in described.get("fields", [])}
