"""What a person wrote in an editor that keeps HTML, as Markdown.

As in `adf_text`, quotes and code are kept apart and all other markup is left out.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from connectors.kit.rich_text.own_words import fence, inline_code, quote

_ENDS_LINE = {"p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "table", "tr", "td", "th"}
_CODE = {"code", "pre"}
_UNSEEN = {"script", "style", "s", "del", "strike"}
"""What no reader sees, or what its author has struck through."""
_TAG = re.compile(r"<[^>]*>")


def to_markdown(html: str) -> str:
    """The text, a blank line between its paragraphs; markup that is none is read as text."""
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:
        # The parser's own way to refuse a declaration such as `<![x[`.
        return unescape(_TAG.sub(" ", html)).strip()
    return reader.text()


class _Reader(HTMLParser):
    """Collects paragraphs; `quotes` and `codes` count the elements that are open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._paragraphs: list[str] = []
        self._line = ""
        self._code = ""
        self._quotes = 0
        self._codes = 0
        self._unseen = 0

    def text(self) -> str:
        self._end_code()
        self._end_paragraph()
        return "\n\n".join(self._paragraphs)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _CODE:
            self._codes += 1
        elif tag == "br":
            self.handle_data("\n")
        elif tag == "blockquote":
            self._end_paragraph()
            self._quotes += 1
        elif tag in _ENDS_LINE:
            self._end_paragraph()

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in _CODE:
            self._codes = max(self._codes - 1, 0)
            self._end_code()
        elif tag == "blockquote":
            self._end_paragraph()
            self._quotes = max(self._quotes - 1, 0)
        elif tag in _ENDS_LINE:
            self._end_paragraph()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._codes:
            self._code += data
        else:
            self._line += data

    def _end_code(self) -> None:
        if self._codes or not self._code.strip():
            return
        code, self._code = self._code, ""
        if "\n" not in code.strip():
            self._line += inline_code(code)
            return
        self._end_paragraph()
        self._add(fence(code.strip("\n")))

    def _end_paragraph(self) -> None:
        # A paragraph within code is a line of it.
        if self._codes:
            self._code += "\n"
            return
        text, self._line = self._line.replace("\xa0", " ").strip(), ""
        if text:
            self._add(text)

    def _add(self, text: str) -> None:
        self._paragraphs.append(quote(text) if self._quotes else text)
