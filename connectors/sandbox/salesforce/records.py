"""Single records: describe, read, insert, update, delete, and the list of deleted ones."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from connectors.sandbox.json_http import Json, json_response
from connectors.sandbox.salesforce.ids import PREFIXES
from connectors.sandbox.salesforce.org import format_timestamp, insert, recycle, update
from connectors.sandbox.salesforce.query import parse_instant
from connectors.sandbox.salesforce.request import SalesforceErrorResponse, SalesforceRequest

BODIES = {"FeedItem": "Body", "FeedComment": "CommentBody"}
"""The field that has the text, of objects that are posts."""
REPLICATION_DAYS = 15
"""Number of days for which getDeleted lists deleted records."""


def describe(request: SalesforceRequest) -> Json:
    """A describe result with the fields that the connection may see."""
    name = request.object_name()
    return _summary(request, name) | {
        "fields": [spec.describe() for spec in request.org.fields(name).values()],
        "recordTypeInfos": [],
        "childRelationships": [],
    }


def describe_global(request: SalesforceRequest) -> Json:
    return {
        "encoding": "UTF-8",
        "maxBatchSize": 200,
        "sobjects": [_summary(request, name) for name in request.org.objects],
    }


def basic_information(request: SalesforceRequest) -> Json:
    return {"objectDescribe": _summary(request, request.object_name()), "recentItems": []}


def _summary(request: SalesforceRequest, name: str) -> Json:
    path = f"{request.root}/sobjects/{name}"
    flags = dict.fromkeys(("queryable", "retrieveable", "replicateable", "feedEnabled"), True)
    urls = {"sobject": path, "describe": f"{path}/describe", "rowTemplate": f"{path}/{{ID}}"}
    return {"name": name, "label": name, "keyPrefix": PREFIXES[name], "urls": urls} | flags


def read(request: SalesforceRequest) -> Json:
    """A record with the fields in the parameter `fields`, or with all."""
    name = request.object_name()
    record, visible = request.record(name), request.org.fields(name)
    requested = [field for field in request.query("fields").split(",") if field]
    names = [_field_name(request, name, field) for field in requested]
    names = names or [spec.name for spec in visible.values()]
    attributes = {"type": name, "url": f"{request.root}/sobjects/{name}/{record['Id']}"}
    return {"attributes": attributes} | {field: record[field] for field in names}


def create(request: SalesforceRequest) -> Response:
    name = request.object_name()
    values = _read_values(request, name)
    record = insert(request.org, name, values, request.user, request.org.now())
    if name == "FeedItem":
        _complete_post(request, record)
    if name == "FeedComment":
        complete_comment(request, record)
    return json_response({"id": record["Id"], "success": True, "errors": []}, 201)


def edit(request: SalesforceRequest) -> Response:
    name = request.object_name()
    record, values = request.record(name), _read_values(request, name)
    update(request.org, name, record, values, request.user)
    if BODIES.get(name) in values:
        # Chatter counts the versions of a post; an edit through either API is one.
        record["Revision"] += 1
        request.org.segments[record["Id"]] = _plain_segments(record[BODIES[name]])
    return Response(status_code=204)


def delete(request: SalesforceRequest) -> Response:
    """Move a record to the recycle bin; SystemModstamp says when."""
    recycle(request.org, request.record(request.object_name()))
    return Response(status_code=204)


def deleted(request: SalesforceRequest) -> Json:
    """Ids of the records that were deleted between `start` and `end`, in the last 15 days."""
    name, today = request.object_name(), request.org.clock()
    earliest = today - timedelta(days=REPLICATION_DAYS)
    start, end = parse_instant(request.query("start")), parse_instant(request.query("end"))
    if start < earliest:
        raise SalesforceErrorResponse(
            400,
            "INVALID_REPLICATION_DATE",
            f"start date before earliest date available: {format_timestamp(earliest)}",
        )
    # Salesforce ignores the seconds, so an interval within a minute would be empty.
    if end <= start + timedelta(minutes=1):
        raise SalesforceErrorResponse(
            400,
            "INVALID_REPLICATION_DATE",
            "The end date must be at least one minute after the start date",
        )
    records = [record for record in request.org.records[name].values() if record["IsDeleted"]]
    rows = [{"id": record["Id"], "deletedDate": record["SystemModstamp"]} for record in records]
    return {
        "deletedRecords": [
            row for row in rows if start <= parse_instant(row["deletedDate"]) <= end
        ],
        "earliestDateAvailable": format_timestamp(earliest),
        "latestDateCovered": format_timestamp(min(end, today)),
    }


def _field_name(request: SalesforceRequest, name: str, field: str) -> str:
    """A field's name in its own case; raises SalesforceErrorResponse (400) for an unknown one."""
    spec = request.org.fields(name).get(field.lower())
    if spec is None:
        message = f"No such column '{field}' on sobject of type {name}"
        raise SalesforceErrorResponse(400, "INVALID_FIELD", message)
    return spec.name


def _read_values(request: SalesforceRequest, name: str) -> Json:
    """The values in the body by field name.

    Raises SalesforceErrorResponse (400) for an unknown or read-only field and for a text that is
    too long.
    """
    values: Json = {}
    for key, value in request.body.items():
        field = _field_name(request, name, key)
        spec = request.org.fields(name)[field.lower()]
        if not spec.editable:
            raise SalesforceErrorResponse(
                400,
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                f"Unable to create/update fields: {field}. Please check the security settings of "
                "this field and verify that it is read/write for your profile or permission set.",
            )
        if spec.length and len(str(value or "")) > spec.length:
            message = f"{spec.label or field}: data value too large (max length={spec.length})"
            raise SalesforceErrorResponse(400, "STRING_TOO_LONG", message)
        values[field] = value
    return values


def _complete_post(request: SalesforceRequest, record: Json) -> None:
    """Set what Chatter itself sets in a new feed item."""
    record |= {
        "Type": record["Type"] or "TextPost",
        "Visibility": record["Visibility"] or "AllUsers",
        "IsRichText": bool(record["IsRichText"]),
        "Status": "Published",
        "Revision": 1,
        "InsertedById": request.user,
    }
    request.org.segments[record["Id"]] = _plain_segments(record["Body"])


def complete_comment(request: SalesforceRequest, record: Json) -> None:
    """Set what Chatter itself sets in a new comment: also the record whose feed it stands on."""
    post = request.org.find("FeedItem", str(record["FeedItemId"]))
    if post is None:
        message = "Unable to comment on this feed item"
        raise SalesforceErrorResponse(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message)
    record |= {
        "ParentId": post["ParentId"],
        "IsRichText": bool(record["IsRichText"]),
        "Revision": 1,
        "InsertedById": request.user,
    }
    request.org.segments[record["Id"]] = _plain_segments(record["CommentBody"])


def _plain_segments(text: str | None) -> list[Json]:
    return [{"type": "Text", "text": text or ""}]
