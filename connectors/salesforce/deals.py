"""An opportunity and its history, as landed, become a deal and its versions.

OpportunityHistory keeps amount, probability, stage and close date; what it does not keep (name,
owner, dependencies) is taken from the present for every version.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

from connectors.base import RawRecord
from connectors.salesforce.opportunity_values import (
    InvalidFieldValue,
    OpportunityValues,
    SObjectRow,
    parse_values,
)
from connectors.salesforce.settings import SalesforceSettings
from model.keys import listed
from model.records import (
    Deal,
    DealStage,
    DependencyRole,
    Kind,
    Mapped,
    Origin,
    Problem,
    Ref,
    StatedDependency,
    Version,
)


def map_deal(connection: str, settings: SalesforceSettings, landed: RawRecord) -> Mapped:
    """Versions oldest first, the last one being the opportunity itself; never raises."""
    try:
        payload = json.loads(landed.payload, parse_float=Decimal)
        present, history = dict(payload["opportunity"]), [dict(row) for row in payload["history"]]
    except (ValueError, KeyError, TypeError):
        reason, remedy = "what was landed is no opportunity", "Read the connection anew"
        return Mapped(problems=(Problem(landed.native_id, reason, remedy),))
    ref = Ref(connection, Kind.DEAL, landed.native_id)
    return _timeline(ref, settings, present, history)


def _timeline(
    ref: Ref, settings: SalesforceSettings, present: SObjectRow, history: list[SObjectRow]
) -> Mapped:
    name = _name(ref, present)
    try:
        now = parse_values(present, "LastModifiedDate", settings.currency)
    except InvalidFieldValue as error:
        known_as = (name, settings.deal_url(ref.native_id))
        held = Problem(ref.native_id, str(error), error.remedy, known_as=known_as)
        return Mapped(problems=(held,))
    deal = _deal(ref, settings, present, now)
    claims = _claims(settings.depends_on, present)
    faults = list(now.left_out)
    snapshots = list(_readable(history, settings, faults))
    # A change that only the system made (a rolled-up amount) leaves LastModifiedDate alone.
    start = max([now.since, *(then.since for _, then in snapshots)])
    past = [
        Version(then.since, deal.model_copy(update=_changes(row, present, then)), claims)
        for row, then in snapshots
        if then.since < start
    ]
    problems = {(str(e), e.remedy): Problem(ref.native_id, str(e), e.remedy, False) for e in faults}
    aliases = ((ref, name),) if name != deal.key else ()
    return Mapped((*past, Version(start, deal, claims)), tuple(problems.values()), aliases)


def _readable(
    history: list[SObjectRow], settings: SalesforceSettings, faults: list[InvalidFieldValue]
) -> Iterator[tuple[SObjectRow, OpportunityValues]]:
    """Snapshots in order; one that cannot be read is a fault, the rest still tells the history."""
    for row in sorted(history, key=lambda row: (str(row.get("CreatedDate")), str(row.get("Id")))):
        try:
            then = parse_values(row, "CreatedDate", settings.currency)
        except InvalidFieldValue as error:
            faults.append(InvalidFieldValue(f"a snapshot of its history: {error}", error.remedy))
        else:
            faults += then.left_out
            yield row, then


def _deal(
    ref: Ref, settings: SalesforceSettings, present: SObjectRow, now: OpportunityValues
) -> Deal:
    key = present.get(settings.key_field) if settings.key_field else None
    return Deal(
        ref=ref,
        key=str(key or _name(ref, present)),
        title=_name(ref, present),
        url=settings.deal_url(ref.native_id),
        touched_at=now.since,
        dates_from='Salesforce "Close Date"',
        function=settings.function,
        owner=str(present["OwnerId"]) if present.get("OwnerId") else None,
        stage=_stage(present),
        status=str(present.get("StageName") or ""),
        amount=now.amount,
        currency=now.currency,
        close_date=now.close_date,
        probability=now.probability,
    )


def _changes(row: SObjectRow, present: SObjectRow, then: OpportunityValues) -> dict[str, object]:
    """Wherein the deal of a snapshot differs from the present one."""
    return {
        "touched_at": then.since,
        "stage": _past_stage(row, present),
        "status": str(row.get("StageName") or ""),
        "amount": then.amount,
        "currency": then.currency,
        "close_date": then.close_date,
        "probability": then.probability,
    }


def _name(ref: Ref, present: SObjectRow) -> str:
    return str(present.get("Name") or ref.native_id)


def _claims(depends_on: str | None, present: SObjectRow) -> tuple[StatedDependency, ...]:
    text = present.get(depends_on) if depends_on else None
    if depends_on is None or not isinstance(text, str):
        return ()
    # People know the field by its label, which is its API name without the technical parts.
    where = f'Salesforce field "{depends_on.removesuffix("__c").replace("_", " ")}"'
    return tuple(
        StatedDependency(name, DependencyRole.PREDECESSOR, Origin.FIELD, where, written=written)
        for name, written in listed(text).items()
    )


def _stage(row: SObjectRow) -> DealStage:
    if row.get("IsWon"):
        return DealStage.WON
    return DealStage.LOST if row.get("IsClosed") else DealStage.OPEN


def _past_stage(row: SObjectRow, present: SObjectRow) -> DealStage:
    """History lacks IsWon and IsClosed, so they follow from the forecast category.

    A won stage forecasts as Closed; a lost one is Omitted with no probability left:
    https://help.salesforce.com/s/articleView?id=sf.forecasts3_forecast_categories_overview.htm
    """
    if row.get("StageName") == present.get("StageName"):
        return _stage(present)
    if row.get("ForecastCategory") == "Closed":
        return DealStage.WON
    lost = row.get("ForecastCategory") == "Omitted" and not row.get("Probability")
    return DealStage.LOST if lost else DealStage.OPEN
