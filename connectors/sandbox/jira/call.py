"""One request to the Jira stand-in, as its endpoints see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.answers import BadBody, Json, answer, body_of
from connectors.sandbox.faults import Fault
from connectors.sandbox.jira.auth import CLIENT_MUST_BE_AUTHENTICATED, Refused, account_of
from connectors.sandbox.jira.site import Issue, JiraSite

NO_ISSUE = "Issue does not exist or you do not have permission to see it."


@dataclass
class Jira:
    """The running stand-in: its site, and the two things a fault can do to all of it."""

    site: JiraSite
    tokens_expired: bool = False
    stale_index: dict[str, Issue] | None = None

    def limited(self, fault: Fault) -> Response:
        headers = {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "0"}
        content = {"errorMessages": ["Rate limit exceeded."], "errors": {}}
        return answer(content, fault.status or 429, headers | fault.response_headers())

    def broken(self, fault: Fault) -> Response:
        content = "<html><body><h1>Service Unavailable</h1></body></html>"
        return Response(content, fault.status or 503, fault.response_headers(), "text/html")

    def expire_tokens(self) -> None:
        self.tokens_expired = True

    def freeze_search(self) -> None:
        self.stale_index = self.site.snapshot()

    def thaw(self) -> None:
        self.tokens_expired, self.stale_index = False, None


@dataclass(frozen=True, slots=True)
class Call:
    """A request with its asker and its JSON body (empty where there is none)."""

    jira: Jira
    request: Request
    account: str | None
    body: Json

    @property
    def site(self) -> JiraSite:
        return self.jira.site

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default)

    def number(self, name: str, default: int) -> int:
        text = self.query(name)
        try:
            return int(text) if text else default
        except ValueError as error:
            raise Refused(400, f"The value '{text}' for {name} is not a number.") from error

    def only(self, *names: str) -> None:
        """Raise Refused (400) when the body has a member that the endpoint does not know."""
        if unknown := self.body.keys() - set(names):
            raise Refused(
                400,
                "Invalid request payload. Refer to the REST API documentation and try again. "
                f"Unrecognized field: {min(unknown)}",
            )

    def someone(self) -> str:
        """The asker's account id; raises Refused (401) for an anonymous one."""
        if self.account is None:
            raise Refused(401, CLIENT_MUST_BE_AUTHENTICATED)
        return self.account

    def issue(self) -> Issue:
        """The issue in the path; raises Refused (404) where it cannot be seen."""
        issue = self.site.find(self.path("issue"))
        if issue is None or self.account is None or not self.site.visible(issue):
            raise Refused(404, NO_ISSUE)
        return issue


Handler = Callable[[Call], object]
"""Takes the call, gives the JSON of a 200 or a whole Response; raises Refused."""


def route(jira: Jira, path: str, **by_method: Handler) -> Route:
    """A route of which each method has a handler; handlers never wait, so they never interleave."""

    async def endpoint(request: Request) -> Response:
        handler = by_method["get" if request.method == "HEAD" else request.method.lower()]
        try:
            result = handler(await _call(jira, request))
        except Refused as refused:
            content = {"errorMessages": refused.messages, "errors": refused.errors}
            return answer(content, refused.status)
        return result if isinstance(result, Response) else answer(result)

    return Route(path, endpoint, methods=[method.upper() for method in by_method])


async def _call(jira: Jira, request: Request) -> Call:
    account = account_of(request, jira.site, expired=jira.tokens_expired)
    has_body = request.method in ("POST", "PUT") and await request.body()
    try:
        body = await body_of(request) if has_body else {}
    except BadBody as error:
        raise Refused(400, str(error)) from error
    return Call(jira, request, account, body)
