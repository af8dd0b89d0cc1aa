"""The page of a deal, as its team would see it, and the list of all deals."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from connectors.sandbox.answers import Json
from connectors.sandbox.html import missing, page, words_of
from connectors.sandbox.salesforce.org import SalesforceOrg
from connectors.sandbox.salesforce.segments import html_of

SHOWN = ("Amount", "CurrencyIsoCode", "StageName", "CloseDate", "Probability", "NextStep")


def routes(org: SalesforceOrg) -> list[Route]:
    """`/` and the address that Lightning gives a deal."""

    async def all_deals(_: Request) -> HTMLResponse:
        deals = [_listed(org, one) for one in _rows(org, "Opportunity")]
        return page("deals.html", tool="Salesforce", deals=deals)

    async def one_deal(request: Request) -> HTMLResponse:
        deal = org.find("Opportunity", request.path_params["id"])
        return _deal_page(org, deal) if deal else missing("such opportunity")

    return [Route("/", all_deals), Route("/lightning/r/Opportunity/{id}/view", one_deal)]


def _rows(org: SalesforceOrg, name: str, **wanted: object) -> list[Json]:
    """Records that are not deleted and have these values."""
    return [
        one
        for one in org.records[name].values()
        if not one["IsDeleted"] and all(one[field] == value for field, value in wanted.items())
    ]


def _listed(org: SalesforceOrg, deal: Json) -> Json:
    posts = len(_rows(org, "FeedItem", ParentId=deal["Id"]))
    return (
        deal
        | {"account": _name(org, deal["AccountId"]), "owner": _name(org, deal["OwnerId"])}
        | {"posts": posts}
    )


def _name(org: SalesforceOrg, id_: str | None) -> str:
    """The name of the user or account with that id."""
    for name in ("User", "Account"):
        if id_ and (found := org.find(name, id_)):
            return str(found["Name"])
    return "–"


def _deal_page(org: SalesforceOrg, deal: Json) -> HTMLResponse:
    posts = _rows(org, "FeedItem", ParentId=deal["Id"])
    history = _rows(org, "OpportunityHistory", OpportunityId=deal["Id"])
    return page(
        "deal.html",
        tool="Salesforce",
        deal=deal,
        posts=[_post(org, one) for one in sorted(posts, key=_when, reverse=True)],
        history=sorted(history, key=_when, reverse=True),
        details=_details(org, deal),
    )


def _when(record: Json) -> tuple[str, str]:
    return record["CreatedDate"], record["Id"]


def _post(org: SalesforceOrg, item: Json) -> Json:
    return item | {
        "author": _name(org, item["CreatedById"]),
        "html": html_of(org.segments.get(item["Id"], [])),
    }


def _details(org: SalesforceOrg, deal: Json) -> list[tuple[str, str]]:
    """Labels and words of the fields that are filled in, the org's own among them."""
    people = [("Account", _name(org, deal["AccountId"])), ("Owner", _name(org, deal["OwnerId"]))]
    specs = [
        one for one in org.objects["Opportunity"] if one.name in SHOWN or one.name.endswith("__c")
    ]
    filled = [one for one in specs if deal.get(one.name) is not None]
    return people + [(one.label, _words(deal[one.name])) for one in filled]


def _words(value: object) -> str:
    return f"{value:,.0f}" if isinstance(value, float | int) else words_of(str(value))
