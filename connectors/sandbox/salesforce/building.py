"""An org made from a file."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.sandbox.answers import Json
from connectors.sandbox.salesforce.files import OpportunityEntry, SalesforceFile, UserEntry
from connectors.sandbox.salesforce.ids import whole
from connectors.sandbox.salesforce.objects import FieldSpec, standard_objects, usual_probability
from connectors.sandbox.salesforce.org import FOLLOWED, SalesforceOrg, insert, snapshot, stamp

ORG_BEGAN = "2020-01-01T00:00:00.000+0000"


class UnknownName(ValueError):
    """A file names something that it does not list."""


def build(file: SalesforceFile, base_url: str) -> SalesforceOrg:
    """Raises UnknownName with the deal and the name where something named does not exist."""
    org = _empty_org(file, base_url)
    users = _add_users(org, file)
    by = users[file.client.username]
    accounts = {
        name: insert(org, "Account", {"Name": name}, by, ORG_BEGAN)["Id"] for name in file.accounts
    }
    for entry in file.opportunities:
        try:
            _add_deal(org, entry, users, accounts, file.currencies[0])
        except KeyError as error:
            problem = f"salesforce: {entry.name!r} names {error}, which is not listed"
            raise UnknownName(problem) from error
    return org


def _empty_org(file: SalesforceFile, base_url: str) -> SalesforceOrg:
    objects = standard_objects(multi_currency=len(file.currencies) > 1)
    objects["Opportunity"] += [FieldSpec(one.name, one.type, one.label) for one in file.fields]
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
    """User ids by username; the connected app's own user comes first."""
    client = file.client
    own = UserEntry(username=client.username, name=client.name, email=client.username)
    ids: dict[str, str] = {}
    for one in (own, *file.users):
        values: Json = {
            "Id": whole(one.id) if one.id else None,
            "Username": one.username,
            "Name": one.name,
            "Email": one.email,
            "IsActive": one.active,
        }
        first = next(iter(ids.values()), "")
        ids[one.username] = insert(org, "User", values, first, ORG_BEGAN)["Id"]
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
        "Id": whole(entry.id) if entry.id else None,
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
    values |= {_field(org, name): value for name, value in entry.fields.items()}
    deal = insert(org, "Opportunity", values, owner, _stamp(entry.created))
    _set_history(org, entry, deal, users)
    modified = [entry.created, *(one.at for one in entry.history)]
    at = _stamp(entry.modified or max(modified, key=_utc))
    deal |= {"LastModifiedDate": at, "SystemModstamp": at}


def _field(org: SalesforceOrg, name: str) -> str:
    return org.fields("Opportunity")[name.lower()].name


def _set_history(
    org: SalesforceOrg, entry: OpportunityEntry, deal: Json, users: dict[str, str]
) -> None:
    """The file's history in place of the one line that the insert wrote."""
    if not entry.history:
        return
    rows = org.records["OpportunityHistory"]
    rows.popitem()
    for one in entry.history:
        probability = usual_probability(one.stage) if one.probability is None else one.probability
        figures = (one.amount, one.stage, one.close_date.isoformat(), probability)
        past = deal | dict(zip(FOLLOWED, figures, strict=True))
        snapshot(org, past, users[one.by or entry.owner], _stamp(one.at))


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _stamp(moment: datetime) -> str:
    return stamp(_utc(moment))
