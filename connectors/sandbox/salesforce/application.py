"""The Salesforce stand-in as one ASGI application: the path of each endpoint."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.admin import admin_routes
from connectors.sandbox.json_http import Json, json_response, read_json_body
from connectors.sandbox.middleware import ADMIN_PREFIX, SandboxMiddleware
from connectors.sandbox.salesforce import chatter, oauth, pages, query, records
from connectors.sandbox.salesforce.org import SalesforceOrg
from connectors.sandbox.salesforce.request import SalesforceRequest, SalesforceServer, route


def salesforce_application(org: SalesforceOrg, save: Callable[[], None]) -> SandboxMiddleware:
    """The stand-in for this org; `save` is called after each request that may have changed it."""
    salesforce = SalesforceServer(org)
    routes = [
        *_public(salesforce),
        *_data(salesforce),
        *_chatter(salesforce),
        *_admin(salesforce),
        *pages.routes(org),
        *admin_routes(lambda: middleware),
    ]
    middleware = SandboxMiddleware(
        Starlette(routes=routes), salesforce, save, lambda: salesforce.org.settings.minutes_ahead
    )
    return middleware


def _public(salesforce: SalesforceServer) -> list[Route]:
    """Endpoints that need no session."""

    async def token(request: Request) -> Response:
        return await oauth.token(salesforce, request)

    async def versions(_: Request) -> Response:
        return json_response(
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


def _data(salesforce: SalesforceServer) -> list[Route]:
    return [
        route(salesforce, "", get=resources),
        route(salesforce, "/", get=resources),
        route(salesforce, "/limits", get=limits),
        route(salesforce, "/query", get=query.run_query),
        route(salesforce, "/query/", get=query.run_query),
        route(salesforce, "/query/{locator}", get=query.next_page),
        route(salesforce, "/queryAll", get=query.run_query_all),
        route(salesforce, "/queryAll/", get=query.run_query_all),
        route(salesforce, "/sobjects", get=records.describe_global),
        route(salesforce, "/sobjects/{object}", get=records.basic_information, post=records.create),
        route(salesforce, "/sobjects/{object}/", post=records.create),
        route(salesforce, "/sobjects/{object}/describe", get=records.describe),
        route(salesforce, "/sobjects/{object}/deleted", get=records.deleted),
        route(salesforce, "/sobjects/{object}/deleted/", get=records.deleted),
        route(
            salesforce,
            "/sobjects/{object}/{id}",
            get=records.read,
            patch=records.edit,
            delete=records.delete,
        ),
    ]


def resources(request: SalesforceRequest) -> Json:
    names = ("sobjects", "query", "queryAll", "limits", "chatter")
    return {name: f"{request.root}/{name}" for name in names}


def limits(request: SalesforceRequest) -> Json:
    limit = request.org.settings.daily_requests
    return {"DailyApiRequests": {"Max": limit, "Remaining": limit - request.org.requests_today}}


def _chatter(salesforce: SalesforceServer) -> list[Route]:
    return [
        route(salesforce, "/chatter/feed-elements", post=chatter.post),
        route(
            salesforce,
            "/chatter/feed-elements/{id}",
            get=chatter.read,
            patch=chatter.edit,
            delete=chatter.delete,
        ),
        route(
            salesforce,
            "/chatter/feed-elements/{id}/capabilities/comments/items",
            post=chatter.comment,
        ),
        route(salesforce, "/chatter/comments/{id}", get=chatter.read_comment),
        route(salesforce, "/chatter/feeds/record/{id}/feed-elements", get=chatter.record_feed),
    ]


def _admin(salesforce: SalesforceServer) -> list[Route]:
    org = salesforce.org

    async def settings(request: Request) -> Response:
        changes = await read_json_body(request) if request.method == "PUT" else {}
        try:
            for name, value in changes.items():
                setattr(org.settings, name, value)
        except (ValidationError, ValueError) as error:
            return json_response({"error": str(error)}, 400)
        return json_response(org.settings.model_dump())

    async def overwrite(request: Request) -> Response:
        """Set fields of a record without timestamps or history, to undelete or backdate it."""
        id_ = request.path_params["id"]
        name = org.object_of(id_)
        record = org.find(name, id_, deleted=True) if name else None
        if record is None:
            return json_response({"error": f"no record {id_}"}, 404)
        record |= await read_json_body(request)
        return json_response(record)

    async def session(request: Request) -> Response:
        """Open a session of any user, for tests that act as a person."""
        user = org.user_named((await read_json_body(request)).get("username", ""))
        if user is None:
            return json_response({"error": "no such user"}, 404)
        return json_response({"access_token": salesforce.open_session(user["Id"])}, 201)

    async def notifications(_: Request) -> Response:
        return json_response(org.mentions)

    return [
        Route(f"{ADMIN_PREFIX}/settings", settings, methods=["GET", "PUT"]),
        Route(f"{ADMIN_PREFIX}/records/{{id}}", overwrite, methods=["PATCH"]),
        Route(f"{ADMIN_PREFIX}/sessions", session, methods=["POST"]),
        Route(f"{ADMIN_PREFIX}/notifications", notifications),
    ]
