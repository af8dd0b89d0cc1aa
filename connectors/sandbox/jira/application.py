"""The Jira stand-in as one ASGI application: the path of each endpoint."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.routing import Route

from connectors.sandbox.admin import admin_routes
from connectors.sandbox.jira import (
    comments,
    issue_edits,
    issue_links,
    issue_reads,
    metadata,
    pages,
    properties,
)
from connectors.sandbox.jira.auth import JiraErrorResponse
from connectors.sandbox.jira.request import JiraRequest, JiraServer, route
from connectors.sandbox.jira.site import JiraSite
from connectors.sandbox.json_http import Json
from connectors.sandbox.middleware import ADMIN_PREFIX, SandboxMiddleware


def jira_application(site: JiraSite, save: Callable[[], None]) -> SandboxMiddleware:
    """The stand-in for this site; `save` is called after each request that may have changed it."""
    jira = JiraServer(site)
    routes = [
        *_metadata(jira),
        *_issues(jira),
        *_comments(jira),
        *_properties(jira),
        *_admin(jira),
        *pages.routes(site),
        *admin_routes(lambda: middleware),
    ]
    middleware = SandboxMiddleware(
        Starlette(routes=routes), jira, save, lambda: jira.site.settings.minutes_ahead
    )
    return middleware


def _metadata(jira: JiraServer) -> list[Route]:
    v3 = "/rest/api/3"
    return [
        route(jira, f"{v3}/myself", get=metadata.myself),
        route(jira, f"{v3}/serverInfo", get=metadata.server_info),
        route(jira, "/rest/api/2/serverInfo", get=metadata.server_info),
        route(jira, "/_edge/tenant_info", get=metadata.tenant_info),
        route(jira, f"{v3}/field", get=metadata.fields),
        route(jira, f"{v3}/status", get=metadata.statuses),
        route(jira, f"{v3}/priority", get=metadata.priorities),
        route(jira, f"{v3}/issuetype", get=metadata.issue_types),
        route(jira, f"{v3}/issueLinkType", get=metadata.link_types),
        route(jira, f"{v3}/project", get=metadata.all_projects),
        route(jira, f"{v3}/project/search", get=metadata.search_projects),
        route(jira, f"{v3}/project/{{project}}", get=metadata.project),
        route(jira, f"{v3}/project/{{project}}/versions", get=metadata.project_versions),
        route(jira, f"{v3}/version/{{version}}", get=metadata.version, put=metadata.edit_version),
        route(jira, f"{v3}/user", get=metadata.user),
        route(jira, f"{v3}/user/search", get=metadata.search_users),
        route(jira, f"{v3}/mypermissions", get=metadata.my_permissions),
    ]


def _issues(jira: JiraServer) -> list[Route]:
    v3 = "/rest/api/3"
    issue = f"{v3}/issue/{{issue}}"
    return [
        route(jira, f"{v3}/search/jql", get=issue_reads.get_search, post=issue_reads.post_search),
        route(
            jira, f"{v3}/search", get=issue_reads.removed_search, post=issue_reads.removed_search
        ),
        route(
            jira,
            "/rest/api/2/search",
            get=issue_reads.removed_search,
            post=issue_reads.removed_search,
        ),
        route(jira, f"{v3}/issue", post=issue_edits.create_issue),
        route(jira, f"{v3}/issue/bulkfetch", post=issue_reads.bulk_fetch),
        route(jira, f"{v3}/changelog/bulkfetch", post=issue_reads.bulk_changelogs),
        route(
            jira,
            issue,
            get=issue_reads.get_issue,
            put=issue_edits.edit_issue,
            delete=issue_edits.delete_issue,
        ),
        route(jira, f"{v3}/issueLink", post=issue_links.add_link),
        route(jira, f"{v3}/issueLink/{{link}}", delete=issue_links.delete_link),
        route(jira, f"{issue}/changelog", get=issue_reads.get_changelog),
        route(
            jira,
            f"{issue}/transitions",
            get=issue_edits.list_transitions,
            post=issue_edits.do_transition,
        ),
    ]


def _comments(jira: JiraServer) -> list[Route]:
    v3 = "/rest/api/3"
    of_issue = f"{v3}/issue/{{issue}}/comment"
    return [
        route(jira, of_issue, get=comments.list_comments, post=comments.add_comment),
        route(
            jira,
            f"{of_issue}/{{comment}}",
            get=comments.get_comment,
            put=comments.edit_comment,
            delete=comments.delete_comment,
        ),
        route(jira, f"{v3}/comment/list", post=comments.comments_by_id),
    ]


def _properties(jira: JiraServer) -> list[Route]:
    of_issue = "/rest/api/3/issue/{issue}/properties"
    of_comment = "/rest/api/3/comment/{comment}/properties"
    return [
        route(jira, of_issue, get=properties.issue_property_keys),
        route(
            jira,
            f"{of_issue}/{{property}}",
            get=properties.get_issue_property,
            put=properties.put_issue_property,
            delete=properties.delete_issue_property,
        ),
        route(jira, of_comment, get=properties.comment_property_keys),
        route(
            jira,
            f"{of_comment}/{{property}}",
            get=properties.get_comment_property,
            put=properties.put_comment_property,
            delete=properties.delete_comment_property,
        ),
    ]


def _admin(jira: JiraServer) -> list[Route]:
    def settings(request: JiraRequest) -> Json:
        try:
            for name, value in request.body.items():
                setattr(request.site.settings, name, value)
        except (ValidationError, ValueError) as error:
            raise JiraErrorResponse(400, str(error)) from error
        return request.site.settings.model_dump()

    def notifications(request: JiraRequest) -> list[Json]:
        return request.site.notifications

    return [
        route(jira, f"{ADMIN_PREFIX}/settings", get=settings, put=settings),
        route(jira, f"{ADMIN_PREFIX}/notifications", get=notifications),
        route(jira, f"{ADMIN_PREFIX}/issues/{{issue}}/move", post=issue_links.move),
    ]
