"""A line as it is landed: the words of the file, where they stood, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from connectors.erp.styles import Undecided


@dataclass(frozen=True, slots=True)
class Said:
    """The landed payload, read back.

    `styles` holds for columns of amounts and dates what all values of the column in that file
    said about its style; one line alone could not tell.
    """

    file: str
    line: int
    saved_at: datetime
    cells: Mapping[str, str]
    styles: Mapping[str, str | Undecided]

    def dump(self) -> str:
        return orjson.dumps(self).decode()

    @classmethod
    def load(cls, payload: str) -> Said:
        fields = orjson.loads(payload)
        styles = {
            heading: style if isinstance(style, str) else Undecided(**style)
            for heading, style in fields["styles"].items()
        }
        saved_at = datetime.fromisoformat(fields["saved_at"])
        return cls(fields["file"], fields["line"], saved_at, fields["cells"], styles)
