"""HTML pages for people: one deal, and the list of all deals."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from connectors.sandbox.json_http import Json
from connectors.sandbox.salesforce.org import SalesforceOrg
from connectors.sandbox.salesforce.segments import to_html
from connectors.sandbox.templating import format_value, render_not_found, render_page

DETAIL_FIELDS = ("Amount", "CurrencyIsoCode", "StageName", "CloseDate", "Probability", "NextStep")


def routes(org: SalesforceOrg) -> list[Route]:
    """`/`, and the path at which Lightning shows a deal."""

    async def all_deals(_: Request) -> HTMLResponse:
        deals = [_list_row(org, deal) for deal in _rows(org, "Opportunity")]
        return render_page("deals.html", tool="Salesforce", deals=deals)

    async def one_deal(request: Request) -> HTMLResponse:
        deal = org.find("Opportunity", request.path_params["id"])
        return _deal_page(org, deal) if deal else render_not_found("such opportunity")

    return [Route("/", all_deals), Route("/lightning/r/Opportunity/{id}/view", one_deal)]


def _rows(org: SalesforceOrg, name: str, **values: object) -> list[Json]:
    """Records with these values that are not deleted."""
    return [
        record
        for record in org.records[name].values()
        if not record["IsDeleted"]
        and all(record[field] == value for field, value in values.items())
    ]


def _list_row(org: SalesforceOrg, deal: Json) -> Json:
    posts = len(_rows(org, "FeedItem", ParentId=deal["Id"]))
    return (
        deal
        | {"account": _name(org, deal["AccountId"]), "owner": _name(org, deal["OwnerId"])}
        | {"posts": posts}
    )


def _name(org: SalesforceOrg, id_: str | None) -> str:
    """The name of the user or account with this id."""
    for name in ("User", "Account"):
        if id_ and (record := org.find(name, id_)):
            return str(record["Name"])
    return "–"


def _deal_page(org: SalesforceOrg, deal: Json) -> HTMLResponse:
    posts = _rows(org, "FeedItem", ParentId=deal["Id"])
    history = _rows(org, "OpportunityHistory", OpportunityId=deal["Id"])
    return render_page(
        "deal.html",
        tool="Salesforce",
        deal=deal,
        posts=[_post(org, item) for item in sorted(posts, key=_created, reverse=True)],
        history=sorted(history, key=_created, reverse=True),
        details=_details(org, deal),
    )


def _created(record: Json) -> tuple[str, str]:
    return record["CreatedDate"], record["Id"]


def _post(org: SalesforceOrg, item: Json) -> Json:
    return item | {
        "author": _name(org, item["CreatedById"]),
        "html": to_html(org.segments.get(item["Id"], [])),
    }


def _details(org: SalesforceOrg, deal: Json) -> list[tuple[str, str]]:
    """Labels and texts of the fields that have a value, custom fields included."""
    people = [("Account", _name(org, deal["AccountId"])), ("Owner", _name(org, deal["OwnerId"]))]
    specs = [
        spec
        for spec in org.objects["Opportunity"]
        if spec.name in DETAIL_FIELDS or spec.name.endswith("__c")
    ]
    set_specs = [spec for spec in specs if deal.get(spec.name) is not None]
    return people + [(spec.label, _format_field(deal[spec.name])) for spec in set_specs]


def _format_field(value: object) -> str:
    return f"{value:,.0f}" if isinstance(value, float | int) else format_value(str(value))
