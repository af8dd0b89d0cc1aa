"""The settings of a connection to workbooks or CSV files in interlock.yaml."""

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
"""The fields that a column can be mapped to; `estimate` and `remaining` are working days."""


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Headings = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
"""One heading or several; of several the first that a row fills counts."""


class SpreadsheetSettings(ConnectionSettings):
    """Files that hold a plan as a table with one row per item, and what its columns mean."""

    path: str
    """A file or a pattern (`plans/*.xlsx`), relative to the instance folder."""
    sheet: str | None = None
    """The one sheet of workbooks to read, hidden or not; without it every visible sheet."""
    columns: dict[FieldName, Headings]
    references_in: Headings = ()
    """Headings of columns whose free text may mention records of any tool."""
    url: str | None = None
    """Where people open a row, with {file}, {sheet} and {cell}; else the address of the file."""
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    """The delimiter of CSV files; without it, the one with which the headings are found."""
    encoding: str | None = None
    """The encoding of CSV files without a byte order mark; without it, detected from the bytes."""

    @model_validator(mode="after")
    def _has_key_column(self) -> SpreadsheetSettings:
        if "key" not in self.columns:
            raise ValueError("columns needs a key: the heading of the column that names each row")
        return self
