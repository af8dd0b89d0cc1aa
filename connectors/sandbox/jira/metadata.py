"""The account, the site, and its fields, statuses, priorities, projects and users."""

from __future__ import annotations

from connectors.sandbox.jira.auth import JiraErrorResponse
from connectors.sandbox.jira.request import JiraRequest
from connectors.sandbox.jira.shapes import LINK_TYPES, link_type_bean
from connectors.sandbox.jira.site import format_timestamp
from connectors.sandbox.json_http import Json

CLOUD_ID = "5a9db01e-0000-4000-8000-5a9db01e0001"
PERMISSIONS = ("BROWSE_PROJECTS", "ADD_COMMENTS", "EDIT_OWN_COMMENTS", "DELETE_OWN_COMMENTS")


def myself(request: JiraRequest) -> Json:
    return request.site.users[request.require_account()]


def server_info(request: JiraRequest) -> Json:
    return {
        "baseUrl": request.site.base_url,
        "displayUrl": request.site.base_url,
        "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud",
        "buildNumber": 100_290,
        "buildDate": "2026-01-01T00:00:00.000+0000",
        "serverTime": format_timestamp(request.site.clock()),
        "scmInfo": "0" * 40,
        "serverTitle": "Jira",
        "serverTimeZone": "Etc/UTC",
    }


def tenant_info(_: JiraRequest) -> Json:
    return {"cloudId": CLOUD_ID}


def fields(request: JiraRequest) -> list[Json]:
    return list(request.site.fields.values())


def statuses(request: JiraRequest) -> list[Json]:
    return list(request.site.statuses.values()) if request.account else []


def priorities(request: JiraRequest) -> list[Json]:
    return list(request.site.priorities.values()) if request.account else []


def issue_types(request: JiraRequest) -> list[Json]:
    return list(request.site.issue_types.values()) if request.account else []


def link_types(request: JiraRequest) -> Json:
    """The link types of a new site, and further ones that loaded links have."""
    names = dict.fromkeys([*LINK_TYPES, *(link.type for link in request.site.links.values())])
    types = [link_type_bean(request.site, name) for name in names] if request.account else []
    return {"issueLinkTypes": types}


def all_projects(request: JiraRequest) -> list[Json]:
    return request.site.visible_projects() if request.account else []


def search_projects(request: JiraRequest) -> Json:
    """A PageBeanProject of the projects that the account may browse."""
    # Jira silently lowers a larger `maxResults`; a client has to read it from the page.
    start, size = request.number("startAt", 0), min(request.number("maxResults", 50), 100)
    keys = {key.upper() for key in request.http.query_params.getlist("keys")}
    projects = [row for row in all_projects(request) if not keys or row["key"] in keys]
    self = f"{request.site.base_url}/rest/api/3/project/search?maxResults={size}"
    page: Json = {
        "self": f"{self}&startAt={start}",
        "maxResults": size,
        "startAt": start,
        "total": len(projects),
        "isLast": start + size >= len(projects),
        "values": projects[start : start + size],
    }
    return page if page["isLast"] else page | {"nextPage": f"{self}&startAt={start + size}"}


def project(request: JiraRequest) -> Json:
    id_or_key = request.path("project")
    for row in all_projects(request):
        if id_or_key.upper() == row["key"] or id_or_key == row["id"]:
            return row
    raise JiraErrorResponse(404, f"No project could be found with key '{id_or_key}'.")


def project_versions(request: JiraRequest) -> list[Json]:
    project_id = int(project(request)["id"])
    return [
        version for version in request.site.versions.values() if version["projectId"] == project_id
    ]


def version(request: JiraRequest) -> Json:
    row = request.site.versions.get(request.path("version"))
    if row is None or request.account is None:
        raise JiraErrorResponse(404, f"Could not find version for id '{request.path('version')}'")
    return row


def edit_version(request: JiraRequest) -> Json:
    """Change name, description, dates and whether it is released or archived."""
    request.require_account()
    names = ("name", "description", "startDate", "releaseDate", "released", "archived")
    row = version(request)
    # `updated` of the version's issues stays as it is, in Jira too.
    row.update({name: request.body[name] for name in names if name in request.body})
    return row


def user(request: JiraRequest) -> Json:
    request.require_account()
    user_bean = request.site.users.get(request.query("accountId"))
    if user_bean is None:
        raise JiraErrorResponse(404, "The user with the given account ID does not exist.")
    return user_bean


def search_users(request: JiraRequest) -> list[Json]:
    """Users of whose name or e-mail address a word starts with the query."""
    if request.account is None:
        return []
    query, start = request.query("query").lower(), request.number("startAt", 0)
    size = min(request.number("maxResults", 50), 1000)
    users = [row for row in request.site.users.values() if _matches(row, query)]
    return users[start : start + size]


def _matches(user: Json, query: str) -> bool:
    name = user["displayName"].lower()
    texts = [name, *name.split(), user.get("emailAddress", "").lower()]
    return any(text.startswith(query) for text in texts)


def my_permissions(request: JiraRequest) -> Json:
    """Which permissions the account has in a project, or anywhere."""
    names = [name for name in request.query("permissions").split(",") if name]
    if not names:
        raise JiraErrorResponse(400, "The 'permissions' query parameter is required.")
    unknown = [name for name in names if name not in PERMISSIONS]
    if unknown:
        raise JiraErrorResponse(400, f"Unrecognized permission: {unknown[0]}")
    is_allowed = request.account is not None and _may_browse_project(request)
    return {"permissions": {name: _permission(name, is_allowed) for name in names}}


def _may_browse_project(request: JiraRequest) -> bool:
    key = request.query("projectKey")
    if key and key not in {row["key"] for row in request.site.projects.values()}:
        raise JiraErrorResponse(404, f"No project could be found with key '{key}'.")
    return not key or key not in request.site.settings.hidden_projects


def _permission(name: str, is_allowed: bool) -> Json:
    return {
        "id": str(10 + PERMISSIONS.index(name)),
        "key": name,
        "name": name.replace("_", " ").title(),
        "type": "PROJECT",
        "description": "",
        "havePermission": is_allowed,
    }
