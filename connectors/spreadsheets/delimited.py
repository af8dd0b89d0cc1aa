"""Reading CSV files into grids: their encoding and delimiter declared, or found out."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from io import StringIO

from connectors.spreadsheets.grid import Grid, Unreadable

DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def readings(
    raw: bytes, sheet: str, delimiter: str | None, encoding: str | None
) -> Iterator[tuple[str, Grid]]:
    """The file read with each delimiter that may be meant; raises Unreadable.

    Which of them is right shows by the headings, so that is for the caller to say.
    """
    text = decode(raw, encoding)
    for candidate in (delimiter,) if delimiter else DELIMITERS:
        try:
            rows = list(csv.reader(StringIO(text, newline=""), delimiter=candidate))
        except csv.Error as error:
            raise Unreadable(f"it is no delimited text ({error})") from error
        yield candidate, Grid(sheet, rows)


def decode(raw: bytes, encoding: str | None) -> str:
    """The text of a file by its declared encoding, its mark, or the first that fits."""
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    for candidate in (encoding,) if encoding else (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = raw.decode(candidate)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" in text:
            raise Unreadable("it holds NUL characters; declare its encoding, or export it anew")
        return text
    raise Unreadable(f"it cannot be read as {encoding or marked or 'UTF-8 or cp1252'}")
