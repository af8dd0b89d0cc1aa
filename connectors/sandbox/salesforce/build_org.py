"""An org built from a file."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.sandbox.json_http import Json
from connectors.sandbox.salesforce.file_format import (
    OpportunityEntry,
    SalesforceFile,
    SalesforceUserEntry,
)
from connectors.sandbox.salesforce.ids import to_18_characters
from connectors.sandbox.salesforce.objects import FieldSpec, standard_objects, usual_probability
from connectors.sandbox.salesforce.org import (
    TRACKED_FIELDS,
    SalesforceOrg,
    format_timestamp,
    insert,
    record_history,
)
from connectors.sandbox.storage import UnlistedName

ORG_CREATED = "2020-01-01T00:00:00.000+0000"


def build(file: SalesforceFile, base_url: str) -> SalesforceOrg:
    """The org of a file, at this URL.

    Raises UnlistedName with the deal and the name where it refers to something the file lacks.
    """
    org = _empty_org(file, base_url)
    users = _add_users(org, file)
    by = users[file.client.username]
    accounts = {
        name: insert(org, "Account", {"Name": name}, by, ORG_CREATED)["Id"]
        for name in file.accounts
    }
    for entry in file.opportunities:
        try:
            _add_deal(org, entry, users, accounts, file.currencies[0])
        except KeyError as error:
            problem = f"salesforce: {entry.name!r} names {error}, which is not listed"
            raise UnlistedName(problem) from error
    return org


def _empty_org(file: SalesforceFile, base_url: str) -> SalesforceOrg:
    objects = standard_objects(multi_currency=len(file.currencies) > 1)
    objects["Opportunity"] += [
        FieldSpec(field.name, field.type, field.label) for field in file.fields
    ]
    client = file.client
    return SalesforceOrg(
        base_url,
        client.client_id,
        client.client_secret,
        client.username,
        client.public_key,
        objects,
        records={name: {} for name in objects},
    )


def _add_users(org: SalesforceOrg, file: SalesforceFile) -> dict[str, str]:
    """Add the users and return their ids by username; the connected app's own user is the first."""
    client = file.client
    own = SalesforceUserEntry(username=client.username, name=client.name, email=client.username)
    ids: dict[str, str] = {}
    for user in (own, *file.users):
        values: Json = {
            "Id": to_18_characters(user.id) if user.id else None,
            "Username": user.username,
            "Name": user.name,
            "Email": user.email,
            "IsActive": user.active,
        }
        # The first user, the app's own, has created all the others.
        first = next(iter(ids.values()), "")
        ids[user.username] = insert(org, "User", values, first, ORG_CREATED)["Id"]
    return ids


def _add_deal(
    org: SalesforceOrg,
    entry: OpportunityEntry,
    users: dict[str, str],
    accounts: dict[str, str],
    currency: str,
) -> None:
    owner = users[entry.owner]
    values: Json = {
        "Id": to_18_characters(entry.id) if entry.id else None,
        "Name": entry.name,
        "AccountId": accounts[entry.account] if entry.account else None,
        "OwnerId": owner,
        "Amount": entry.amount,
        "StageName": entry.stage,
        "CloseDate": entry.close_date.isoformat(),
        "Probability": entry.probability,
        "Description": entry.description,
    }
    if "currencyisocode" in org.fields("Opportunity"):
        values["CurrencyIsoCode"] = entry.currency or currency
    values |= {_field_name(org, name): value for name, value in entry.fields.items()}
    deal = insert(org, "Opportunity", values, owner, _timestamp(entry.created))
    _set_history(org, entry, deal, users)
    modified = [entry.created, *(line.at for line in entry.history)]
    at = _timestamp(entry.modified or max(modified, key=_utc))
    deal |= {"LastModifiedDate": at, "SystemModstamp": at}


def _field_name(org: SalesforceOrg, name: str) -> str:
    return org.fields("Opportunity")[name.lower()].name


def _set_history(
    org: SalesforceOrg, entry: OpportunityEntry, deal: Json, users: dict[str, str]
) -> None:
    """Replace the one line of history that the insert has written by those of the file."""
    if not entry.history:
        return
    rows = org.records["OpportunityHistory"]
    rows.popitem()
    for line in entry.history:
        probability = line.probability
        if probability is None:
            probability = usual_probability(line.stage)
        figures = (line.amount, line.stage, line.close_date.isoformat(), probability)
        past = deal | dict(zip(TRACKED_FIELDS, figures, strict=True))
        record_history(org, past, users[line.by or entry.owner], _timestamp(line.at))


def _utc(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _timestamp(instant: datetime) -> str:
    return format_timestamp(_utc(instant))
