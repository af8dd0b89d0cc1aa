"""Properties of issues and comments: JSON objects that apps store with them, hidden from users."""

from __future__ import annotations

from starlette.responses import Response

from connectors.sandbox.jira.auth import JiraErrorResponse
from connectors.sandbox.jira.comments import find_property, set_property, visible_comment
from connectors.sandbox.jira.request import JiraRequest
from connectors.sandbox.json_http import Json


def issue_property_keys(request: JiraRequest) -> Json:
    """A PropertyKeys of the REST API."""
    issue = request.issue()
    return _property_keys(
        f"{request.site.base_url}/rest/api/3/issue/{issue.id}", list(issue.properties)
    )


def get_issue_property(request: JiraRequest) -> Json:
    """An EntityProperty of the REST API."""
    return _entity_property(request, request.issue().properties.get(request.path("property")))


def put_issue_property(request: JiraRequest) -> Response:
    properties, key = request.issue().properties, request.path("property")
    request.require_account()
    status = 200 if key in properties else 201
    properties[key] = request.body
    return Response(status_code=status)


def delete_issue_property(request: JiraRequest) -> Response:
    get_issue_property(request)
    del request.issue().properties[request.path("property")]
    return Response(status_code=204)


def comment_property_keys(request: JiraRequest) -> Json:
    """A PropertyKeys of the REST API."""
    comment = visible_comment(request)
    keys = [entry["key"] for entry in comment["properties"]]
    return _property_keys(f"{request.site.base_url}/rest/api/3/comment/{comment['id']}", keys)


def get_comment_property(request: JiraRequest) -> Json:
    """An EntityProperty of the REST API."""
    return _entity_property(
        request, find_property(visible_comment(request), request.path("property"))
    )


def put_comment_property(request: JiraRequest) -> Response:
    comment, key = visible_comment(request), request.path("property")
    status = 201 if find_property(comment, key) is None else 200
    set_property(comment, key, request.body)
    return Response(status_code=status)


def delete_comment_property(request: JiraRequest) -> Response:
    get_comment_property(request)
    comment, key = visible_comment(request), request.path("property")
    others = [entry for entry in comment["properties"] if entry["key"] != key]
    comment["properties"] = others
    return Response(status_code=204)


def _property_keys(owner: str, keys: list[str]) -> Json:
    return {"keys": [{"self": f"{owner}/properties/{key}", "key": key} for key in keys]}


def _entity_property(request: JiraRequest, value: object) -> Json:
    key = request.path("property")
    if value is None:
        raise JiraErrorResponse(404, f"The property with key '{key}' does not exist.")
    return {"key": key, "value": value}
