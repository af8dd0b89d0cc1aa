"""Comments of issues, and who is notified of them."""

from __future__ import annotations

from starlette.responses import Response

from connectors.sandbox import adf
from connectors.sandbox.jira.auth import JiraErrorResponse
from connectors.sandbox.jira.request import JiraRequest
from connectors.sandbox.jira.shapes import comment_bean
from connectors.sandbox.jira.site import StoredIssue
from connectors.sandbox.json_http import Json, json_response

LONGEST_BODY = 32_767
MOST_COMMENTS_LISTED = 1000


def list_comments(request: JiraRequest) -> Json:
    """A PageOfComments, with at most 100 comments per page."""
    issue, start = request.issue(), request.number("startAt", 0)
    size = min(request.number("maxResults", 100), 100)
    # `orderBy` defaults to `created`, oldest first.
    newest_first = request.query("orderBy") == "-created"
    comments = issue.comments[::-1] if newest_first else issue.comments
    page = comments[start : start + size]
    return {
        "startAt": start,
        "maxResults": size,
        "total": len(comments),
        "comments": [
            comment_bean(comment, with_properties=_wants_properties(request)) for comment in page
        ],
    }


def get_comment(request: JiraRequest) -> Json:
    _, comment = _find_comment(request)
    return comment_bean(comment, with_properties=_wants_properties(request))


def comments_by_id(request: JiraRequest) -> Json:
    """A PageBeanComment of the comments with these ids that the account may see."""
    ids = {str(id_) for id_ in request.body.get("ids") or []}
    if not 1 <= len(ids) <= MOST_COMMENTS_LISTED:
        raise JiraErrorResponse(
            400, f"Between 1 and {MOST_COMMENTS_LISTED} comment ids have to be given."
        )
    values = [
        comment_bean(comment, with_properties=_wants_properties(request))
        for issue in (request.site.visible_issues() if request.account else ())
        for comment in issue.comments
        if comment["id"] in ids
    ]
    paging = {
        "startAt": 0,
        "maxResults": MOST_COMMENTS_LISTED,
        "total": len(values),
        "isLast": True,
    }
    return paging | {"values": values}


def add_comment(request: JiraRequest) -> Response:
    """Add a comment, which always notifies, and set the issue's `updated`."""
    issue, author = request.issue(), request.require_account()
    body = _valid_body(request.body)
    comment_id, now = request.site.next_id(), request.site.now(author)
    author_bean = request.site.users[author]
    comment: Json = {
        "self": f"{request.site.base_url}/rest/api/3/issue/{issue.id}/comment/{comment_id}",
        "id": comment_id,
        "author": author_bean,
        "body": body,
        "updateAuthor": author_bean,
        "created": now,
        "updated": now,
        "jsdPublic": True,
        "properties": [],
    }
    _set_properties(request, comment)
    issue.comments.append(comment)
    issue.fields["updated"] = now
    _notify(request, issue, comment, "comment_created")
    return json_response(comment_bean(comment), 201)


def edit_comment(request: JiraRequest) -> Json:
    """Replace body and properties in place; notifies unless `notifyUsers=false`."""
    issue, comment = _find_comment(request)
    author = request.require_account()
    comment["body"] = _valid_body(request.body)
    comment["updateAuthor"] = request.site.users[author]
    comment["updated"] = issue.fields["updated"] = request.site.now(author)
    _set_properties(request, comment)
    if request.query("notifyUsers", "true") != "false":
        _notify(request, issue, comment, "comment_updated")
    return comment_bean(comment)


def delete_comment(request: JiraRequest) -> Response:
    issue, comment = _find_comment(request)
    issue.comments.remove(comment)
    issue.fields["updated"] = request.site.now(request.require_account())
    return Response(status_code=204)


def _valid_body(body: Json) -> Json:
    """The ADF document of a comment; raises JiraErrorResponse (400) where it is invalid."""
    document: Json = body.get("body") or {}
    if adf.find_document_error(document):
        raise (
            JiraErrorResponse(400, errors={"comment": "Comment body is not valid!"})
            if document
            else JiraErrorResponse(400, errors={"comment": "Comment body can not be empty!"})
        )
    text = adf.plain_text(document)
    if not text.strip():
        raise JiraErrorResponse(400, errors={"comment": "Comment body can not be empty!"})
    if len(text) > LONGEST_BODY:
        longest = f"{LONGEST_BODY:,}"
        raise JiraErrorResponse(
            400,
            errors={
                "comment": f"The entered text is too long. It exceeds the allowed limit of "
                f"{longest} characters."
            },
        )
    return document


def _set_properties(request: JiraRequest, comment: Json) -> None:
    """Set the properties and the visibility that the request gives."""
    # In the same request as the body: an app's marker is never missing from its comment.
    for entry in request.body.get("properties") or []:
        set_property(comment, entry["key"], entry["value"])
    if "visibility" in request.body:
        comment["visibility"] = request.body["visibility"]


def _is_internal(comment: Json) -> bool:
    value = find_property(comment, "sd.public.comment")
    return isinstance(value, dict) and value.get("internal") in (True, "true")


def set_property(comment: Json, key: str, value: object) -> None:
    """Store a property of a comment, one of which can make the comment internal."""
    others = [entry for entry in comment["properties"] if entry["key"] != key]
    comment["properties"] = [*others, {"key": key, "value": value}]
    comment["jsdPublic"] = not _is_internal(comment)


def find_property(comment: Json, key: str) -> object:
    """The property's value; None where there is none."""
    properties = comment["properties"]
    return next((entry["value"] for entry in properties if entry["key"] == key), None)


def _find_comment(request: JiraRequest) -> tuple[StoredIssue, Json]:
    issue = request.issue()
    comment_id = request.path("comment")
    comment = next((entry for entry in issue.comments if entry["id"] == comment_id), None)
    if comment is None:
        raise JiraErrorResponse(404, f"Can not find a comment for the id: {comment_id}.")
    return issue, comment


def visible_comment(request: JiraRequest) -> Json:
    """The comment in the path, on any issue that the account may see.

    Raises JiraErrorResponse (404).
    """
    comment_id = request.path("comment")
    for issue in request.site.visible_issues() if request.account else ():
        for comment in issue.comments:
            if comment["id"] == comment_id:
                return comment
    raise JiraErrorResponse(404, f"Can not find a comment for the id: {comment_id}.")


def _wants_properties(request: JiraRequest) -> bool:
    return "properties" in request.query("expand").split(",")


def _notify(request: JiraRequest, issue: StoredIssue, comment: Json, event: str) -> None:
    """Record who gets an e-mail: assignee, reporter and people mentioned, but not the author."""
    involved = [
        (issue.fields.get(role) or {}).get("accountId") for role in ("assignee", "reporter")
    ]
    mentioned = [id_ for id_ in adf.mentioned_ids(comment["body"]) if id_ in request.site.users]
    receivers = [id_ for id_ in dict.fromkeys([*involved, *mentioned]) if id_]
    request.site.notifications.append(
        {
            "event": event,
            "issue": issue.key,
            "comment": comment["id"],
            "at": comment["updated"],
            "to": [id_ for id_ in receivers if id_ != request.account],
            "mentioned": mentioned,
        }
    )
