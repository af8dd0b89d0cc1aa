"""From the bytes of a delimited file to rows of cells, without losing a character."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass
class Unreadable(Exception):
    """A file that cannot be read as what it should be: why, and what to do next."""

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Row:
    """Cells as they stand in the file, and the number of the line on which they begin."""

    number: int
    cells: tuple[str, ...]


def decode(content: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text of a file and the encoding it was read in.

    A byte order mark decides; then what is declared; then UTF-8, UTF-16 or Windows-1252,
    whichever the bytes allow. Raises Unreadable where none does.
    """
    marked = (name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark))
    encoding = next(marked, None) or declared or _likely(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        reason = f"byte {error.start + 1} is no character in the encoding {encoding}"
        raise Unreadable(reason, "Declare the encoding of the export") from None
    if "\0" in text:
        raise Unreadable(
            f"it holds NUL characters when read as {encoding}", "Declare the encoding of the export"
        )
    return text, encoding


def _likely(content: bytes) -> str:
    if b"\0" in content[:1000]:
        # Latin text in UTF-16 has its zero bytes second (little-endian) or first.
        return "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def split(text: str, delimiter: str, quoted: bool = True) -> list[Row]:
    """The rows of a delimited text; raises Unreadable where its quotes do not close.

    A lenient reader would swallow everything up to the next quote, lines and all.
    """
    reader = csv.reader(
        StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=True,
    )
    rows, begins = [], 1
    try:
        for cells in reader:
            rows.append(Row(begins, tuple(cells)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            f"line {begins} cannot be split into cells ({error})",
            "Export it again; where cells begin with a quote of their own, declare `quoted: false`",
        ) from None
    return rows


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """The form in which headings and labels are compared: capitals and spaces do not count."""
    return " ".join(text.split()).casefold()
