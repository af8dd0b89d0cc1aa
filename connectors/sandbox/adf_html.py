"""Documents in Atlassian Document Format as HTML; all text is escaped."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape

from connectors.sandbox.json_http import Json

TAGS = {
    "paragraph": "p",
    "bulletList": "ul",
    "orderedList": "ol",
    "listItem": "li",
    "blockquote": "blockquote",
    "codeBlock": "pre",
    "table": "table",
    "tableRow": "tr",
    "tableHeader": "th",
    "tableCell": "td",
    "doc": "div",
    "expand": "div",
}
MARKS = {"strong": "strong", "em": "em", "underline": "u", "strike": "s", "code": "code"}


def to_html(node: Json) -> Markup:
    """A node and its children. A node of an unknown type is rendered as its children alone."""
    render = RENDERERS.get(node["type"])
    if render is not None:
        return render(node)
    inner = Markup("").join(to_html(child) for child in node.get("content", []))
    # A node of an unknown type still shows its text.
    tag = TAGS.get(node["type"])
    return Markup("<{0}>{1}</{0}>").format(tag, inner) if tag else inner


def _text(node: Json) -> Markup:
    html = escape(node["text"])
    for mark in node.get("marks", []):
        if mark["type"] in MARKS:
            html = Markup("<{0}>{1}</{0}>").format(MARKS[mark["type"]], html)
        elif mark["type"] == "link":
            html = _link(mark["attrs"]["href"], html)
    return html


def _link(url: str, content: Markup) -> Markup:
    """The content as a link, or alone where the URL is not http(s)."""
    # A `javascript:` URL would run in the page of the stand-in.
    if not url.startswith(("http://", "https://")):
        return content
    return Markup('<a href="{}">{}</a>').format(url, content)


def _mention(node: Json) -> Markup:
    name = node["attrs"].get("text") or f"@{node['attrs']['id']}"
    return Markup('<span class="mention">{}</span>').format(name)


def _panel(node: Json) -> Markup:
    inner = Markup("").join(to_html(child) for child in node.get("content", []))
    kind = (node.get("attrs") or {}).get("panelType", "info")
    return Markup('<div class="panel {}">{}</div>').format(kind, inner)


def _heading(node: Json) -> Markup:
    inner = Markup("").join(to_html(child) for child in node.get("content", []))
    return Markup("<h4>{}</h4>").format(inner)


def _status(node: Json) -> Markup:
    return Markup('<span class="lozenge">{}</span>').format(node["attrs"].get("text", ""))


RENDERERS: dict[str, Callable[[Json], Markup]] = {
    "text": _text,
    "mention": _mention,
    "panel": _panel,
    "heading": _heading,
    "status": _status,
    "hardBreak": lambda _: Markup("<br>"),
    "rule": lambda _: Markup("<hr>"),
    "emoji": lambda node: escape(node["attrs"].get("text") or node["attrs"].get("shortName", "")),
    "inlineCard": lambda node: _link(node["attrs"]["url"], escape(node["attrs"]["url"])),
}
