"""The comments on a CSV file: a second CSV file beside it with one row per comment.

People may add columns and rows of their own to it; those are kept. A text that a spreadsheet
program would take for a formula is written with an apostrophe before it, as OWASP advises
("CSV Injection").
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from connectors.kit.delimited_text import DELIMITERS, UnreadableFile, decode_text
from connectors.kit.formulas import escape_formula
from connectors.spreadsheets.note_sections import format_plain_text
from connectors.spreadsheets.plan_files import NOTES_SUFFIX
from model.comment_content import CommentContent

KEY, CONFLICT, STATE, COMMENT, DIGEST = "Key", "Conflict", "State", "Comment", "Digest"
MOVE_ELSEWHERE = "Move it elsewhere"

NotesEntry = dict[str, str]
"""One row of a notes file: column to text."""


def notes_path(path: Path) -> Path:
    """`plan.notes.csv` for `plan.csv`."""
    return path.with_name(f"{path.stem}{NOTES_SUFFIX}")


def read_entries(raw: bytes | None, delimiter: str) -> tuple[list[NotesEntry], str]:
    """Read the rows of a notes file (None: it does not exist yet) and its delimiter.

    `delimiter` is that of the CSV file; another one is detected. Raises UnreadableFile for a file
    without the columns of a notes file.
    """
    if raw is None:
        return [], delimiter
    text, _ = decode_text(raw)
    # Spreadsheet programs save a CSV file with the delimiter of their own language settings.
    for candidate in dict.fromkeys((delimiter, *DELIMITERS)):
        rows = csv.DictReader(
            StringIO(text, newline=""), restkey="More", restval="", delimiter=candidate
        )
        try:
            if {KEY, CONFLICT} <= set(rows.fieldnames or ()):
                return [_join_surplus_cells(row) for row in rows], candidate
        except csv.Error as error:
            raise UnreadableFile(f"it is no delimited text ({error})", MOVE_ELSEWHERE) from error
    raise UnreadableFile(f'it has no columns "{KEY}" and "{CONFLICT}"', MOVE_ELSEWHERE)


def _join_surplus_cells(row: Mapping[str, str | list[str]]) -> NotesEntry:
    """The row with the cells beyond the headings, which csv gives as a list, in one cell."""
    return {n: value if isinstance(value, str) else " ".join(value) for n, value in row.items()}


def entries_with_key(entries: list[NotesEntry], key: str) -> list[NotesEntry]:
    """Our comments on the row with this key."""
    return [entry for entry in entries if entry.get(KEY) == escape_formula(key) and entry[CONFLICT]]


def put_entry(entries: list[NotesEntry], key: str, content: CommentContent) -> list[NotesEntry]:
    """Return the rows with this comment on this key in the row it has, or in a new last row."""
    on_key = entries_with_key(entries, key)
    present = next((e for e in on_key if e[CONFLICT] == content.conflict_id), None)
    new = {
        KEY: key,
        CONFLICT: content.conflict_id,
        STATE: content.state.value,
        **dict(content.facts),
        COMMENT: format_plain_text(content),
        DIGEST: content.digest,
    }
    entry = {**(present or {}), **{name: escape_formula(value) for name, value in new.items()}}
    if present is None:
        return [*entries, entry]
    return [entry if other is present else other for other in entries]


def to_bytes(entries: list[NotesEntry], delimiter: str) -> bytes:
    """The content of the file, in UTF-8 with the byte order mark by which Excel recognises it."""
    names = dict.fromkeys((KEY, CONFLICT, STATE))
    # The long text and the digest come last, after all columns that people look at.
    names |= dict.fromkeys(n for e in entries for n in e if n not in (COMMENT, DIGEST))
    columns = [*names, COMMENT, DIGEST]
    text = StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(entries)
    return text.getvalue().encode("utf-8-sig")
