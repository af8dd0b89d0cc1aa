"""Chatter through the Connect API: feed elements of a record.

Reference: https://developer.salesforce.com/docs/atlas.en-us.chatterapi.meta/chatterapi/
(resources `feed-elements` and `feeds/record/{id}/feed-elements`).
"""

from __future__ import annotations

from starlette.responses import Response

from connectors.sandbox.json_http import Json, json_response
from connectors.sandbox.salesforce.ids import to_18_characters
from connectors.sandbox.salesforce.org import insert, recycle, update
from connectors.sandbox.salesforce.records import complete_comment
from connectors.sandbox.salesforce.request import SalesforceErrorResponse, SalesforceRequest
from connectors.sandbox.salesforce.segments import (
    is_rich,
    mentioned_user_ids,
    plain_text,
    read_segments,
    to_html,
)

LARGEST_PAGE = 100
USUAL_PAGE = 25


def post(request: SalesforceRequest) -> Response:
    """Post a feed item; the people mentioned are notified."""
    subject = _require_record(request, str(request.body.get("subjectId", "")))
    if request.body.get("feedElementType") != "FeedItem":
        raise SalesforceErrorResponse(
            400, "MISSING_ARGUMENT", "A required argument is missing: feedElementType"
        )
    segments = read_segments(request.org, request.body.get("body") or {})
    item = insert(
        request.org,
        "FeedItem",
        {
            "ParentId": subject,
            "Type": "TextPost",
            "Visibility": request.body.get("visibility", "AllUsers"),
            "Status": "Published",
            "Revision": 1,
            "InsertedById": request.user,
        }
        | _body_fields(segments),
        request.user,
        request.org.now(),
    )
    request.org.segments[item["Id"]] = segments
    _notify(request, item["Id"], segments, "posted")
    return json_response(_element(request, item), 201)


def edit(request: SalesforceRequest) -> Json:
    """Replace the text of a feed item; only people who are newly mentioned are notified."""
    item = request.record("FeedItem")
    # Read before the edit: Chatter notifies nobody a second time for the same post.
    before = mentioned_user_ids(request.org.segments.get(item["Id"], []))
    segments = read_segments(request.org, request.body.get("body") or {})
    values = _body_fields(segments) | {"Revision": item["Revision"] + 1}
    update(request.org, "FeedItem", item, values, request.user)
    request.org.segments[item["Id"]] = segments
    newly = [
        segment
        for segment in segments
        if segment["type"] == "Mention" and segment["record"]["id"] not in before
    ]
    _notify(request, item["Id"], newly, "edited")
    return _element(request, item)


def read(request: SalesforceRequest) -> Json:
    return _element(request, request.record("FeedItem"))


def delete(request: SalesforceRequest) -> Response:
    recycle(request.org, request.record("FeedItem"))
    return Response(status_code=204)


def comment(request: SalesforceRequest) -> Response:
    """Comment a feed item; the people mentioned are notified."""
    item = request.record("FeedItem")
    segments = read_segments(request.org, request.body.get("body") or {})
    body = _body_fields(segments)
    values = {
        "FeedItemId": item["Id"],
        "CommentBody": body["Body"],
        "IsRichText": body["IsRichText"],
    }
    made = insert(request.org, "FeedComment", values, request.user, request.org.now())
    complete_comment(request, made)
    request.org.segments[made["Id"]] = segments
    _notify(request, made["Id"], segments, "commented")
    return json_response(_comment(request, made), 201)


def read_comment(request: SalesforceRequest) -> Json:
    return _comment(request, request.record("FeedComment"))


def record_feed(request: SalesforceRequest) -> Json:
    """A page of the feed of a record, newest element first."""
    subject = _require_record(request, request.path("id"))
    items = [
        item
        for item in request.org.records["FeedItem"].values()
        if item["ParentId"] == subject and not item["IsDeleted"]
    ]
    items.sort(key=lambda item: (item["CreatedDate"], item["Id"]), reverse=True)
    start, size = _page_window(request)
    return _page_links(request, subject, start, size, len(items)) | {
        "elements": [_element(request, item) for item in items[start : start + size]]
    }


def _page_window(request: SalesforceRequest) -> tuple[int, int]:
    """Index of the first element of the page, which is also its token, and the size of the page."""
    token, size = request.query("page", "0"), request.query("pageSize", str(USUAL_PAGE))
    if not token.isdigit():
        raise SalesforceErrorResponse(400, "INVALID_PAGE_TOKEN", f"Invalid page token: {token}")
    if not size.isdigit() or not 1 <= int(size) <= LARGEST_PAGE:
        message = f"The pageSize parameter has to be between 1 and {LARGEST_PAGE}."
        raise SalesforceErrorResponse(400, "ILLEGAL_QUERY_PARAMETER_VALUE", message)
    return int(token), int(size)


def _page_links(
    request: SalesforceRequest, subject: str, start: int, size: int, total: int
) -> Json:
    url = f"{request.root}/chatter/feeds/record/{subject}/feed-elements?pageSize={size}"
    has_more = start + size < total
    return {
        "currentPageToken": str(start) if start else None,
        "currentPageUrl": f"{url}&page={start}" if start else url,
        "nextPageToken": str(start + size) if has_more else None,
        "nextPageUrl": f"{url}&page={start + size}" if has_more else None,
    }


def _require_record(request: SalesforceRequest, id_: str) -> str:
    """The 18-character id of a record; raises SalesforceErrorResponse (404) where it is none."""
    name = request.org.object_of(id_)
    if name is None or request.org.find(name, id_) is None:
        raise SalesforceErrorResponse(
            404, "NOT_FOUND", f"The requested resource does not exist: {id_}"
        )
    return to_18_characters(id_)


def _body_fields(segments: list[Json]) -> Json:
    rich = is_rich(segments)
    return {"Body": str(to_html(segments)) if rich else plain_text(segments), "IsRichText": rich}


def _notify(request: SalesforceRequest, item_id: str, segments: list[Json], event: str) -> None:
    for user_id in mentioned_user_ids(segments):
        request.org.mentions.append(
            {"feedItem": item_id, "to": user_id, "event": event, "at": request.org.now()}
        )


def _element(request: SalesforceRequest, item: Json) -> Json:
    """A Feed Item of the Connect API."""
    segments = request.org.segments.get(item["Id"], [])
    url = f"{request.root}/chatter/feed-elements/{item['Id']}"
    body = {
        "isRichText": item["IsRichText"],
        "messageSegments": segments,
        "text": plain_text(segments),
    }
    return {
        "id": item["Id"],
        "feedElementType": "FeedItem",
        "type": item["Type"],
        "url": url,
        "body": body,
        "actor": _summary(request, item["CreatedById"]),
        "parent": _summary(request, item["ParentId"]),
        "createdDate": _connect_date(item["CreatedDate"]),
        "modifiedDate": _connect_date(item["LastModifiedDate"]),
        "visibility": item["Visibility"],
        "event": False,
        "isDeleteRestricted": False,
        "capabilities": {
            "edit": {
                "isEditRestricted": False,
                "isEditableByMeUrl": f"{url}/capabilities/edit/is-editable-by-me",
                "latestRevision": item["Revision"],
            },
            "comments": {"page": {"items": [], "total": 0}},
        },
    }


def _comment(request: SalesforceRequest, record: Json) -> Json:
    """A Comment of the Connect API."""
    segments = request.org.segments.get(record["Id"], [])
    return {
        "id": record["Id"],
        "url": f"{request.root}/chatter/comments/{record['Id']}",
        "body": {
            "isRichText": record["IsRichText"],
            "messageSegments": segments,
            "text": plain_text(segments),
        },
        "user": _summary(request, record["CreatedById"]),
        "createdDate": _connect_date(record["CreatedDate"]),
    }


def _summary(request: SalesforceRequest, id_: str) -> Json:
    name = request.org.object_of(id_) or "User"
    record = request.org.find(name, id_, deleted=True) or {}
    return {
        "id": id_,
        "type": name,
        "name": record.get("Name"),
        "displayName": record.get("Name"),
        "url": f"{request.root}/chatter/{'users' if name == 'User' else 'records'}/{id_}",
    }


def _connect_date(text: str) -> str:
    # The Connect API writes UTC as Z, the REST API as +0000.
    return text.replace("+0000", "Z")
