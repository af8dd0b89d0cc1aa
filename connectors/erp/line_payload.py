"""The JSON payload of a raw record: one line of an export, and how its columns are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from connectors.erp.style_detection import AmbiguousStyle


@dataclass(frozen=True, slots=True)
class LinePayload:
    """A line of an export: file, line number (from 1), cells verbatim, and column styles.

    `saved_at` (UTC) is when the file was last saved. `styles` holds the style of each column of
    amounts or dates as it was detected from all values of the column in that file.
    """

    file: str
    line: int
    saved_at: datetime
    cells: Mapping[str, str]
    # One line alone cannot show its style, and a mapping is replayed without the file.
    styles: Mapping[str, str | AmbiguousStyle]

    def to_json(self) -> str:
        return orjson.dumps(self).decode()

    @classmethod
    def from_json(cls, payload: str) -> LinePayload:
        fields = orjson.loads(payload)
        styles = {
            heading: style if isinstance(style, str) else AmbiguousStyle(**style)
            for heading, style in fields["styles"].items()
        }
        saved_at = datetime.fromisoformat(fields["saved_at"])
        return cls(fields["file"], fields["line"], saved_at, fields["cells"], styles)
