"""The comments on a CSV file: a second CSV file beside it, one row a comment.

People may add columns and rows of their own to it; those are kept. A text that a spreadsheet
program would take for a formula is written with an apostrophe before it, as OWASP advises
("CSV Injection").
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from connectors.kit.formulas import escape_formula
from connectors.spreadsheets.delimited import DELIMITERS, decode
from connectors.spreadsheets.grid import Unreadable
from connectors.spreadsheets.sections import plain_text
from connectors.spreadsheets.sources import NOTES_SUFFIX
from model.comment_content import CommentContent

KEY, CONFLICT, STATE, COMMENT, DIGEST = "Key", "Conflict", "State", "Comment", "Digest"

Entry = dict[str, str]
"""One row of a notes file, by column."""


def notes_path(path: Path) -> Path:
    """`plan.notes.csv` for `plan.csv`."""
    return path.with_name(f"{path.stem}{NOTES_SUFFIX}")


def read_entries(raw: bytes | None, delimiter: str) -> tuple[list[Entry], str]:
    """The rows of a notes file, and its delimiter (people save it anew with their own).

    Raises Unreadable for a file that is something else.
    """
    if raw is None:
        return [], delimiter
    text = decode(raw, None)
    for candidate in dict.fromkeys((delimiter, *DELIMITERS)):
        rows = csv.DictReader(
            StringIO(text, newline=""), restkey="More", restval="", delimiter=candidate
        )
        if {KEY, CONFLICT} <= set(rows.fieldnames or ()):
            return [_flat(row) for row in rows], candidate
    raise Unreadable(f'it has no columns "{KEY}" and "{CONFLICT}"')


def _flat(row: Mapping[str, str | list[str]]) -> Entry:
    return {n: value if isinstance(value, str) else " ".join(value) for n, value in row.items()}


def entries_of(entries: list[Entry], key: str) -> list[Entry]:
    """The comments on the row with this key."""
    return [entry for entry in entries if entry.get(KEY) == escape_formula(key) and entry[CONFLICT]]


def with_entry(entries: list[Entry], key: str, remark: CommentContent) -> list[Entry]:
    """The rows with the one row of this remark on this key, in its place or at the end."""
    mine = (e for e in entries_of(entries, key) if e[CONFLICT] == remark.conflict_id)
    old = next(mine, None)
    new = {
        KEY: key,
        CONFLICT: remark.conflict_id,
        STATE: remark.state.value,
        **dict(remark.facts),
        COMMENT: plain_text(remark),
        DIGEST: remark.digest,
    }
    written = {**(old or {}), **{name: escape_formula(value) for name, value in new.items()}}
    if old is None:
        return [*entries, written]
    return [written if entry is old else entry for entry in entries]


def to_bytes(entries: list[Entry], delimiter: str) -> bytes:
    """The file, in UTF-8 with the mark by which Excel knows it."""
    names = dict.fromkeys((KEY, CONFLICT, STATE))
    names |= dict.fromkeys(n for e in entries for n in e if n not in (COMMENT, DIGEST))
    columns = [*names, COMMENT, DIGEST]
    out = StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(entries)
    return out.getvalue().encode("utf-8-sig")
