"""Chatter through the Connect API: feed elements of a record.

Reference: https://developer.salesforce.com/docs/atlas.en-us.chatterapi.meta/chatterapi/
(resources `feed-elements` and `feeds/record/{id}/feed-elements`).
"""

from __future__ import annotations

from starlette.responses import Response

from connectors.sandbox.answers import Json, answer
from connectors.sandbox.salesforce.call import Call, Refused
from connectors.sandbox.salesforce.ids import whole
from connectors.sandbox.salesforce.org import insert, recycle, update
from connectors.sandbox.salesforce.segments import (
    html_of,
    is_rich,
    mentioned,
    read_segments,
    text_of,
)

LARGEST_PAGE = 100
USUAL_PAGE = 25


def post(call: Call) -> Response:
    """A new feed item; the people mentioned are notified."""
    subject = _existing(call, str(call.body.get("subjectId", "")))
    if call.body.get("feedElementType") != "FeedItem":
        raise Refused(400, "MISSING_ARGUMENT", "A required argument is missing: feedElementType")
    segments = read_segments(call.org, call.body.get("body") or {})
    item = insert(
        call.org,
        "FeedItem",
        {
            "ParentId": subject,
            "Type": "TextPost",
            "Visibility": call.body.get("visibility", "AllUsers"),
            "Status": "Published",
            "Revision": 1,
            "InsertedById": call.user,
        }
        | _body(segments),
        call.user,
        call.org.now(),
    )
    call.org.segments[item["Id"]] = segments
    _notify(call, item["Id"], segments, "posted")
    return answer(_element(call, item), 201)


def edit(call: Call) -> Json:
    """Only those who are newly mentioned are notified."""
    item = call.record("FeedItem")
    before = mentioned(call.org.segments.get(item["Id"], []))
    segments = read_segments(call.org, call.body.get("body") or {})
    values = _body(segments) | {"Revision": item["Revision"] + 1}
    update(call.org, "FeedItem", item, values, call.user)
    call.org.segments[item["Id"]] = segments
    newly = [
        one for one in segments if one["type"] == "Mention" and one["record"]["id"] not in before
    ]
    _notify(call, item["Id"], newly, "edited")
    return _element(call, item)


def read(call: Call) -> Json:
    return _element(call, call.record("FeedItem"))


def delete(call: Call) -> Response:
    recycle(call.org, call.record("FeedItem"))
    return Response(status_code=204)


def record_feed(call: Call) -> Json:
    """A page of the record's feed, the newest element first."""
    subject = _existing(call, call.path("id"))
    items = [
        one
        for one in call.org.records["FeedItem"].values()
        if one["ParentId"] == subject and not one["IsDeleted"]
    ]
    items.sort(key=lambda one: (one["CreatedDate"], one["Id"]), reverse=True)
    start, size = _place(call)
    return _page_links(call, subject, start, size, len(items)) | {
        "elements": [_element(call, one) for one in items[start : start + size]]
    }


def _place(call: Call) -> tuple[int, int]:
    """Where the page begins, and its size; the page token is where it begins."""
    token, size = call.query("page", "0"), call.query("pageSize", str(USUAL_PAGE))
    if not token.isdigit():
        raise Refused(400, "INVALID_PAGE_TOKEN", f"Invalid page token: {token}")
    if not size.isdigit() or not 1 <= int(size) <= LARGEST_PAGE:
        message = f"The pageSize parameter has to be between 1 and {LARGEST_PAGE}."
        raise Refused(400, "ILLEGAL_QUERY_PARAMETER_VALUE", message)
    return int(token), int(size)


def _page_links(call: Call, subject: str, start: int, size: int, total: int) -> Json:
    url = f"{call.root}/chatter/feeds/record/{subject}/feed-elements?pageSize={size}"
    more = start + size < total
    return {
        "currentPageToken": str(start) if start else None,
        "currentPageUrl": f"{url}&page={start}" if start else url,
        "nextPageToken": str(start + size) if more else None,
        "nextPageUrl": f"{url}&page={start + size}" if more else None,
    }


def _existing(call: Call, id_: str) -> str:
    name = call.org.object_of(id_)
    if name is None or call.org.find(name, id_) is None:
        raise Refused(404, "NOT_FOUND", f"The requested resource does not exist: {id_}")
    return whole(id_)


def _body(segments: list[Json]) -> Json:
    rich = is_rich(segments)
    return {"Body": str(html_of(segments)) if rich else text_of(segments), "IsRichText": rich}


def _notify(call: Call, item_id: str, segments: list[Json], why: str) -> None:
    for user_id in mentioned(segments):
        call.org.mentions.append(
            {"feedItem": item_id, "to": user_id, "why": why, "at": call.org.now()}
        )


def _element(call: Call, item: Json) -> Json:
    """A Feed Item of the Connect API."""
    segments = call.org.segments.get(item["Id"], [])
    url = f"{call.root}/chatter/feed-elements/{item['Id']}"
    body = {
        "isRichText": item["IsRichText"],
        "messageSegments": segments,
        "text": text_of(segments),
    }
    return {
        "id": item["Id"],
        "feedElementType": "FeedItem",
        "type": item["Type"],
        "url": url,
        "body": body,
        "actor": _summary(call, item["CreatedById"]),
        "parent": _summary(call, item["ParentId"]),
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


def _summary(call: Call, id_: str) -> Json:
    name = call.org.object_of(id_) or "User"
    record = call.org.find(name, id_, deleted=True) or {}
    return {
        "id": id_,
        "type": name,
        "name": record.get("Name"),
        "displayName": record.get("Name"),
        "url": f"{call.root}/chatter/{'users' if name == 'User' else 'records'}/{id_}",
    }


def _connect_date(text: str) -> str:
    return text.replace("+0000", "Z")
