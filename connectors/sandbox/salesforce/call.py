"""One request to the Salesforce stand-in, as its endpoints see it, and how it is refused."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.answers import BadBody, Json, answer, body_of
from connectors.sandbox.faults import Fault
from connectors.sandbox.salesforce.org import SalesforceOrg

OLDEST_VERSION = 60


class Refused(Exception):
    """A request that Salesforce answers with an error, in its own words and code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> Response:
        return answer([{"message": self.message, "errorCode": self.code}], self.status)


def not_found() -> Refused:
    return Refused(404, "NOT_FOUND", "The requested resource does not exist")


@dataclass
class Salesforce:
    """The running stand-in: its org, the sessions it has opened, the queries it has under way."""

    org: SalesforceOrg
    sessions: dict[str, str] = field(default_factory=dict)
    """User id by access token."""
    locators: dict[str, list[Json]] = field(default_factory=dict)
    """Rows of a query that has more pages, by its locator."""

    def open_session(self, user_id: str) -> str:
        token = f"00D{secrets.token_hex(24)}"
        self.sessions[token] = user_id
        return token

    def limited(self, fault: Fault) -> Response:
        message = "TotalRequests Limit exceeded."
        content = [{"message": message, "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
        return answer(content, fault.status or 403, fault.response_headers())

    def broken(self, fault: Fault) -> Response:
        content = [{"message": "The service is unavailable.", "errorCode": "SERVER_UNAVAILABLE"}]
        return answer(content, fault.status or 503, fault.response_headers())

    def expire_tokens(self) -> None:
        """Close every session; the next one that is opened is good."""
        self.sessions.clear()

    def freeze_search(self) -> None:
        """SOQL reads the database itself: there is no index that could be stale."""

    def thaw(self) -> None:
        """Nothing lasts: sessions are opened anew."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request with its asker's user id and its JSON body (empty where there is none)."""

    salesforce: Salesforce
    request: Request
    user: str
    body: Json

    @property
    def org(self) -> SalesforceOrg:
        return self.salesforce.org

    @property
    def root(self) -> str:
        """Path of the API in the version asked for: /services/data/v62.0."""
        return f"/services/data/{self.path('version')}"

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default)

    def object_name(self) -> str:
        """The object in the path, in any case; raises Refused (404) for an unknown one."""
        wanted = self.path("object").lower()
        for name in self.org.objects:
            if name.lower() == wanted:
                return name
        raise not_found()

    def record(self, object_name: str) -> Json:
        """The record in the path; raises Refused (404) when it is not there or deleted."""
        found = self.org.find(object_name, self.path("id"))
        if found is None:
            raise Refused(
                404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible"
            )
        return found


Handler = Callable[[Call], object]
"""Takes the call, gives the JSON of a 200 or a whole Response; raises Refused."""


def route(salesforce: Salesforce, path: str, **by_method: Handler) -> Route:
    """A route below `/services/data/vXX.0`; answers tell how much of the day's limit is used."""

    async def endpoint(request: Request) -> Response:
        org = salesforce.org
        try:
            call = await _call(salesforce, request)
            result = by_method[request.method.lower()](call)
            response = result if isinstance(result, Response) else answer(result)
        except Refused as refused:
            response = refused.response()
        used = f"api-usage={org.requests_today}/{org.settings.daily_requests}"
        response.headers["Sforce-Limit-Info"] = used
        return response

    methods = [method.upper() for method in by_method]
    return Route(f"/services/data/{{version}}{path}", endpoint, methods=methods)


async def _call(salesforce: Salesforce, request: Request) -> Call:
    org = salesforce.org
    version = re.fullmatch(r"v(\d+)\.0", request.path_params["version"])
    if not version or int(version[1]) < OLDEST_VERSION:
        raise not_found()
    user = _session(salesforce, request)
    if org.requests_today >= org.settings.daily_requests:
        raise Refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    org.requests_today += 1
    has_body = request.method in ("POST", "PATCH") and await request.body()
    try:
        body = await body_of(request) if has_body else {}
    except BadBody as error:
        raise Refused(400, "JSON_PARSER_ERROR", str(error)) from error
    return Call(salesforce, request, user, body)


def _session(salesforce: Salesforce, request: Request) -> str:
    _, _, token = request.headers.get("authorization", "").partition(" ")
    if token not in salesforce.sessions:
        raise Refused(401, "INVALID_SESSION_ID", "Session expired or invalid")
    return salesforce.sessions[token]
