"""Message segments of Chatter posts: read from a request, told as text, shown as HTML.

Reference: Connect REST API Developer Guide, "Message Body Input" and "Message Segment Input".
"""

from __future__ import annotations

from markupsafe import Markup, escape

from connectors.sandbox.answers import Json
from connectors.sandbox.salesforce.call import Refused
from connectors.sandbox.salesforce.org import SalesforceOrg

LONGEST_BODY = 10_000
MOST_MENTIONS = 25
TAGS = {
    "Bold": "b",
    "Code": "code",
    "Italic": "i",
    "ListItem": "li",
    "OrderedList": "ol",
    "Paragraph": "p",
    "Strikethrough": "s",
    "Underline": "u",
    "UnorderedList": "ul",
}
"""Markup types and the HTML they stand for."""


def read_segments(org: SalesforceOrg, body: Json) -> list[Json]:
    """The segments of a message body, with the names of those mentioned; raises Refused."""
    given = body.get("messageSegments")
    if not isinstance(given, list) or not given:
        raise Refused(400, "MISSING_ARGUMENT", "A required argument is missing: messageSegments")
    segments = [_read(org, one) for one in given]
    _check_nesting(segments)
    if len(text_of(segments)) > LONGEST_BODY:
        message = f"Post body is too long. The maximum length is {LONGEST_BODY} characters."
        raise Refused(400, "STRING_TOO_LONG", message)
    if len(mentioned(segments)) > MOST_MENTIONS:
        message = f"You can't mention more than {MOST_MENTIONS} people or groups in a post."
        raise Refused(400, "LIMIT_EXCEEDED", message)
    return segments


def _read(org: SalesforceOrg, given: Json) -> Json:
    kind = given.get("type")
    if kind == "Text":
        return {"type": "Text", "text": str(given.get("text", ""))}
    if kind == "Mention":
        return _mention(org, str(given.get("id", "")))
    if kind == "Link" and given.get("url"):
        return {"type": "Link", "url": given["url"], "text": given["url"]}
    if kind in ("MarkupBegin", "MarkupEnd") and given.get("markupType") in TAGS:
        markup = given["markupType"]
        return {"type": kind, "markupType": markup, "htmlTag": TAGS[markup], "text": ""}
    raise Refused(400, "JSON_PARSER_ERROR", f"Unrecognized message segment: {kind}")


def _mention(org: SalesforceOrg, id_: str) -> Json:
    user = org.find("User", id_)
    if user is None:
        raise Refused(400, "INVALID_ID_FIELD", f"Invalid identifier: {id_}")
    name = user["Name"]
    record = {"id": user["Id"], "type": "User", "name": name}
    return {
        "type": "Mention",
        "name": name,
        "accessible": True,
        "record": record,
        "text": f"@{name}",
    }


def _check_nesting(segments: list[Json]) -> None:
    """Every MarkupBegin has its MarkupEnd, the inner one first."""
    opened: list[str] = []
    for segment in segments:
        if segment["type"] == "MarkupBegin":
            opened.append(segment["markupType"])
        elif segment["type"] == "MarkupEnd" and (
            not opened or opened.pop() != segment["markupType"]
        ):
            raise Refused(400, "INVALID_MARKUP", "Markup segments are not nested properly.")
    if opened:
        raise Refused(400, "INVALID_MARKUP", f"Markup {opened[-1]} is not closed.")


def is_rich(segments: list[Json]) -> bool:
    return any(segment["type"] == "MarkupBegin" for segment in segments)


def text_of(segments: list[Json]) -> str:
    """The words alone; a paragraph or list item ends its line."""
    ends = {"Paragraph", "ListItem"}
    return "".join(
        "\n"
        if segment["type"] == "MarkupEnd" and segment["markupType"] in ends
        else segment["text"]
        for segment in segments
    ).rstrip("\n")


def mentioned(segments: list[Json]) -> list[str]:
    """User ids, in order."""
    return [one["record"]["id"] for one in segments if one["type"] == "Mention"]


def html_of(segments: list[Json]) -> Markup:
    """What a reader sees; all text is escaped, and only http(s) links lead anywhere."""
    return Markup("").join(_html(segment) for segment in segments)


def _html(segment: Json) -> Markup:
    kind = segment["type"]
    if kind == "MarkupBegin":
        return Markup("<{}>").format(TAGS[segment["markupType"]])
    if kind == "MarkupEnd":
        return Markup("</{}>").format(TAGS[segment["markupType"]])
    if kind == "Mention":
        return Markup('<span class="mention">{}</span>').format(segment["text"])
    if kind == "Link" and segment["url"].startswith(("http://", "https://")):
        return Markup('<a href="{0}">{0}</a>').format(segment["url"])
    return escape(segment["text"])
