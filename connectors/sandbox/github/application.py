"""The GitHub stand-in as one ASGI application: the path of each endpoint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.admin import admin_routes
from connectors.sandbox.github import pages
from connectors.sandbox.github.host import GitHubHost, Repository, StoredComment, StoredIssue, now
from connectors.sandbox.github.request import (
    GitHubErrorResponse,
    GitHubRequest,
    GitHubServer,
    bearer_token,
    not_found,
    route,
)
from connectors.sandbox.github.shapes import (
    comment_json,
    issue_json,
    milestone_json,
    repository_json,
    user_json,
)
from connectors.sandbox.json_http import Json, json_response
from connectors.sandbox.middleware import SandboxMiddleware

LONGEST_BODY = 65_536
_REPO = "/repos/{owner}/{repo}"
_ISSUE = f"{_REPO}/issues/{{number:int}}"


def github_application(host: GitHubHost, save: Callable[[], None]) -> SandboxMiddleware:
    """The stand-in for this state; `save` is called after each request that may have changed it."""
    server = GitHubServer(host)

    async def sign_in(http: Request) -> Response:
        try:
            return json_response(server.open_session(bearer_token(http)), 201)
        except GitHubErrorResponse as error:
            return error.response()

    tokens = "/api/v3/app/installations/{installation:int}/access_tokens"
    routes = [
        Route(tokens, sign_in, methods=["POST"]),
        route(server, "/user", get=own_account),
        route(server, _REPO, get=lambda r: repository_json(r.host, r.repository)),
        route(server, f"{_REPO}/milestones", get=list_milestones),
        route(server, f"{_REPO}/issues", get=list_issues),
        route(server, f"{_REPO}/issues/comments", get=list_all_comments),
        route(
            server,
            f"{_REPO}/issues/comments/{{comment:int}}",
            patch=edit_comment,
            delete=delete_comment,
        ),
        route(server, _ISSUE, get=read_issue, patch=edit_issue),
        route(server, f"{_ISSUE}/sub_issues", get=list_sub_issues),
        route(server, f"{_ISSUE}/dependencies/blocked_by", get=list_blockers),
        route(server, f"{_ISSUE}/comments", get=list_comments, post=create_comment),
        *pages.routes(host),
        *admin_routes(lambda: middleware),
    ]
    middleware = SandboxMiddleware(Starlette(routes=routes), server, save)
    return middleware


def own_account(request: GitHubRequest) -> Json:
    if request.app_id is not None:
        raise GitHubErrorResponse(403, "Resource not accessible by integration")
    return user_json(request.login)


def list_milestones(request: GitHubRequest) -> Response:
    state = request.http.query_params.get("state", "open")
    repository = request.repository
    return request.page(
        [
            milestone_json(request.host, repository, milestone)
            for milestone in repository.milestones
            if state in ("all", milestone.state)
        ]
    )


def list_issues(request: GitHubRequest) -> Response:
    """Issues and pull requests; by default open ones, the newest first."""
    query, repository = request.http.query_params, request.repository
    state, since = query.get("state", "open"), query.get("since")
    oldest = datetime.fromisoformat(since) if since else None
    issues = [
        issue
        for issue in repository.issues
        if state in ("all", issue.state) and (oldest is None or issue.updated_at >= oldest)
    ]
    by = {"updated": _by_update}.get(query.get("sort", "created"), _by_creation)
    issues.sort(key=by, reverse=query.get("direction", "desc") == "desc")
    return request.page([issue_json(request.host, repository, issue) for issue in issues])


def _by_update(issue: StoredIssue) -> tuple[datetime, int]:
    return issue.updated_at, issue.id


def _by_creation(issue: StoredIssue) -> tuple[datetime, int]:
    return issue.created_at, issue.id


def read_issue(request: GitHubRequest) -> Json:
    return issue_json(request.host, request.repository, request.issue)


def edit_issue(request: GitHubRequest) -> Json:
    """Title, body, state, labels, and assignees of an issue."""
    issue = request.issue
    for name in ("title", "body", "state", "state_reason", "labels"):
        setattr(issue, name, request.body.get(name, getattr(issue, name)))
    if "assignees" in request.body:
        issue.assignee = next(iter(request.body["assignees"]), None)
    issue.updated_at = now()
    issue.closed_at = issue.updated_at if issue.state == "closed" else None
    return read_issue(request)


def list_sub_issues(request: GitHubRequest) -> Response:
    parent = request.issue.id
    return request.page(_issues_where(request, lambda issue: issue.parent == parent))


def list_blockers(request: GitHubRequest) -> Response:
    blockers = request.issue.blocked_by
    return request.page(_issues_where(request, lambda issue: issue.id in blockers))


def _issues_where(request: GitHubRequest, is_meant: Callable[[StoredIssue], bool]) -> list[Json]:
    return [
        issue_json(request.host, repository, issue)
        for repository in request.host.repositories
        for issue in repository.issues
        if is_meant(issue)
    ]


def list_comments(request: GitHubRequest) -> Response:
    repository, issue = request.repository, request.issue
    return request.page([comment_json(request.host, repository, issue, c) for c in issue.comments])


def list_all_comments(request: GitHubRequest) -> Response:
    """The comments of all issues of a repository; by default in the order of their ids."""
    query, repository = request.http.query_params, request.repository
    since = query.get("since")
    oldest = datetime.fromisoformat(since) if since else None
    found = [
        (issue, comment)
        for issue in repository.issues
        for comment in issue.comments
        if oldest is None or comment.updated_at >= oldest
    ]
    if query.get("sort") == "updated":
        found.sort(key=lambda pair: (pair[1].updated_at, pair[1].id))
    else:
        found.sort(key=lambda pair: pair[1].id)
    return request.page([comment_json(request.host, repository, i, c) for i, c in found])


def create_comment(request: GitHubRequest) -> Response:
    repository, issue, body = request.repository, request.issue, _comment_body(request)
    at = now()
    id_ = request.host.next_id()
    comment = StoredComment(id_, request.login, body, at, at, request.app_id)
    issue.comments.append(comment)
    issue.updated_at = at
    return json_response(comment_json(request.host, repository, issue, comment), 201)


def edit_comment(request: GitHubRequest) -> Json:
    repository, issue, comment = _find_comment(request)
    comment.body, comment.updated_at = _comment_body(request), now()
    issue.updated_at = comment.updated_at
    return comment_json(request.host, repository, issue, comment)


def delete_comment(request: GitHubRequest) -> Response:
    _, issue, comment = _find_comment(request)
    issue.comments.remove(comment)
    issue.updated_at = now()
    return Response(status_code=204)


def _find_comment(request: GitHubRequest) -> tuple[Repository, StoredIssue, StoredComment]:
    repository, id_ = request.repository, request.http.path_params["comment"]
    for issue in repository.issues:
        for comment in issue.comments:
            if comment.id == id_:
                return repository, issue, comment
    raise not_found()


def _comment_body(request: GitHubRequest) -> str:
    body = request.body.get("body")
    if not isinstance(body, str) or not body.strip():
        raise GitHubErrorResponse(422, "Validation Failed", errors=[{"message": "body is blank"}])
    if len(body) > LONGEST_BODY:
        problem = {"message": f"body is too long (maximum is {LONGEST_BODY} characters)"}
        raise GitHubErrorResponse(422, "Validation Failed", errors=[problem])
    return body
