"""What interlock.yaml says about a connection of workbooks or CSV files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from connectors.base import ConnectionSettings

FieldName = Literal[
    "key",
    "title",
    "start",
    "finish",
    "actual_start",
    "actual_finish",
    "owner",
    "status",
    "priority",
    "percent",
    "estimate",
    "remaining",
    "depends_on",
    "wbs",
    "initiative",
    "labels",
    "parent",
    "milestone",
    "function",
]
"""What a column can be mapped to; `estimate` and `remaining` are working days."""


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Headings = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
"""One heading, or several: of these the first that a row fills is taken."""


class SpreadsheetSettings(ConnectionSettings):
    """Files that hold a plan as a table, one row an item, and which column means what."""

    path: str
    """A file or a pattern (`plans/*.xlsx`), relative to the instance folder."""
    sheet: str | None = None
    """The only sheet to read; without it every visible sheet with a fitting table is read."""
    columns: dict[FieldName, Headings]
    references_in: Headings = ()
    """Headings of columns whose text may mention records of other tools."""
    url: str | None = None
    """Where people open a row, with {sheet} and {cell}; else the address of the file."""
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    """Of a CSV file; without it, the one with which the headings are found."""
    encoding: str | None = None
    """Of a CSV file; without it UTF-8 or UTF-16 by their marks, then UTF-8, then cp1252."""

    @model_validator(mode="after")
    def _rows_need_names(self) -> SpreadsheetSettings:
        if "key" not in self.columns:
            raise ValueError("columns needs a key: the heading of the column that names each row")
        return self
