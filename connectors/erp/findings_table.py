"""A findings file as a value: one row per conflict and line of an export.

The columns of a comment are ours and are rewritten in its row; the column `Interlock` holds the
marker by which that row is found again. Every other column, and every row without a marker, belongs
to people and is kept verbatim; of theirs, `Answer` and `Answered by` are read.
"""

# Not the format of a CSV plan's notes file (`connectors.spreadsheets.notes_file`), though both lie
# beside a file: a plan has one row per key, so a note is found by the key that people see, and has
# the whole text, as nobody reads it elsewhere. Lines of an export may share a document number, so a
# row is found by the immutable reference of its line, and its columns can be filtered and summed.

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import StringIO

from connectors.kit.answer_columns import is_answer_column, missing_answer_columns, read_answer
from connectors.kit.delimited_rows import require_sound, split_rows
from connectors.kit.delimited_text import DELIMITERS, UnreadableFile, decode_text
from connectors.kit.formulas import escape_formula
from model.comment_content import MARKER_PREFIX, CommentContent, Target
from model.comments import CommentKey
from model.records import Ref
from model.replies.reply import Reply

MARKER_COLUMN = "Interlock"


@dataclass(frozen=True, slots=True)
class RowMarker:
    """The content of a row's `Interlock` cell: marker, digest and record, separated by blanks."""

    ref: Ref
    marker: str
    digest: str

    @property
    def conflict_id(self) -> str:
        return self.marker.removeprefix(f"{MARKER_PREFIX}:")

    @property
    def comment_key(self) -> CommentKey:
        return self.conflict_id, self.ref

    def to_cell(self) -> str:
        return f"{self.marker} {self.digest} {self.ref}"

    @classmethod
    def from_cell(cls, cell: str) -> RowMarker | None:
        """Parse a cell; None for one that people left empty or wrote over."""
        try:
            marker, digest, ref = cell.split(" ", 2)
            return cls(Ref.parse(ref), marker, digest)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class FindingsTable:
    """The rows of a findings file below its headings, and how the file is written."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    encoding: str

    def row_markers(self) -> list[tuple[int, RowMarker]]:
        """The index and marker of each of our rows, in the order of the file."""
        column = self.headings.index(MARKER_COLUMN)
        cells = ((i, row[column]) for i, row in enumerate(self.rows) if len(row) > column)
        return [(i, marker) for i, cell in cells if (marker := RowMarker.from_cell(cell))]

    def answers(self) -> list[Reply]:
        """What people answered in our rows, in the order of the file."""
        found = (
            read_answer(list(zip(self.headings, self.rows[i], strict=False)), marker.comment_key)
            for i, marker in self.row_markers()
        )
        return [answer for answer in found if answer]


def empty_findings_table(delimiter: str, encoding: str) -> FindingsTable:
    """An empty findings file for an export with this delimiter and encoding.

    It is written in UTF-16 beside an export in UTF-16, else in UTF-8, with a byte order mark.
    """
    # Excel recognises both by their byte order marks, whatever its language settings; a Windows
    # code page could not hold every name.
    is_utf16 = encoding.startswith("utf-16")
    return FindingsTable((MARKER_COLUMN,), (), delimiter, "utf-16" if is_utf16 else "utf-8-sig")


def parse_findings(content: bytes) -> FindingsTable:
    """Read a findings file, also one that a person saved with another delimiter or encoding.

    Raises UnreadableFile when its `Interlock` column is gone.
    """
    text, encoding = decode_text(content)
    for delimiter in DELIMITERS:
        with suppress(UnreadableFile):
            split = split_rows(text, delimiter)
            require_sound(split)
            rows = [row.cells for row in split]
            if rows and MARKER_COLUMN in rows[0]:
                empty = empty_findings_table(delimiter, encoding)
                # The file is written back with the delimiter with which a person saved it.
                return replace(empty, headings=rows[0], rows=tuple(rows[1:]))
    raise UnreadableFile(
        f'its first row has no column "{MARKER_COLUMN}"',
        "Bring the column back, or delete the file",
    )


def findings_to_bytes(findings: FindingsTable) -> bytes:
    """The content of the file; every cell is quoted, so that no delimiter within one splits it."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=findings.delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([findings.headings, *findings.rows])
    return text.getvalue().encode(findings.encoding)


def put_finding(findings: FindingsTable, target: Target, content: CommentContent) -> FindingsTable:
    """Return the table with a comment in the row it has, or in a new row below all others."""
    facts = {name: text for name, text in content.facts if not is_answer_column(name)}
    texts = {"Record": target.key, "Finding": content.heading, **facts}
    marker = RowMarker(target.ref, content.marker, content.digest)
    new = [heading for heading in texts if heading not in findings.headings]
    findings = _add_columns(findings, [*new, *missing_answer_columns(findings.headings)])
    key = marker.comment_key
    present = (i for i, row_marker in findings.row_markers() if row_marker.comment_key == key)
    index = next(present, len(findings.rows))
    before = findings.rows[index : index + 1] or ((),)
    cells = {heading: escape_cell(text) for heading, text in texts.items()}
    row = _fill_row(findings.headings, before[0], cells | {MARKER_COLUMN: marker.to_cell()})
    return replace(findings, rows=(*findings.rows[:index], row, *findings.rows[index + 1 :]))


def _add_columns(findings: FindingsTable, new: Sequence[str]) -> FindingsTable:
    """Add empty columns just before the marker column."""
    at = findings.headings.index(MARKER_COLUMN)
    gap = [""] * len(new)
    rows = tuple((*row[:at], *gap, *row[at:]) if len(row) > at else row for row in findings.rows)
    headings = (*findings.headings[:at], *new, *findings.headings[at:])
    return replace(findings, headings=headings, rows=rows)


def _fill_row(
    headings: Sequence[str], row: Sequence[str], cells: Mapping[str, str]
) -> tuple[str, ...]:
    """The row with `cells` put under the first column of their headings, all else as it was."""
    # People may have shortened the row; cells beyond the headings are kept.
    filled = [*row, *[""] * (len(headings) - len(row))]
    for heading, text in cells.items():
        if heading in headings:
            filled[headings.index(heading)] = text
    return tuple(filled)


def escape_cell(text: str) -> str:
    """Return the text on one line, escaped so that a spreadsheet never takes it for a formula."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return escape_formula(line)
