"""Single records: describe, read, insert, update, delete, and what was deleted lately."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from connectors.sandbox.answers import Json, answer
from connectors.sandbox.salesforce.call import Call, Refused
from connectors.sandbox.salesforce.ids import PREFIXES
from connectors.sandbox.salesforce.org import insert, recycle, stamp, update
from connectors.sandbox.salesforce.query import parse_moment

REPLICATION_DAYS = 15
"""How far back getDeleted reaches."""


def describe(call: Call) -> Json:
    """A describe result with the fields the connection may see."""
    name = call.object_name()
    return _summary(call, name) | {
        "fields": [spec.describe() for spec in call.org.fields(name).values()],
        "recordTypeInfos": [],
        "childRelationships": [],
    }


def describe_global(call: Call) -> Json:
    return {
        "encoding": "UTF-8",
        "maxBatchSize": 200,
        "sobjects": [_summary(call, name) for name in call.org.objects],
    }


def basic_information(call: Call) -> Json:
    return {"objectDescribe": _summary(call, call.object_name()), "recentItems": []}


def _summary(call: Call, name: str) -> Json:
    path = f"{call.root}/sobjects/{name}"
    flags = dict.fromkeys(("queryable", "retrieveable", "replicateable", "feedEnabled"), True)
    urls = {"sobject": path, "describe": f"{path}/describe", "rowTemplate": f"{path}/{{ID}}"}
    return {"name": name, "label": name, "keyPrefix": PREFIXES[name], "urls": urls} | flags


def read(call: Call) -> Json:
    """A record, or the fields of it that are named in `fields`."""
    name = call.object_name()
    record, visible = call.record(name), call.org.fields(name)
    wanted = [one for one in call.query("fields").split(",") if one]
    specs = [_visible(call, name, one) for one in wanted] or [one.name for one in visible.values()]
    attributes = {"type": name, "url": f"{call.root}/sobjects/{name}/{record['Id']}"}
    return {"attributes": attributes} | {field: record[field] for field in specs}


def create(call: Call) -> Response:
    name = call.object_name()
    values = _checked(call, name)
    record = insert(call.org, name, values, call.user, call.org.now())
    if name == "FeedItem":
        _complete_post(call, record)
    return answer({"id": record["Id"], "success": True, "errors": []}, 201)


def edit(call: Call) -> Response:
    name = call.object_name()
    record, values = call.record(name), _checked(call, name)
    update(call.org, name, record, values, call.user)
    if name == "FeedItem" and "Body" in values:
        record["Revision"] += 1
        call.org.segments[record["Id"]] = _plain_segments(record)
    return Response(status_code=204)


def delete(call: Call) -> Response:
    """Into the recycle bin; the stamp tells when."""
    recycle(call.org, call.record(call.object_name()))
    return Response(status_code=204)


def deleted(call: Call) -> Json:
    """Records deleted between `start` and `end`, at most the last 15 days."""
    name, today = call.object_name(), call.org.clock()
    earliest = today - timedelta(days=REPLICATION_DAYS)
    start, end = parse_moment(call.query("start")), parse_moment(call.query("end"))
    if start < earliest:
        raise Refused(
            400,
            "INVALID_REPLICATION_DATE",
            f"start date before earliest date available: {stamp(earliest)}",
        )
    if end <= start + timedelta(minutes=1):
        raise Refused(
            400,
            "INVALID_REPLICATION_DATE",
            "The end date must be at least one minute after the start date",
        )
    gone = [one for one in call.org.records[name].values() if one["IsDeleted"]]
    rows = [{"id": one["Id"], "deletedDate": one["SystemModstamp"]} for one in gone]
    return {
        "deletedRecords": [row for row in rows if start <= parse_moment(row["deletedDate"]) <= end],
        "earliestDateAvailable": stamp(earliest),
        "latestDateCovered": stamp(min(end, today)),
    }


def _visible(call: Call, name: str, field: str) -> str:
    spec = call.org.fields(name).get(field.lower())
    if spec is None:
        message = f"No such column '{field}' on sobject of type {name}"
        raise Refused(400, "INVALID_FIELD", message)
    return spec.name


def _checked(call: Call, name: str) -> Json:
    """The values in the body by the fields' own names; raises Refused for what cannot be set."""
    values: Json = {}
    for given, value in call.body.items():
        field = _visible(call, name, given)
        spec = call.org.fields(name)[field.lower()]
        if not spec.editable:
            raise Refused(
                400,
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                f"Unable to create/update fields: {field}. Please check the security settings of "
                "this field and verify that it is read/write for your profile or permission set.",
            )
        if spec.length and len(str(value or "")) > spec.length:
            message = f"{spec.label or field}: data value too large (max length={spec.length})"
            raise Refused(400, "STRING_TOO_LONG", message)
        values[field] = value
    return values


def _complete_post(call: Call, record: Json) -> None:
    record |= {
        "Type": record["Type"] or "TextPost",
        "Visibility": record["Visibility"] or "AllUsers",
        "IsRichText": bool(record["IsRichText"]),
        "Status": "Published",
        "Revision": 1,
        "InsertedById": call.user,
    }
    call.org.segments[record["Id"]] = _plain_segments(record)


def _plain_segments(record: Json) -> list[Json]:
    return [{"type": "Text", "text": record["Body"] or ""}]
