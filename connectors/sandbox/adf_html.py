"""Documents in Atlassian Document Format as the HTML a reader sees; all text is escaped."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape

from connectors.sandbox.answers import Json

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
    """A node and all that is in it. A node nobody has heard of is shown by its content."""
    own = OWN.get(node["type"])
    if own is not None:
        return own(node)
    inner = Markup("").join(to_html(child) for child in node.get("content", []))
    tag = TAGS.get(node["type"])
    return Markup("<{0}>{1}</{0}>").format(tag, inner) if tag else inner


def _text(node: Json) -> Markup:
    shown = escape(node["text"])
    for mark in node.get("marks", []):
        if mark["type"] in MARKS:
            shown = Markup("<{0}>{1}</{0}>").format(MARKS[mark["type"]], shown)
        elif mark["type"] == "link":
            shown = _link(mark["attrs"]["href"], shown)
    return shown


def _link(address: str, shown: Markup) -> Markup:
    """Only http(s) addresses become links; of any other only the words are shown."""
    if not address.startswith(("http://", "https://")):
        return shown
    return Markup('<a href="{}">{}</a>').format(address, shown)


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


OWN: dict[str, Callable[[Json], Markup]] = {
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
