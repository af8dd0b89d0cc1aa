"""Keys of records in a sentence as links to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from model.comment_content import LinkSpan, Span, TextSpan
from model.findings import Label


def link_keys(
    spans: Iterable[Span], labels: Mapping[int, Label], own: int | None
) -> tuple[Span, ...]:
    """The spans with a link for each key of another record that has a web address."""
    urls = {
        label.key: label.url
        for label in labels.values()
        if label.record_id != own and label.key and label.url and _is_web_address(label.url)
    }
    if not urls:
        return tuple(spans)
    # The longest first, so that CDP-1 is not found in CDP-12.
    keys = "|".join(re.escape(key) for key in sorted(urls, key=lambda key: (-len(key), key)))
    pattern = re.compile(rf"(?<![\w-])({keys})(?![\w-])")
    return tuple(linked for span in spans for linked in _link(span, pattern, urls))


def _link(span: Span, pattern: re.Pattern[str], urls: Mapping[str, str]) -> tuple[Span, ...]:
    if not isinstance(span, TextSpan) or span.strong:
        return (span,)
    # Every other part is a key: the pattern has one group.
    parts = enumerate(pattern.split(span.text))
    return tuple(
        LinkSpan(part, urls[part]) if at % 2 else TextSpan(part) for at, part in parts if part
    )


def _is_web_address(url: str) -> bool:
    return url.startswith(("https://", "http://"))
