"""Who am I, what is this site, and its fields, statuses, priorities, projects and people."""

from __future__ import annotations

from connectors.sandbox.answers import Json
from connectors.sandbox.jira.auth import Refused
from connectors.sandbox.jira.call import Call
from connectors.sandbox.jira.shapes import LINK_TYPES, link_type
from connectors.sandbox.jira.site import stamp

CLOUD_ID = "5a9db01e-0000-4000-8000-5a9db01e0001"
PERMISSIONS = ("BROWSE_PROJECTS", "ADD_COMMENTS", "EDIT_OWN_COMMENTS", "DELETE_OWN_COMMENTS")


def myself(call: Call) -> Json:
    return call.site.users[call.someone()]


def server_info(call: Call) -> Json:
    return {
        "baseUrl": call.site.base_url,
        "displayUrl": call.site.base_url,
        "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud",
        "buildNumber": 100_290,
        "buildDate": "2026-01-01T00:00:00.000+0000",
        "serverTime": stamp(call.site.clock()),
        "scmInfo": "0" * 40,
        "serverTitle": "Jira",
        "serverTimeZone": "Etc/UTC",
    }


def tenant_info(_: Call) -> Json:
    return {"cloudId": CLOUD_ID}


def fields(call: Call) -> list[Json]:
    return list(call.site.fields.values())


def statuses(call: Call) -> list[Json]:
    return list(call.site.statuses.values()) if call.account else []


def priorities(call: Call) -> list[Json]:
    return list(call.site.priorities.values()) if call.account else []


def issue_types(call: Call) -> list[Json]:
    return list(call.site.issue_types.values()) if call.account else []


def link_types(call: Call) -> Json:
    """The usual types, and those that the loaded links have besides."""
    names = dict.fromkeys([*LINK_TYPES, *(link.type for link in call.site.links.values())])
    shown = [link_type(call.site, name) for name in names] if call.account else []
    return {"issueLinkTypes": shown}


def all_projects(call: Call) -> list[Json]:
    return call.site.visible_projects() if call.account else []


def search_projects(call: Call) -> Json:
    """A PageBeanProject of the projects the asker may browse, 50 a page."""
    start, size = call.number("startAt", 0), min(call.number("maxResults", 50), 100)
    keys = {key.upper() for key in call.request.query_params.getlist("keys")}
    found = [one for one in all_projects(call) if not keys or one["key"] in keys]
    self = f"{call.site.base_url}/rest/api/3/project/search?maxResults={size}"
    page: Json = {
        "self": f"{self}&startAt={start}",
        "maxResults": size,
        "startAt": start,
        "total": len(found),
        "isLast": start + size >= len(found),
        "values": found[start : start + size],
    }
    return page if page["isLast"] else page | {"nextPage": f"{self}&startAt={start + size}"}


def project(call: Call) -> Json:
    wanted = call.path("project")
    for found in all_projects(call):
        if wanted.upper() == found["key"] or wanted == found["id"]:
            return found
    raise Refused(404, f"No project could be found with key '{wanted}'.")


def project_versions(call: Call) -> list[Json]:
    found = int(project(call)["id"])
    return [version for version in call.site.versions.values() if version["projectId"] == found]


def version(call: Call) -> Json:
    found = call.site.versions.get(call.path("version"))
    if found is None or call.account is None:
        raise Refused(404, f"Could not find version for id '{call.path('version')}'")
    return found


def edit_version(call: Call) -> Json:
    """Name, description, dates and whether it is released may change; an issue's stamp does not."""
    call.someone()
    names = ("name", "description", "startDate", "releaseDate", "released", "archived")
    found = version(call)
    found.update({name: call.body[name] for name in names if name in call.body})
    return found


def user(call: Call) -> Json:
    call.someone()
    found = call.site.users.get(call.query("accountId"))
    if found is None:
        raise Refused(404, "The user with the given account ID does not exist.")
    return found


def search_users(call: Call) -> list[Json]:
    """People whose name or address has a word that begins with the query."""
    if call.account is None:
        return []
    query, start = call.query("query").lower(), call.number("startAt", 0)
    size = min(call.number("maxResults", 50), 1000)
    found = [one for one in call.site.users.values() if _begins(one, query)]
    return found[start : start + size]


def _begins(person: Json, query: str) -> bool:
    words = [*person["displayName"].lower().split(), person.get("emailAddress", "").lower()]
    return any(word.startswith(query) for word in words) or person[
        "displayName"
    ].lower().startswith(query)


def my_permissions(call: Call) -> Json:
    """Permissions in one project, issue, or anywhere; an unknown project is a 404."""
    asked = [name for name in call.query("permissions").split(",") if name]
    if not asked:
        raise Refused(400, "The 'permissions' query parameter is required.")
    unknown = [name for name in asked if name not in PERMISSIONS]
    if unknown:
        raise Refused(400, f"Unrecognized permission: {unknown[0]}")
    allowed = call.account is not None and _sees_project(call)
    return {"permissions": {name: _permission(name, allowed) for name in asked}}


def _sees_project(call: Call) -> bool:
    key = call.query("projectKey")
    if key and key not in {one["key"] for one in call.site.projects.values()}:
        raise Refused(404, f"No project could be found with key '{key}'.")
    return not key or key not in call.site.settings.hidden_projects


def _permission(name: str, allowed: bool) -> Json:
    return {
        "id": str(10 + PERMISSIONS.index(name)),
        "key": name,
        "name": name.replace("_", " ").title(),
        "type": "PROJECT",
        "description": "",
        "havePermission": allowed,
    }
