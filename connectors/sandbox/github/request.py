"""One request to the GitHub stand-in: who sends it, what it names, and how errors are answered."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import jwt
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.faults import Fault
from connectors.sandbox.github.host import GitHubHost, Repository, StoredIssue, now
from connectors.sandbox.json_http import InvalidBody, Json, json_response, read_json_body

_TOKEN_LIFETIME = timedelta(hours=1)


class GitHubErrorResponse(Exception):
    """Ends a request with a status and GitHub's `message`."""

    def __init__(self, status: int, message: str, **more: object) -> None:
        super().__init__(status, message)
        self.status, self.content = status, {"message": message} | more

    def response(self) -> Response:
        return json_response(self.content, self.status)


@dataclass
class GitHubServer:
    """The running stand-in: its state and the tokens of its app."""

    host: GitHubHost
    app_tokens: set[str] = field(default_factory=set)

    def open_session(self, assertion: str) -> Json:
        """A token for the app's installation; `assertion` is a JWT that the app signed."""
        app = self.host.app
        try:
            claims = jwt.decode(assertion, app.public_key if app else "", algorithms=["RS256"])
        except (jwt.PyJWTError, ValueError) as error:
            raise GitHubErrorResponse(401, "A JSON web token could not be decoded") from error
        if app is None or claims.get("iss") != str(app.app_id):
            raise GitHubErrorResponse(401, "Integration not found")
        token = f"ghs_{secrets.token_hex(18)}"
        self.app_tokens.add(token)
        expires_at = now() + _TOKEN_LIFETIME
        return {"token": token, "expires_at": f"{expires_at:%Y-%m-%dT%H:%M:%SZ}"}

    def rate_limited_response(self, fault: Fault) -> Response:
        """A secondary limit, beside the counted one of which there is plenty."""
        message = "You have exceeded a secondary rate limit. Please wait a few minutes."
        reset = int((now() + timedelta(hours=1)).timestamp())
        quota = {"X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": str(reset)}
        headers = quota | fault.response_headers()
        return json_response({"message": message}, fault.status or 403, headers)

    def unavailable_response(self, fault: Fault) -> Response:
        return json_response(
            {"message": "Server Error"}, fault.status or 503, fault.response_headers()
        )

    def expire_tokens(self) -> None:
        self.app_tokens.clear()

    def freeze_search(self) -> None:
        """Nothing to do: lists are read from the database itself."""

    def recover(self) -> None:
        """Nothing to do: an app signs in again by itself."""


@dataclass(frozen=True, slots=True)
class GitHubRequest:
    """A request with the login that sends it, and the app if it is one."""

    server: GitHubServer
    http: Request
    login: str
    app_id: int | None
    body: Json

    @property
    def host(self) -> GitHubHost:
        return self.server.host

    @property
    def repository(self) -> Repository:
        """The repository in the path; raises GitHubErrorResponse (301, 404)."""
        name = f"{self.http.path_params['owner']}/{self.http.path_params['repo']}"
        repository = self.host.repository(name)
        if repository is None and (renamed := self.host.renamed(name)):
            moved_to = self.http.url.path.replace(f"/{name}", f"/{renamed.name}", 1)
            raise _moved(f"{self.host.base_url}{moved_to}")
        if repository is None:
            raise not_found()
        return repository

    @property
    def issue(self) -> StoredIssue:
        """The issue in the path; raises GitHubErrorResponse (301, 404)."""
        repository, number = self.repository, int(self.http.path_params["number"])
        if number in repository.redirects:
            target, moved = self.host.locate(repository.redirects[number])
            raise _moved(f"{self.host.api}/repos/{target.name}/issues/{moved.number}")
        issue = repository.issue(number)
        if issue is None:
            raise not_found()
        return issue

    def page(self, records: Sequence[Json]) -> Response:
        """The requested page of a list, with the address of the next one in the Link header."""
        query = self.http.query_params
        number, size = int(query.get("page", 1)), min(100, int(query.get("per_page", 30)))
        headers = {}
        if number * size < len(records):
            next_url = self.http.url.include_query_params(page=number + 1)
            headers["Link"] = f'<{next_url}>; rel="next"'
        return json_response(list(records[(number - 1) * size : number * size]), 200, headers)


GitHubHandler = Callable[[GitHubRequest], object]
"""Takes a request and returns the JSON of a 200 or a whole Response; raises GitHubErrorResponse."""


def route(server: GitHubServer, path: str, **handlers: GitHubHandler) -> Route:
    """A route below `/api/v3` with one handler per HTTP method."""

    async def endpoint(http: Request) -> Response:
        try:
            request = await _read_request(server, http)
            result = handlers[http.method.lower()](request)
        except GitHubErrorResponse as error:
            return error.response()
        return result if isinstance(result, Response) else json_response(result)

    return Route(f"/api/v3{path}", endpoint, methods=[method.upper() for method in handlers])


async def _read_request(server: GitHubServer, http: Request) -> GitHubRequest:
    login, app_id = _authenticate(server, http)
    has_body = http.method in ("POST", "PATCH") and await http.body()
    try:
        body = await read_json_body(http) if has_body else {}
    except InvalidBody as error:
        raise GitHubErrorResponse(400, "Problems parsing JSON") from error
    return GitHubRequest(server, http, login, app_id, body)


def _authenticate(server: GitHubServer, http: Request) -> tuple[str, int | None]:
    token = bearer_token(http)
    if token == server.host.account.token:
        return server.host.account.login, None
    app = server.host.app
    if app is not None and token in server.app_tokens:
        return f"{app.slug}[bot]", app.app_id
    # A person signs in with their login, so that tests can write as anybody.
    if token.startswith("as:"):
        return token.removeprefix("as:"), None
    raise GitHubErrorResponse(401, "Bad credentials")


def bearer_token(http: Request) -> str:
    return http.headers.get("authorization", "").removeprefix("Bearer ")


def _moved(url: str) -> GitHubErrorResponse:
    return GitHubErrorResponse(301, "Moved Permanently", url=url)


def not_found() -> GitHubErrorResponse:
    return GitHubErrorResponse(404, "Not Found")
