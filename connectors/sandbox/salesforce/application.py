"""The Salesforce stand-in as one ASGI application: where each endpoint is."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.admin import admin_routes
from connectors.sandbox.answers import Json, answer, body_of
from connectors.sandbox.salesforce import chatter, oauth, pages, query, records
from connectors.sandbox.salesforce.call import Call, Salesforce, route
from connectors.sandbox.salesforce.org import SalesforceOrg
from connectors.sandbox.switchboard import ADMIN, Switchboard


def salesforce_application(org: SalesforceOrg, save: Callable[[], None]) -> Switchboard:
    """The stand-in over this org; `save` is called after each request that may change it."""
    salesforce = Salesforce(org)
    routes = [
        *_open(salesforce),
        *_data(salesforce),
        *_chatter(salesforce),
        *_admin(salesforce),
        *pages.routes(org),
        *admin_routes(lambda: board),
    ]
    board = Switchboard(Starlette(routes=routes), salesforce, save)
    return board


def _open(salesforce: Salesforce) -> list[Route]:
    """What needs no session."""

    async def token(request: Request) -> Response:
        return await oauth.token(salesforce, request)

    async def versions(_: Request) -> Response:
        return answer(
            [
                {"label": label, "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
                for number, label in VERSIONS.items()
            ]
        )

    return [
        Route("/services/oauth2/token", token, methods=["POST"]),
        Route("/services/data", versions),
        Route("/services/data/", versions),
    ]


VERSIONS = {
    60: "Spring '24",
    61: "Summer '24",
    62: "Winter '25",
    63: "Spring '25",
    64: "Summer '25",
}


def _data(salesforce: Salesforce) -> list[Route]:
    one = "/sobjects/{object}/{id}"
    return [
        route(salesforce, "", get=resources),
        route(salesforce, "/", get=resources),
        route(salesforce, "/limits", get=limits),
        route(salesforce, "/query", get=query.run_query),
        route(salesforce, "/query/", get=query.run_query),
        route(salesforce, "/query/{locator}", get=query.more),
        route(salesforce, "/queryAll", get=query.run_query_all),
        route(salesforce, "/queryAll/", get=query.run_query_all),
        route(salesforce, "/sobjects", get=records.describe_global),
        route(salesforce, "/sobjects/{object}", get=records.basic_information, post=records.create),
        route(salesforce, "/sobjects/{object}/", post=records.create),
        route(salesforce, "/sobjects/{object}/describe", get=records.describe),
        route(salesforce, "/sobjects/{object}/deleted", get=records.deleted),
        route(salesforce, "/sobjects/{object}/deleted/", get=records.deleted),
        route(salesforce, one, get=records.read, patch=records.edit, delete=records.delete),
    ]


def resources(call: Call) -> Json:
    names = ("sobjects", "query", "queryAll", "limits", "chatter")
    return {name: f"{call.root}/{name}" for name in names}


def limits(call: Call) -> Json:
    most = call.org.settings.daily_requests
    return {"DailyApiRequests": {"Max": most, "Remaining": most - call.org.requests_today}}


def _chatter(salesforce: Salesforce) -> list[Route]:
    return [
        route(salesforce, "/chatter/feed-elements", post=chatter.post),
        route(
            salesforce,
            "/chatter/feed-elements/{id}",
            get=chatter.read,
            patch=chatter.edit,
            delete=chatter.delete,
        ),
        route(salesforce, "/chatter/feeds/record/{id}/feed-elements", get=chatter.record_feed),
    ]


def _admin(salesforce: Salesforce) -> list[Route]:
    org = salesforce.org

    async def settings(request: Request) -> Response:
        changes = await body_of(request) if request.method == "PUT" else {}
        try:
            for name, value in changes.items():
                setattr(org.settings, name, value)
        except (ValidationError, ValueError) as error:
            return answer({"error": str(error)}, 400)
        return answer(org.settings.model_dump())

    async def overwrite(request: Request) -> Response:
        """Set any fields of a record as they are, without stamps or history: undelete, backdate."""
        id_ = request.path_params["id"]
        name = org.object_of(id_)
        found = org.find(name, id_, deleted=True) if name else None
        if found is None:
            return answer({"error": f"no record {id_}"}, 404)
        found |= await body_of(request)
        return answer(found)

    async def session(request: Request) -> Response:
        """A session of any user, for tests that act as a person."""
        user = org.user_named((await body_of(request)).get("username", ""))
        if user is None:
            return answer({"error": "no such user"}, 404)
        return answer({"access_token": salesforce.open_session(user["Id"])}, 201)

    async def notifications(_: Request) -> Response:
        return answer(org.mentions)

    return [
        Route(f"{ADMIN}/settings", settings, methods=["GET", "PUT"]),
        Route(f"{ADMIN}/records/{{id}}", overwrite, methods=["PATCH"]),
        Route(f"{ADMIN}/sessions", session, methods=["POST"]),
        Route(f"{ADMIN}/notifications", notifications),
    ]
