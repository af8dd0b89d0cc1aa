"""From the text of a delimited file to rows of cells, without trusting its quotation marks.

One unclosed quotation mark makes the rest of a file part of one cell. So quoting is read as RFC
4180 defines it, and where a row breaks it that line alone is doubted: the next line is read anew.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from connectors.kit.delimited_text import UnreadableFile

LONGEST_CELL = 131_072
"""Characters, the limit of Python's own reader; files with JSON in their cells come near it."""
_MOST_LINES = 500
"""In one row; what is longer has swallowed other rows."""
_QUOTE = '"'
_LETTERS, _DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class DelimitedRow:
    """The cells of one row as the file spells them, and the line (from 1) on which they begin.

    `doubt` is why they cannot be trusted; `remark` is what should be known of cells that can.
    """

    number: int
    cells: tuple[str, ...]
    doubt: str = ""
    remark: str = ""


def split_rows(text: str, delimiter: str, quoted: bool = True) -> list[DelimitedRow]:
    """Split a text into rows; with `quoted` False a quotation mark is a character like others."""
    lines = list(StringIO(text, newline=""))
    if not quoted:
        return [
            _check_length(DelimitedRow(number, tuple(bare.split(delimiter) if bare else ())))
            for number, bare in enumerate(map(_bare, lines), start=1)
        ]
    rows = list(_read_rows(lines, delimiter, lambda *_: False))
    if len(rows) == len(lines):
        return rows
    test = _RowTest(lines, delimiter)
    return list(_read_rows(lines, delimiter, lambda a, b: test.swallows_rows(lines[a:b])))


def require_sound(rows: Sequence[DelimitedRow]) -> None:
    """Raise UnreadableFile where the quotation marks of a row cannot be trusted."""
    for row in rows:
        if row.doubt:
            raise UnreadableFile(
                f"line {row.number} cannot be split into cells: {row.doubt}",
                "Correct the line, or export it again; where cells begin with a quote of their own "
                "in an ERP export, declare `quoted: false`",
            )


def word_shape(text: str) -> str:
    """The pattern of letters and digits in a text: `K-12` and `M-7` are both `A-9`."""
    return _DIGITS.sub("9", _LETTERS.sub("A", text.strip()))


class _Lines(Iterator[str]):
    """The lines from `at` on; they end early for a row of more than `_MOST_LINES`."""

    def __init__(self, lines: Sequence[str], at: int) -> None:
        self._lines, self.at, self.row_begins = lines, at, at

    def __next__(self) -> str:
        if self.at >= min(len(self._lines), self.row_begins + _MOST_LINES):
            raise StopIteration
        self.at += 1
        return self._lines[self.at - 1]


def _read_rows(
    lines: Sequence[str], delimiter: str, swallows: Callable[[int, int], bool]
) -> Iterator[DelimitedRow]:
    """Read the rows; `swallows` says whether a row from one line to before another cannot be."""
    begins = 0
    while begins < len(lines):
        feed = _Lines(lines, begins)
        doubt = ""
        try:
            # Without `strict` an open quote swallows everything up to the next one.
            for cells in csv.reader(feed, delimiter=delimiter, strict=True):
                if feed.at > begins + 1 and swallows(begins, feed.at):
                    doubt = "a quotation mark opens here and closes behind other rows"
                    break
                yield _checked(begins, cells, lines[begins : feed.at])
                begins = feed.row_begins = feed.at
        except csv.Error as error:
            doubt = _explain(error, lines[begins])
        if doubt:
            cells = _bare(lines[begins]).split(delimiter)
            yield DelimitedRow(begins + 1, tuple(cells), doubt)
            begins += 1


def _explain(error: csv.Error, line: str) -> str:
    if _QUOTE in line and "limit" not in str(error):
        return "its quotation marks do not pair up"
    return f"it cannot be split into cells ({error})"


def _checked(begins: int, cells: Sequence[str], lines: Sequence[str]) -> DelimitedRow:
    row = _check_length(DelimitedRow(begins + 1, tuple(cells)))
    # A quoted cell doubles the quotation marks in it; any other quotation mark is misplaced.
    raw = "".join(lines)
    if row.doubt or _QUOTE not in raw:
        return row
    quoting = [c for c in cells if _QUOTE in c and f'"{c.replace(_QUOTE, _QUOTE * 2)}"' not in raw]
    if len(quoting) > 1 or any(cell.strip().startswith(_QUOTE) for cell in quoting):
        return DelimitedRow(row.number, row.cells, "a quotation mark stands within a cell")
    remark = "a quotation mark within an unquoted cell is read as a character" if quoting else ""
    return DelimitedRow(row.number, row.cells, remark=remark)


def _check_length(row: DelimitedRow) -> DelimitedRow:
    longest = max(map(len, row.cells), default=0)
    if longest <= LONGEST_CELL:
        return row
    return DelimitedRow(row.number, row.cells, f"a cell of {longest:,} characters is too long")


class _RowTest:
    """Knows what most rows of a file look like, line by line and without regard to quotes."""

    def __init__(self, lines: Sequence[str], delimiter: str) -> None:
        self._delimiter = delimiter
        widths = Counter(count for line in lines if (count := line.count(delimiter)))
        self._width = max(widths, key=lambda count: (widths[count], count), default=1)
        self._begins = Counter(_first_shape(li, delimiter) for li in lines if li.count(delimiter))

    def swallows_rows(self, lines: Sequence[str]) -> bool:
        """Whether a row of several lines seems to hold further rows."""
        is_full = self._has_width(lines[0])
        return any(
            self._begins_like_row(line) and (self._has_width(line) or (is_full and "9" in shape))
            for line in lines[1:]
            if (shape := _first_shape(line, self._delimiter))
        )

    def _has_width(self, line: str) -> bool:
        return line.count(self._delimiter) >= self._width

    def _begins_like_row(self, line: str) -> bool:
        first, delimiter, _ = line.partition(self._delimiter)
        # A quotation mark in its first cell would have closed the one that is open.
        is_first = bool(delimiter) and _QUOTE not in first
        return is_first and self._begins[_first_shape(line, self._delimiter)] > 1


def _first_shape(line: str, delimiter: str) -> str:
    return word_shape(line.partition(delimiter)[0].strip(_QUOTE))


def _bare(line: str) -> str:
    return line.rstrip("\r\n")
