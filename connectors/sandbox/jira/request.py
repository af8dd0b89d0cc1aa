"""One request to the Jira stand-in, as its endpoints see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.faults import Fault
from connectors.sandbox.jira.auth import (
    CLIENT_MUST_BE_AUTHENTICATED,
    JiraErrorResponse,
    authenticate,
)
from connectors.sandbox.jira.site import JiraSite, StoredIssue
from connectors.sandbox.json_http import InvalidBody, Json, json_response, read_json_body

NO_ISSUE = "Issue does not exist or you do not have permission to see it."


@dataclass
class JiraServer:
    """The running stand-in: its site, and the faults that are a state of the whole server."""

    site: JiraSite
    tokens_expired: bool = False
    stale_index: dict[str, StoredIssue] | None = None

    def rate_limited_response(self, fault: Fault) -> Response:
        headers = {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "0"}
        content = {"errorMessages": ["Rate limit exceeded."], "errors": {}}
        return json_response(content, fault.status or 429, headers | fault.response_headers())

    def unavailable_response(self, fault: Fault) -> Response:
        content = "<html><body><h1>Service Unavailable</h1></body></html>"
        return Response(content, fault.status or 503, fault.response_headers(), "text/html")

    def expire_tokens(self) -> None:
        self.tokens_expired = True

    def freeze_search(self) -> None:
        self.stale_index = self.site.snapshot()

    def recover(self) -> None:
        self.tokens_expired, self.stale_index = False, None


@dataclass(frozen=True, slots=True)
class JiraRequest:
    """A request with the account that sent it and its JSON body, which is empty for a GET.

    `account` is None for an anonymous request.
    """

    jira: JiraServer
    http: Request
    account: str | None
    body: Json

    @property
    def site(self) -> JiraSite:
        return self.jira.site

    def path(self, name: str) -> str:
        """A parameter in the path of the URL."""
        return str(self.http.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """A parameter in the query of the URL."""
        return self.http.query_params.get(name, default)

    def number(self, name: str, default: int) -> int:
        """A query parameter as an integer; raises JiraErrorResponse (400) for anything else."""
        text = self.query(name)
        try:
            return int(text) if text else default
        except ValueError as error:
            message = f"The value '{text}' for {name} is not a number."
            raise JiraErrorResponse(400, message) from error

    def reject_unknown_members(self, *names: str) -> None:
        """Raise JiraErrorResponse (400) when the body has a member besides these."""
        if unknown := self.body.keys() - set(names):
            raise JiraErrorResponse(
                400,
                "Invalid request payload. Refer to the REST API documentation and try again. "
                f"Unrecognized field: {min(unknown)}",
            )

    def require_account(self) -> str:
        """The account's id; raises JiraErrorResponse (401) for an anonymous request."""
        if self.account is None:
            raise JiraErrorResponse(401, CLIENT_MUST_BE_AUTHENTICATED)
        return self.account

    def issue(self) -> StoredIssue:
        """The issue in the path; raises JiraErrorResponse (404) where the account cannot see it."""
        issue = self.site.find(self.path("issue"))
        # Like Jira: an issue that may not be browsed looks the same as one that does not exist.
        if issue is None or self.account is None or not self.site.is_visible(issue):
            raise JiraErrorResponse(404, NO_ISSUE)
        return issue


JiraHandler = Callable[[JiraRequest], object]
"""Takes a request and returns the JSON of a 200 or a whole Response; raises JiraErrorResponse."""


def route(jira: JiraServer, path: str, **handlers: JiraHandler) -> Route:
    """A route with one handler per HTTP method, named in lower case."""

    async def endpoint(http: Request) -> Response:
        # Starlette adds HEAD to every route that accepts GET.
        handler = handlers["get" if http.method == "HEAD" else http.method.lower()]
        try:
            # Handlers are plain functions: they never await, so no two of them interleave.
            result = handler(await _read_request(jira, http))
        except JiraErrorResponse as error:
            content = {"errorMessages": error.messages, "errors": error.errors}
            return json_response(content, error.status)
        return result if isinstance(result, Response) else json_response(result)

    return Route(path, endpoint, methods=[method.upper() for method in handlers])


async def _read_request(jira: JiraServer, http: Request) -> JiraRequest:
    account = authenticate(http, jira.site, expired=jira.tokens_expired)
    has_body = http.method in ("POST", "PUT") and await http.body()
    try:
        body = await read_json_body(http) if has_body else {}
    except InvalidBody as error:
        raise JiraErrorResponse(400, str(error)) from error
    return JiraRequest(jira, http, account, body)
