"""One request to the Salesforce stand-in, as its endpoints see it, and its error responses."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.faults import Fault
from connectors.sandbox.json_http import InvalidBody, Json, json_response, read_json_body
from connectors.sandbox.salesforce.org import SalesforceOrg

OLDEST_VERSION = 60


class SalesforceErrorResponse(Exception):
    """Ends a request with Salesforce's own status, error code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> Response:
        return json_response([{"message": self.message, "errorCode": self.code}], self.status)


def not_found() -> SalesforceErrorResponse:
    return SalesforceErrorResponse(404, "NOT_FOUND", "The requested resource does not exist")


@dataclass
class SalesforceServer:
    """The running stand-in: its org, its open sessions, and the queries with pages left to read."""

    org: SalesforceOrg
    sessions: dict[str, str] = field(default_factory=dict)
    """User id by access token."""
    locators: dict[str, list[Json]] = field(default_factory=dict)
    """All rows of a query that has more than one page, by its locator."""

    def open_session(self, user_id: str) -> str:
        token = f"00D{secrets.token_hex(24)}"
        self.sessions[token] = user_id
        return token

    def rate_limited_response(self, fault: Fault) -> Response:
        message = "TotalRequests Limit exceeded."
        content = [{"message": message, "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
        return json_response(content, fault.status or 403, fault.response_headers())

    def unavailable_response(self, fault: Fault) -> Response:
        content = [{"message": "The service is unavailable.", "errorCode": "SERVER_UNAVAILABLE"}]
        return json_response(content, fault.status or 503, fault.response_headers())

    def expire_tokens(self) -> None:
        """Close every session; one that is opened afterwards is valid."""
        self.sessions.clear()

    def freeze_search(self) -> None:
        """Nothing to do: SOQL reads the database itself, so no index can be stale."""

    def recover(self) -> None:
        """Nothing to do: a client signs in again by itself after its session has ended."""


@dataclass(frozen=True, slots=True)
class SalesforceRequest:
    """A request with the id of its user and its JSON body, which is empty for a GET."""

    salesforce: SalesforceServer
    http: Request
    user: str
    body: Json

    @property
    def org(self) -> SalesforceOrg:
        return self.salesforce.org

    @property
    def root(self) -> str:
        """Path of the API in the requested version: /services/data/v62.0."""
        return f"/services/data/{self.path('version')}"

    def path(self, name: str) -> str:
        """A parameter in the path of the URL."""
        return str(self.http.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """A parameter in the query of the URL."""
        return self.http.query_params.get(name, default)

    def object_name(self) -> str:
        """The object in the path, in any case; raises SalesforceErrorResponse (404)."""
        lowered = self.path("object").lower()
        for name in self.org.objects:
            if name.lower() == lowered:
                return name
        raise not_found()

    def record(self, object_name: str) -> Json:
        """The record in the path; raises SalesforceErrorResponse (404) if it is deleted too."""
        record = self.org.find(object_name, self.path("id"))
        if record is None:
            raise SalesforceErrorResponse(
                404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible"
            )
        return record


SalesforceHandler = Callable[[SalesforceRequest], object]
"""Takes a request and returns the JSON of a 200 or a whole Response.

Raises SalesforceErrorResponse.
"""


def route(salesforce: SalesforceServer, path: str, **handlers: SalesforceHandler) -> Route:
    """A route below `/services/data/vXX.0` with one handler per HTTP method.

    Each response states in the header Sforce-Limit-Info how much of the daily limit is used.
    """

    async def endpoint(http: Request) -> Response:
        org = salesforce.org
        try:
            request = await _read_request(salesforce, http)
            result = handlers[http.method.lower()](request)
            response = result if isinstance(result, Response) else json_response(result)
        except SalesforceErrorResponse as error:
            response = error.response()
        used = f"api-usage={org.requests_today}/{org.settings.daily_requests}"
        response.headers["Sforce-Limit-Info"] = used
        return response

    methods = [method.upper() for method in handlers]
    return Route(f"/services/data/{{version}}{path}", endpoint, methods=methods)


async def _read_request(salesforce: SalesforceServer, http: Request) -> SalesforceRequest:
    org = salesforce.org
    version = re.fullmatch(r"v(\d+)\.0", http.path_params["version"])
    if not version or int(version[1]) < OLDEST_VERSION:
        raise not_found()
    user = _authenticate(salesforce, http)
    # Checked after signing in: a request without a session does not count.
    if org.requests_today >= org.settings.daily_requests:
        message = "TotalRequests Limit exceeded."
        raise SalesforceErrorResponse(403, "REQUEST_LIMIT_EXCEEDED", message)
    org.requests_today += 1
    has_body = http.method in ("POST", "PATCH") and await http.body()
    try:
        body = await read_json_body(http) if has_body else {}
    except InvalidBody as error:
        raise SalesforceErrorResponse(400, "JSON_PARSER_ERROR", str(error)) from error
    return SalesforceRequest(salesforce, http, user, body)


def _authenticate(salesforce: SalesforceServer, http: Request) -> str:
    """User id of the session; raises SalesforceErrorResponse (401) where there is none."""
    _, _, token = http.headers.get("authorization", "").partition(" ")
    if token not in salesforce.sessions:
        raise SalesforceErrorResponse(401, "INVALID_SESSION_ID", "Session expired or invalid")
    return salesforce.sessions[token]
