"""What readers of delimited text files (CSV, TSV, ERP exports) share.

How the bytes are decoded, which delimiters are tried, how two headings are compared, and the
error that says why a file cannot be read.
"""

from __future__ import annotations

import codecs
import re
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
# What letters of other code pages look like when they are read as Windows-1252: a symbol or a
# capital letter between two small letters, or four accented letters in a row.
_MISREAD = re.compile(r"[a-z][ŸŽŠ„‚”†‡ˆ‰‹›¢£¤¥¬±²³¶][a-z]|[\u00c0-\u00ff]{4}")


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
    certain = next(marks, None) or declared
    encoding = certain or _detect_encoding(content)
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
    _require_sense(content, text, encoding, is_guess=certain is None)
    return text, encoding


def _require_sense(content: bytes, text: str, encoding: str, is_guess: bool) -> None:
    """Raise UnreadableFile for text that shows itself to be in another encoding."""
    if encoding == "cp1252" and is_guess:
        if (line := _line_in_utf8(content)) is not None:
            reason = f"line {line} is written in UTF-8, but other lines are not"
            raise UnreadableFile(reason, "Save the whole file in one encoding")
        if match := _MISREAD.search(text):
            line = text.count("\n", 0, match.start()) + 1
            word = text[max(0, match.start() - 8) : match.end() + 8].split("\n")[0].strip()
            reason = f'line {line} reads "{word}", which is no text in the encoding cp1252'
            raise UnreadableFile(reason, _DECLARE)
    if encoding.startswith("utf") and _is_encoded_twice(text):
        raise UnreadableFile("it was encoded in UTF-8 twice", "Export the file again")


def _line_in_utf8(content: bytes) -> int | None:
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.isascii():
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            return number
    return None


def _is_encoded_twice(text: str) -> bool:
    try:
        # Ordinary text with an accent in it is not valid UTF-8 again.
        return not text.isascii() and text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


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
