"""The raw record of an opportunity and its history mapped to a deal and its versions.

OpportunityHistory has amount, probability, stage and close date. What it lacks (name, owner,
dependencies) is taken from the present opportunity for every version.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

from connectors.base import RawRecord
from connectors.kit.answers import describe
from connectors.kit.mapping import map_or_hold, name_held, optional_text
from connectors.salesforce.fields import SObjectRow
from connectors.salesforce.opportunity_values import (
    InvalidFieldValue,
    OpportunityValues,
    parse_values,
)
from connectors.salesforce.settings import SalesforceSettings
from model.keys import ReferenceFormats
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

MAPPING_VERSION = 2
"""Raised whenever the same raw record maps to something else."""


def map_deal(
    connection: str,
    settings: SalesforceSettings,
    raw: RawRecord,
    references: ReferenceFormats,
) -> Mapped:
    """Versions oldest first, the last one being the opportunity itself; never raises."""
    try:
        # Decimal from the start: a float would not keep the cents of large amounts.
        payload = json.loads(raw.payload, parse_float=Decimal)
        present, history = dict(payload["opportunity"]), [dict(row) for row in payload["history"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        reason, remedy = "the raw record is no opportunity", "Sync the connection again"
        return Mapped(problems=(Problem(raw.native_id, reason, remedy),))
    ref = Ref(connection, Kind.DEAL, raw.native_id)
    mapped = map_or_hold(
        raw.native_id,
        "the opportunity",
        "Salesforce",
        lambda: _map_history(ref, settings, present, history, references),
    )
    return name_held(
        mapped,
        lambda: _name(ref, present),
        lambda: _key(settings, present),
        lambda: settings.deal_url(ref.native_id),
        lambda: ref.native_id,
    )


def _map_history(
    ref: Ref,
    settings: SalesforceSettings,
    present: SObjectRow,
    history: list[SObjectRow],
    references: ReferenceFormats,
) -> Mapped:
    name = _name(ref, present)
    try:
        values = parse_values(present, "LastModifiedDate", settings.currency)
    except InvalidFieldValue as error:
        return Mapped(problems=(Problem(ref.native_id, str(error), error.remedy),))
    deal = _deal(ref, settings, present, values)
    stated = _stated_dependencies(settings.depends_on, present, references)
    errors = list(values.left_out)
    if not present.get("StageName"):
        reason = f"StageName is {describe(present.get('StageName'))}, so its stage is not known"
        errors.append(InvalidFieldValue(reason, "Give the opportunity a stage in Salesforce"))
    snapshots = list(_parse_snapshots(history, settings, errors))
    # A change that only the system made (a rolled-up amount) leaves LastModifiedDate alone.
    present_from = max([values.valid_from, *(past.valid_from for _, past in snapshots)])
    versions = [
        Version(past.valid_from, deal.model_copy(update=_changes(row, present, past)), stated)
        for row, past in snapshots
        if past.valid_from < present_from
    ]
    aliases = ((ref, name),) if name != deal.key else ()
    return Mapped((*versions, Version(present_from, deal, stated)), _problems(ref, errors), aliases)


def _problems(ref: Ref, errors: list[InvalidFieldValue]) -> tuple[Problem, ...]:
    """One problem per distinct error, however many snapshots have it; none holds the deal."""
    distinct = dict.fromkeys((str(error), error.remedy) for error in errors)
    return tuple(Problem(ref.native_id, reason, remedy, held=False) for reason, remedy in distinct)


def _parse_snapshots(
    history: list[SObjectRow], settings: SalesforceSettings, errors: list[InvalidFieldValue]
) -> Iterator[tuple[SObjectRow, OpportunityValues]]:
    """History rows, oldest first; one that cannot be parsed is left out and added to `errors`."""
    for row in sorted(history, key=lambda row: (str(row.get("CreatedDate")), str(row.get("Id")))):
        try:
            values = parse_values(row, "CreatedDate", settings.currency)
        except InvalidFieldValue as error:
            reason = f"a snapshot of its history: {error}"
            errors.append(InvalidFieldValue(reason, error.remedy))
        else:
            errors += values.left_out
            yield row, values


def _deal(
    ref: Ref, settings: SalesforceSettings, present: SObjectRow, values: OpportunityValues
) -> Deal:
    return Deal(
        ref=ref,
        key=_key(settings, present) or _name(ref, present),
        title=_name(ref, present),
        url=settings.deal_url(ref.native_id),
        touched_at=values.valid_from,
        dates_from='Salesforce "Close Date"',
        function=settings.function,
        owner=optional_text(present.get("OwnerId"), "OwnerId"),
        stage=_stage(present),
        status=str(present.get("StageName") or ""),
        amount=values.amount,
        currency=values.currency,
        close_date=values.close_date,
        probability=values.probability,
    )


def _changes(row: SObjectRow, present: SObjectRow, values: OpportunityValues) -> dict[str, object]:
    """The fields in which the deal of a snapshot may differ from the present one."""
    return {
        "touched_at": values.valid_from,
        "stage": _past_stage(row, present),
        "status": str(row.get("StageName") or ""),
        "amount": values.amount,
        "currency": values.currency,
        "close_date": values.close_date,
        "probability": values.probability,
    }


def _name(ref: Ref, present: SObjectRow) -> str:
    return optional_text(present.get("Name"), "Name") or ref.native_id


def _key(settings: SalesforceSettings, present: SObjectRow) -> str | None:
    key = present.get(settings.key_field) if settings.key_field else None
    return optional_text(key, str(settings.key_field))


def _stated_dependencies(
    depends_on: str | None, present: SObjectRow, references: ReferenceFormats
) -> tuple[StatedDependency, ...]:
    text = present.get(depends_on) if depends_on else None
    if depends_on is None or not isinstance(text, str):
        return ()
    # People know the field by its label, which is its API name without the technical parts.
    where = f'Salesforce field "{depends_on.removesuffix("__c").replace("_", " ")}"'
    return tuple(
        StatedDependency(name, DependencyRole.PREDECESSOR, Origin.FIELD, where, written=written)
        for name, written in references.split_list(text).items()
    )


def _stage(row: SObjectRow) -> DealStage:
    if row.get("IsWon"):
        return DealStage.WON
    return DealStage.LOST if row.get("IsClosed") else DealStage.OPEN


def _past_stage(row: SObjectRow, present: SObjectRow) -> DealStage:
    """History lacks IsWon and IsClosed, so the forecast category decides.

    A won stage forecasts as Closed; a lost one is Omitted and has no probability left:
    https://help.salesforce.com/s/articleView?id=sf.forecasts3_forecast_categories_overview.htm
    """
    if row.get("StageName") == present.get("StageName"):
        return _stage(present)
    if row.get("ForecastCategory") == "Closed":
        return DealStage.WON
    # An open stage can be omitted from forecasts too, but it keeps its probability.
    is_lost = row.get("ForecastCategory") == "Omitted" and not row.get("Probability")
    return DealStage.LOST if is_lost else DealStage.OPEN
