"""Properties of issues and of comments: JSON objects that apps keep beside a record."""

from __future__ import annotations

from starlette.responses import Response

from connectors.sandbox.answers import Json
from connectors.sandbox.jira.auth import Refused
from connectors.sandbox.jira.call import Call
from connectors.sandbox.jira.comments import any_comment, property_of, set_property


def issue_property_keys(call: Call) -> Json:
    """A PropertyKeys."""
    issue = call.issue()
    return _keys(f"{call.site.base_url}/rest/api/3/issue/{issue.id}", list(issue.properties))


def get_issue_property(call: Call) -> Json:
    """An EntityProperty."""
    return _entity(call, call.issue().properties.get(call.path("property")))


def put_issue_property(call: Call) -> Response:
    properties, key = call.issue().properties, call.path("property")
    call.someone()
    status = 200 if key in properties else 201
    properties[key] = call.body
    return Response(status_code=status)


def delete_issue_property(call: Call) -> Response:
    get_issue_property(call)
    del call.issue().properties[call.path("property")]
    return Response(status_code=204)


def comment_property_keys(call: Call) -> Json:
    """A PropertyKeys."""
    comment = any_comment(call)
    keys = [one["key"] for one in comment["properties"]]
    return _keys(f"{call.site.base_url}/rest/api/3/comment/{comment['id']}", keys)


def get_comment_property(call: Call) -> Json:
    """An EntityProperty."""
    return _entity(call, property_of(any_comment(call), call.path("property")))


def put_comment_property(call: Call) -> Response:
    comment, key = any_comment(call), call.path("property")
    status = 201 if property_of(comment, key) is None else 200
    set_property(comment, key, call.body)
    return Response(status_code=status)


def delete_comment_property(call: Call) -> Response:
    get_comment_property(call)
    comment, key = any_comment(call), call.path("property")
    comment["properties"] = [one for one in comment["properties"] if one["key"] != key]
    return Response(status_code=204)


def _keys(owner: str, keys: list[str]) -> Json:
    return {"keys": [{"self": f"{owner}/properties/{key}", "key": key} for key in keys]}


def _entity(call: Call, value: object) -> Json:
    key = call.path("property")
    if value is None:
        raise Refused(404, f"The property with key '{key}' does not exist.")
    return {"key": key, "value": value}
