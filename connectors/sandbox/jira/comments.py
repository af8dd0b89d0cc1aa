"""Comments and their properties, and who is notified of them."""

from __future__ import annotations

from starlette.responses import Response

from connectors.sandbox import adf
from connectors.sandbox.answers import Json, answer
from connectors.sandbox.jira.auth import Refused
from connectors.sandbox.jira.call import Call
from connectors.sandbox.jira.shapes import comment_shown
from connectors.sandbox.jira.site import Issue

LONGEST_BODY = 32_767
MOST_COMMENTS_LISTED = 1000


def list_comments(call: Call) -> Json:
    """A PageOfComments; 100 a page unless fewer are asked for."""
    issue, start = call.issue(), call.number("startAt", 0)
    size = min(call.number("maxResults", 100), 100)
    newest_first = call.query("orderBy") == "-created"
    comments = issue.comments[::-1] if newest_first else issue.comments
    page = comments[start : start + size]
    return {
        "startAt": start,
        "maxResults": size,
        "total": len(comments),
        "comments": [comment_shown(one, with_properties=_wants_properties(call)) for one in page],
    }


def get_comment(call: Call) -> Json:
    _, comment = _comment(call)
    return comment_shown(comment, with_properties=_wants_properties(call))


def comments_by_id(call: Call) -> Json:
    """A PageBeanComment of the comments with these ids that the asker may see."""
    ids = {str(id_) for id_ in call.body.get("ids") or []}
    if not 1 <= len(ids) <= MOST_COMMENTS_LISTED:
        raise Refused(400, f"Between 1 and {MOST_COMMENTS_LISTED} comment ids have to be given.")
    values = [
        comment_shown(comment, with_properties=_wants_properties(call))
        for issue in (call.site.visible_issues() if call.account else ())
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


def add_comment(call: Call) -> Response:
    """Adding always notifies; the issue counts as updated."""
    issue, author = call.issue(), call.someone()
    body = _valid_body(call.body)
    comment_id, now = call.site.next_id(), call.site.now(author)
    person = call.site.users[author]
    comment: Json = {
        "self": f"{call.site.base_url}/rest/api/3/issue/{issue.id}/comment/{comment_id}",
        "id": comment_id,
        "author": person,
        "body": body,
        "updateAuthor": person,
        "created": now,
        "updated": now,
        "jsdPublic": True,
        "properties": [],
    }
    _describe(call, comment)
    issue.comments.append(comment)
    issue.fields["updated"] = now
    _notify(call, issue, comment, "comment_created")
    return answer(comment_shown(comment), 201)


def edit_comment(call: Call) -> Json:
    """Notifies unless `notifyUsers=false`."""
    issue, comment = _comment(call)
    author = call.someone()
    comment["body"] = _valid_body(call.body)
    comment["updateAuthor"] = call.site.users[author]
    comment["updated"] = issue.fields["updated"] = call.site.now(author)
    _describe(call, comment)
    if call.query("notifyUsers", "true") != "false":
        _notify(call, issue, comment, "comment_updated")
    return comment_shown(comment)


def delete_comment(call: Call) -> Response:
    issue, comment = _comment(call)
    issue.comments.remove(comment)
    issue.fields["updated"] = call.site.now(call.someone())
    return Response(status_code=204)


def _valid_body(body: Json) -> Json:
    document: Json = body.get("body") or {}
    if adf.faults_of(document):
        raise (
            Refused(400, errors={"comment": "Comment body is not valid!"})
            if document
            else Refused(400, errors={"comment": "Comment body can not be empty!"})
        )
    text = adf.plain_text(document)
    if not text.strip():
        raise Refused(400, errors={"comment": "Comment body can not be empty!"})
    if len(text) > LONGEST_BODY:
        longest = f"{LONGEST_BODY:,}"
        raise Refused(
            400,
            errors={
                "comment": f"The entered text is too long. It exceeds the allowed limit of "
                f"{longest} characters."
            },
        )
    return document


def _describe(call: Call, comment: Json) -> None:
    """Take over properties and visibility, and what they make of the comment."""
    for given in call.body.get("properties") or []:
        set_property(comment, given["key"], given["value"])
    if "visibility" in call.body:
        comment["visibility"] = call.body["visibility"]


def _is_internal(comment: Json) -> bool:
    found = property_of(comment, "sd.public.comment")
    return isinstance(found, dict) and found.get("internal") in (True, "true")


def set_property(comment: Json, key: str, value: object) -> None:
    """Keep a value with the comment; one that makes it internal takes it from customers' eyes."""
    others = [one for one in comment["properties"] if one["key"] != key]
    comment["properties"] = [*others, {"key": key, "value": value}]
    comment["jsdPublic"] = not _is_internal(comment)


def property_of(comment: Json, key: str) -> object:
    """The property's value; None where there is none."""
    return next((one["value"] for one in comment["properties"] if one["key"] == key), None)


def _comment(call: Call) -> tuple[Issue, Json]:
    issue = call.issue()
    wanted = call.path("comment")
    comment = next((one for one in issue.comments if one["id"] == wanted), None)
    if comment is None:
        raise Refused(404, f"Can not find a comment for the id: {wanted}.")
    return issue, comment


def any_comment(call: Call) -> Json:
    """The comment in the path, of whichever issue the asker may see; raises Refused (404)."""
    wanted = call.path("comment")
    for issue in call.site.visible_issues() if call.account else ():
        for comment in issue.comments:
            if comment["id"] == wanted:
                return comment
    raise Refused(404, f"Can not find a comment for the id: {wanted}.")


def _wants_properties(call: Call) -> bool:
    return "properties" in call.query("expand").split(",")


def _notify(call: Call, issue: Issue, comment: Json, event: str) -> None:
    """Write down who gets a mail: people concerned and mentioned, but not who did it."""
    concerned = [
        (issue.fields.get(role) or {}).get("accountId") for role in ("assignee", "reporter")
    ]
    mentioned = [id_ for id_ in adf.mentioned(comment["body"]) if id_ in call.site.users]
    receivers = [id_ for id_ in dict.fromkeys([*concerned, *mentioned]) if id_]
    call.site.notifications.append(
        {
            "event": event,
            "issue": issue.key,
            "comment": comment["id"],
            "at": comment["updated"],
            "to": [id_ for id_ in receivers if id_ != call.account],
            "mentioned": mentioned,
        }
    )
