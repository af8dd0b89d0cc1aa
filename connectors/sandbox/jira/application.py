"""The Jira stand-in as one ASGI application: where each endpoint is."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.routing import Route

from connectors.sandbox.admin import admin_routes
from connectors.sandbox.answers import Json
from connectors.sandbox.jira import (
    changing,
    comments,
    metadata,
    pages,
    properties,
    reading,
    relations,
)
from connectors.sandbox.jira.auth import Refused
from connectors.sandbox.jira.call import Call, Jira, route
from connectors.sandbox.jira.site import JiraSite
from connectors.sandbox.switchboard import ADMIN, Switchboard


def jira_application(site: JiraSite, save: Callable[[], None]) -> Switchboard:
    """The stand-in over this site; `save` is called after each request that may change it."""
    jira = Jira(site)
    routes = [
        *_metadata(jira),
        *_issues(jira),
        *_comments(jira),
        *_properties(jira),
        *_admin(jira),
        *pages.routes(site),
        *admin_routes(lambda: board),
    ]
    board = Switchboard(Starlette(routes=routes), jira, save)
    return board


def _metadata(jira: Jira) -> list[Route]:
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


def _issues(jira: Jira) -> list[Route]:
    v3 = "/rest/api/3"
    one = f"{v3}/issue/{{issue}}"
    return [
        route(jira, f"{v3}/search/jql", get=reading.get_search, post=reading.post_search),
        route(jira, f"{v3}/search", get=reading.gone_search, post=reading.gone_search),
        route(jira, "/rest/api/2/search", get=reading.gone_search, post=reading.gone_search),
        route(jira, f"{v3}/issue", post=changing.create_issue),
        route(jira, f"{v3}/issue/bulkfetch", post=reading.bulk_fetch),
        route(jira, f"{v3}/changelog/bulkfetch", post=reading.bulk_changelogs),
        route(
            jira,
            one,
            get=reading.get_issue,
            put=changing.edit_issue,
            delete=changing.delete_issue,
        ),
        route(jira, f"{v3}/issueLink", post=relations.add_link),
        route(jira, f"{v3}/issueLink/{{link}}", delete=relations.delete_link),
        route(jira, f"{one}/changelog", get=reading.get_changelog),
        route(
            jira,
            f"{one}/transitions",
            get=changing.list_transitions,
            post=changing.do_transition,
        ),
    ]


def _comments(jira: Jira) -> list[Route]:
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


def _properties(jira: Jira) -> list[Route]:
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


def _admin(jira: Jira) -> list[Route]:
    def settings(call: Call) -> Json:
        try:
            for name, value in call.body.items():
                setattr(call.site.settings, name, value)
        except (ValidationError, ValueError) as error:
            raise Refused(400, str(error)) from error
        return call.site.settings.model_dump()

    def notifications(call: Call) -> list[Json]:
        return call.site.notifications

    return [
        route(jira, f"{ADMIN}/settings", get=settings, put=settings),
        route(jira, f"{ADMIN}/notifications", get=notifications),
        route(jira, f"{ADMIN}/issues/{{issue}}/move", post=relations.move),
    ]
