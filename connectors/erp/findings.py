"""A findings file as a value: one row for each conflict and line of an export.

The columns of a remark are ours and are rewritten in its row; the column `Interlock` holds what
finds that row again. Every other column, and every row without such a cell, was added by people
and is kept word for word.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import StringIO

from connectors.erp.settings import DELIMITERS
from connectors.erp.text import Unreadable, decode, split
from connectors.formulas import harmless
from model.comment_content import MARKER_PREFIX, CommentContent, Target
from model.records import Ref

MARK = "Interlock"


@dataclass(frozen=True, slots=True)
class Mark:
    """What the `Interlock` cell of a row holds: marker, digest and record, a blank between."""

    ref: Ref
    marker: str
    digest: str

    @property
    def conflict_id(self) -> str:
        return self.marker.removeprefix(f"{MARKER_PREFIX}:")

    def dump(self) -> str:
        return f"{self.marker} {self.digest} {self.ref}"

    @classmethod
    def load(cls, cell: str) -> Mark | None:
        """Read a cell back; None for one that people left empty or wrote over."""
        try:
            marker, digest, ref = cell.split(" ", 2)
            return cls(Ref.parse(ref), marker, digest)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Findings:
    """The rows of a findings file below its headings, and how the file is written."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    encoding: str

    def marks(self) -> list[tuple[int, Mark]]:
        """Our rows by their place, in the order of the file."""
        at = self.headings.index(MARK)
        cells = ((place, row[at]) for place, row in enumerate(self.rows) if len(row) > at)
        return [(place, mark) for place, cell in cells if (mark := Mark.load(cell))]


def blank(delimiter: str, encoding: str) -> Findings:
    """An empty findings file beside an export written like this.

    Excel recognises UTF-16 and UTF-8 by their byte order marks whatever its language settings;
    a Windows code page could not hold every name.
    """
    wide = encoding.startswith("utf-16")
    return Findings((MARK,), (), delimiter, "utf-16" if wide else "utf-8-sig")


def parse(content: bytes) -> Findings:
    """Read a findings file, also one that a person has saved in another form.

    Raises Unreadable when its `Interlock` column is gone.
    """
    text, encoding = decode(content)
    for delimiter in DELIMITERS:
        with suppress(Unreadable):
            rows = [row.cells for row in split(text, delimiter)]
            if rows and MARK in rows[0]:
                return replace(blank(delimiter, encoding), headings=rows[0], rows=tuple(rows[1:]))
    raise Unreadable(
        f'its first row has no column "{MARK}"', "Bring the column back, or delete the file"
    )


def render(findings: Findings) -> bytes:
    """The bytes of the file; every cell is quoted, so that no delimiter within one splits it."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=findings.delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([findings.headings, *findings.rows])
    return text.getvalue().encode(findings.encoding)


def put(findings: Findings, target: Target, remark: CommentContent) -> Findings:
    """Write a remark into the row it has, or into a new one below all others."""
    said = {"Record": target.key, "Finding": remark.heading, **dict(remark.facts)}
    mark = Mark(target.ref, remark.marker, remark.digest)
    findings = _with_columns(findings, said)
    ours = (place for place, old in findings.marks() if _same(old, mark))
    place = next(ours, len(findings.rows))
    before = findings.rows[place : place + 1] or ((),)
    cells = {heading: safe(text) for heading, text in said.items()} | {MARK: mark.dump()}
    row = _filled(findings.headings, before[0], cells)
    return replace(findings, rows=(*findings.rows[:place], row, *findings.rows[place + 1 :]))


def _same(one: Mark, other: Mark) -> bool:
    return (one.ref, one.marker) == (other.ref, other.marker)


def _with_columns(findings: Findings, said: Mapping[str, str]) -> Findings:
    """Add the columns that are missing, just before our last one."""
    at = findings.headings.index(MARK)
    new = [heading for heading in said if heading not in findings.headings]
    gap = [""] * len(new)
    rows = tuple((*row[:at], *gap, *row[at:]) if len(row) > at else row for row in findings.rows)
    headings = (*findings.headings[:at], *new, *findings.headings[at:])
    return replace(findings, headings=headings, rows=rows)


def _filled(
    headings: Sequence[str], row: Sequence[str], cells: Mapping[str, str]
) -> tuple[str, ...]:
    """The row with `cells` put under the first column of their headings, all else as it was."""
    filled = [*row, *[""] * (len(headings) - len(row))]
    for heading, text in cells.items():
        if heading in headings:
            filled[headings.index(heading)] = text
    return tuple(filled)


def safe(text: str) -> str:
    """Text on one line that a spreadsheet takes for text and never for a formula."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return harmless(text)
