"""Message segments of Chatter posts: reading them from a request, as text and as HTML.

Reference: Connect REST API Developer Guide, "Message Body Input" and "Message Segment Input".
"""

from __future__ import annotations

from markupsafe import Markup, escape

from connectors.sandbox.json_http import Json
from connectors.sandbox.salesforce.org import SalesforceOrg
from connectors.sandbox.salesforce.request import SalesforceErrorResponse

LONGEST_BODY = 10_000
MOST_MENTIONS = 25
TAGS = {
    "Bold": "b",
    "Code": "code",
    "Hyperlink": "a",
    "Italic": "i",
    "ListItem": "li",
    "OrderedList": "ol",
    "Paragraph": "p",
    "Strikethrough": "s",
    "Underline": "u",
    "UnorderedList": "ul",
}
"""Markup types and their HTML tags."""


def read_segments(org: SalesforceOrg, body: Json) -> list[Json]:
    """The segments of a message body, with the names of the people mentioned.

    Raises SalesforceErrorResponse (400) for an invalid segment, invalid nesting, or an exceeded
    limit.
    """
    inputs = body.get("messageSegments")
    if not isinstance(inputs, list) or not inputs:
        raise SalesforceErrorResponse(
            400, "MISSING_ARGUMENT", "A required argument is missing: messageSegments"
        )
    segments = [_read_segment(org, segment) for segment in inputs]
    _check_nesting(segments)
    if len(plain_text(segments)) > LONGEST_BODY:
        message = f"Post body is too long. The maximum length is {LONGEST_BODY} characters."
        raise SalesforceErrorResponse(400, "STRING_TOO_LONG", message)
    if len(mentioned_user_ids(segments)) > MOST_MENTIONS:
        message = f"You can't mention more than {MOST_MENTIONS} people or groups in a post."
        raise SalesforceErrorResponse(400, "LIMIT_EXCEEDED", message)
    return segments


def _read_segment(org: SalesforceOrg, segment: Json) -> Json:
    kind = segment.get("type")
    if kind == "Text":
        return {"type": "Text", "text": str(segment.get("text", ""))}
    if kind == "Mention":
        return _mention(org, str(segment.get("id", "")))
    if kind == "Link" and segment.get("url"):
        return {"type": "Link", "url": segment["url"], "text": segment["url"]}
    if kind in ("MarkupBegin", "MarkupEnd") and segment.get("markupType") in TAGS:
        markup = segment["markupType"]
        read = {"type": kind, "markupType": markup, "htmlTag": TAGS[markup], "text": ""}
        if markup == "Hyperlink" and kind == "MarkupBegin":
            read["url"] = _web_address(str(segment.get("url", "")))
        return read
    raise SalesforceErrorResponse(400, "JSON_PARSER_ERROR", f"Unrecognized message segment: {kind}")


def _web_address(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise SalesforceErrorResponse(
            400, "INVALID_MARKUP", "A Hyperlink needs a url that starts with http:// or https://."
        )
    return url


def _mention(org: SalesforceOrg, id_: str) -> Json:
    user = org.find("User", id_)
    if user is None:
        raise SalesforceErrorResponse(400, "INVALID_ID_FIELD", f"Invalid identifier: {id_}")
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
    """Raise SalesforceErrorResponse (400) unless all markup is closed and properly nested."""
    opened: list[str] = []
    for segment in segments:
        if segment["type"] == "MarkupBegin":
            opened.append(segment["markupType"])
        elif segment["type"] == "MarkupEnd" and (
            not opened or opened.pop() != segment["markupType"]
        ):
            raise SalesforceErrorResponse(
                400, "INVALID_MARKUP", "Markup segments are not nested properly."
            )
    if opened:
        raise SalesforceErrorResponse(400, "INVALID_MARKUP", f"Markup {opened[-1]} is not closed.")


def is_rich(segments: list[Json]) -> bool:
    """Whether a post has any markup."""
    return any(segment["type"] == "MarkupBegin" for segment in segments)


def plain_text(segments: list[Json]) -> str:
    """The text without markup, one line per paragraph or list item."""
    ends = {"Paragraph", "ListItem"}
    return "".join(
        "\n"
        if segment["type"] == "MarkupEnd" and segment["markupType"] in ends
        else segment["text"]
        for segment in segments
    ).rstrip("\n")


def mentioned_user_ids(segments: list[Json]) -> list[str]:
    """Ids of the users who are mentioned, in order."""
    return [segment["record"]["id"] for segment in segments if segment["type"] == "Mention"]


def to_html(segments: list[Json]) -> Markup:
    """A post as HTML; all text is escaped, and only http(s) URLs become links."""
    return Markup("").join(_html(segment) for segment in segments)


def _html(segment: Json) -> Markup:
    kind = segment["type"]
    if kind == "MarkupBegin" and "url" in segment:
        return Markup('<a href="{}">').format(segment["url"])
    if kind == "MarkupBegin":
        return Markup("<{}>").format(TAGS[segment["markupType"]])
    if kind == "MarkupEnd":
        return Markup("</{}>").format(TAGS[segment["markupType"]])
    if kind == "Mention":
        return Markup('<span class="mention">{}</span>').format(segment["text"])
    # A `javascript:` URL stays text.
    if kind == "Link" and segment["url"].startswith(("http://", "https://")):
        return Markup('<a href="{0}">{0}</a>').format(segment["url"])
    return escape(segment["text"])
