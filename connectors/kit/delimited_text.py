"""What readers of delimited text files (CSV, TSV, ERP exports) share.

How the bytes are decoded, which delimiters are tried, how two headings are compared, and the
error that says why a file cannot be read.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import lru_cache

# Semicolons and tabs come first: a comma stands within amounts and texts more often than they do.
DELIMITERS = (";", "\t", ",", "|")

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_DECLARE = "Declare the encoding of the file"


@dataclass
class UnreadableFile(Exception):
    """A file that cannot be read as what it should be: the reason, and what to do next."""

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}. {self.remedy}"


def decode_text(content: bytes, declared: str | None = None) -> tuple[str, str]:
    """Return the text of a file and the encoding it was read in.

    A byte order mark decides; without one the declared encoding; without that UTF-8, UTF-16 or
    Windows-1252, whichever the bytes allow. Raises UnreadableFile where the bytes are not valid
    in that encoding, where Python has no such encoding, or where the text holds NUL characters.
    """
    marks = (name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark))
    encoding = next(marks, None) or declared or _detect_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        reason = f"byte {error.start + 1} is no character in the encoding {encoding}"
        raise UnreadableFile(reason, _DECLARE) from None
    except LookupError:
        raise UnreadableFile(f'there is no encoding "{encoding}"', _DECLARE) from None
    # UTF-16 decodes as cp1252 without an error; only the NUL characters show the mistake.
    if "\0" in text:
        raise UnreadableFile(f"it holds NUL characters when read as {encoding}", _DECLARE)
    return text, encoding


def _detect_encoding(content: bytes) -> str:
    if b"\0" in content[:1000]:
        # Latin text in UTF-16 has its zero bytes second (little-endian) or first.
        return "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        # What Excel writes on Windows where no encoding is chosen; nearly every byte is a
        # character in it.
        return "cp1252"
    return "utf-8"


@lru_cache(maxsize=4096)
def fold_heading(text: str) -> str:
    """Return the form in which headings and labels are compared, without case and extra spaces."""
    return " ".join(text.split()).casefold()
