"""The comments on a CSV file: a second CSV file beside it with one row per comment.

People may add columns and rows of their own to it; those are kept, and so is what they answer in
the columns `Answer` and `Answered by`. A text of ours that a spreadsheet program would take for a
formula is written with an apostrophe before it, as OWASP advises ("CSV Injection").
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from io import StringIO
from itertools import zip_longest
from pathlib import Path

from connectors.kit.answer_columns import is_answer_column, missing_answer_columns, read_answer
from connectors.kit.delimited_text import DELIMITERS, UnreadableFile, decode_text
from connectors.kit.formulas import escape_formula
from connectors.spreadsheets.note_sections import format_plain_text
from connectors.spreadsheets.plan_files import NOTES_SUFFIX
from model.comment_content import CommentContent
from model.comments import CommentKey
from model.replies.reply import Reply

KEY, CONFLICT, STATE, COMMENT, DIGEST = "Key", "Conflict", "State", "Comment", "Digest"
MOVE_ELSEWHERE = "Move it elsewhere"

NotesEntry = dict[str, str]
"""One row of a notes file: column to text. A heading that occurs again has NUL and a number behind
it, so that no column is lost."""


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
        if {KEY, CONFLICT} <= set(_read_headings(text, candidate)):
            return _split(text, candidate), candidate
    raise UnreadableFile(f'it has no columns "{KEY}" and "{CONFLICT}"', MOVE_ELSEWHERE)


def _read_headings(text: str, delimiter: str) -> list[str]:
    # Another delimiter than the file's own may make no sense of its quotes.
    with suppress(csv.Error):
        return next(csv.reader(StringIO(text, newline=""), delimiter=delimiter), [])
    return []


def _split(text: str, delimiter: str) -> list[NotesEntry]:
    # Without `strict` an open quote would swallow all rows after it.
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        headings, *rows = [row for row in reader if row]
    except csv.Error as error:
        reason = f"line {reader.line_num} is no delimited text ({error})"
        remedy = "Correct its quotation marks, or move the file elsewhere"
        raise UnreadableFile(reason, remedy) from None
    surplus = max(map(len, rows), default=0) - len(headings)
    columns = _name_columns([*headings, *["More"] * surplus])
    return [_to_entry(columns, row) for row in rows]


def _name_columns(headings: Sequence[str]) -> list[str]:
    counts: Counter[str] = Counter()
    columns = []
    for heading in headings:
        counts[heading] += 1
        columns.append(heading if counts[heading] == 1 else f"{heading}\0{counts[heading]}")
    return columns


def _to_entry(columns: Sequence[str], row: Sequence[str]) -> NotesEntry:
    return dict(zip_longest(columns, row, fillvalue=""))


def heading_of(column: str) -> str:
    """The heading of a column as the file shows it."""
    return column.partition("\0")[0]


def find_answer(entry: NotesEntry, comment: CommentKey) -> Reply | None:
    """What people answered in a row to the comment it holds."""
    return read_answer([(heading_of(column), text) for column, text in entry.items()], comment)


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
        **{name: text for name, text in content.facts if not is_answer_column(name)},
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
    names |= dict.fromkeys(missing_answer_columns(map(heading_of, names)))
    columns = [*names, COMMENT, DIGEST]
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(map(heading_of, columns))
    writer.writerows([entry.get(column, "") for column in columns] for entry in entries)
    return text.getvalue().encode("utf-8-sig")
