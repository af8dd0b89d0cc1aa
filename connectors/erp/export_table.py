"""Finds the table in an export: its heading row, its lines, and the rows that are not lines.

The heading row is the first that holds every heading of the profile, whatever stands above it.
Repeated headings, rows of dashes and rows that the profile names under `skip` are left out; any
other row without an amount and a date is left out as well, but reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from connectors.erp.settings import ExportProfile
from connectors.kit.delimited_rows import DelimitedRow, require_sound, split_rows
from connectors.kit.delimited_text import DELIMITERS, UnreadableFile, decode_text, fold_heading

_RULE_CHARACTERS = set("-=_+ ")
_SUM_LABEL = re.compile(
    r"(?:(?:grand |sub-?)?total|sum|(?:gesamt|zwischen|end)?summe|ergebnis|result|saldo(?:vortrag)?"
    r"|(?:(?:balance )?(?:carried|brought) forward)|(?:opening|closing) balance|übertrag"
    r"|anfangsbestand|endbestand)(?:[ :].*)?"
)


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One line of the table: the line (from 1) where it begins in the file, heading to text."""

    number: int
    cells: Mapping[str, str]

    def text(self, heading: str) -> str:
        """The text under a heading, empty where the line has none."""
        return self.cells.get(heading, "").strip()


@dataclass(frozen=True, slots=True)
class ExportTable:
    """The table of one export, its headings as the file spells them.

    `unknown` are rows with neither amount nor date, `broken` are rows with another number of
    cells than there are headings, `asides` have figures but not all keys of a posting: subtotals,
    balances carried forward. None of them can become lines.
    """

    headings: tuple[str, ...]
    lines: tuple[ExportLine, ...]
    totals: tuple[ExportLine, ...]
    unknown: tuple[DelimitedRow, ...]
    broken: tuple[DelimitedRow, ...]
    asides: tuple[ExportLine, ...]
    delimiter: str
    encoding: str

    def file_heading(self, heading: str) -> str:
        """A heading of the profile in the spelling of this file."""
        return next(own for own in self.headings if fold_heading(own) == fold_heading(heading))


def read_export_table(content: bytes, profile: ExportProfile) -> ExportTable:
    """Read the table in the bytes of an export; raises UnreadableFile where there is none."""
    text, encoding = decode_text(content, profile.encoding)
    delimiter, rows, start = _find_heading_row(text, profile)
    headings = _unique_headings(rows[start].cells)
    width = _usual_width(rows[start + 1 :], len(headings))
    classifier = _RowClassifier(profile, headings, rows[start].cells, width)
    groups: dict[str, list[DelimitedRow]] = {
        name: [] for name in ("line", "total", "unknown", "broken", "aside", "")
    }
    for row in rows[start + 1 :]:
        groups[classifier.classify(row.cells)].append(row)
    return ExportTable(
        headings,
        tuple(_export_line(row, headings) for row in groups["line"]),
        tuple(_export_line(row, headings) for row in groups["total"]),
        tuple(groups["unknown"]),
        tuple(groups["broken"]),
        tuple(_export_line(row, headings) for row in groups["aside"]),
        delimiter,
        encoding,
    )


def _find_heading_row(text: str, profile: ExportProfile) -> tuple[str, list[DelimitedRow], int]:
    """The delimiter with which the headings are found, the rows, and the index of the headings."""
    wanted_headings = {fold_heading(heading): heading for heading in profile.headings}
    nearest: tuple[str, ...] = ()
    failure: UnreadableFile | None = None
    for delimiter in (profile.delimiter,) if profile.delimiter else DELIMITERS:
        rows = split_rows(text, delimiter, profile.quoted)
        start, headings = _best_heading_row(rows, wanted_headings)
        if len(_matching(headings, wanted_headings)) == len(wanted_headings):
            # What stands above the headings is nothing that could be read wrong.
            require_sound(rows[start:])
            return delimiter, rows, start
        try:
            require_sound(rows)
        except UnreadableFile as error:
            failure = failure or error
        nearest = max(nearest, headings, key=lambda names: len(_matching(names, wanted_headings)))
    # A file that cannot be split shows no headings either; the quotes are then the real reason.
    if failure and not _matching(nearest, wanted_headings):
        raise failure
    raise _missing_headings_error(wanted_headings, nearest)


def _best_heading_row(
    rows: Sequence[DelimitedRow], wanted_headings: Mapping[str, str]
) -> tuple[int, tuple[str, ...]]:
    """The first row with most of the wanted headings, and the headings it holds."""
    best: tuple[str, ...] = ()
    best_index = 0
    for index, row in enumerate(rows):
        # A title row with a single cell may happen to be a heading; it is not the heading row.
        if len(row.cells) < min(len(wanted_headings), 2):
            continue
        headings = _unique_headings(row.cells)
        if len(_matching(headings, wanted_headings)) > len(_matching(best, wanted_headings)):
            best, best_index = headings, index
        if len(_matching(best, wanted_headings)) == len(wanted_headings):
            break
    return best_index, best


def _matching(headings: Sequence[str], wanted_headings: Mapping[str, str]) -> set[str]:
    return {fold_heading(heading) for heading in headings} & wanted_headings.keys()


def _missing_headings_error(
    wanted_headings: Mapping[str, str], nearest: Sequence[str]
) -> UnreadableFile:
    missing = [
        head for name, head in wanted_headings.items() if name not in map(fold_heading, nearest)
    ]
    listed = ", ".join(f'"{heading}"' for heading in missing)
    if not _matching(nearest, wanted_headings):
        return UnreadableFile(
            f"no row holds the headings {listed}",
            "Look whether it is the right file, or declare its delimiter and encoding",
        )
    guesses = [close for heading in missing for close in get_close_matches(heading, nearest, n=1)]
    suggestion = f" (did you mean {', '.join(guesses)}?)" if guesses else ""
    present = ", ".join(f'"{heading}"' for heading in nearest)
    return UnreadableFile(
        f"the heading {listed} is missing; the heading row holds {present}",
        f"Correct the heading in the profile or in the export{suggestion}",
    )


def _unique_headings(cells: Sequence[str]) -> tuple[str, ...]:
    """Headings made unique: a repeated one is numbered, an empty one is named by its column."""
    # Exports often end each row with empty cells; those are no columns.
    width = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    headings: list[str] = []
    counts: dict[str, int] = {}
    for place, cell in enumerate(cells[:width], start=1):
        name = " ".join(cell.split()) or f"column {place}"
        count = counts[fold_heading(name)] = counts.get(fold_heading(name), 0) + 1
        headings.append(name if count == 1 else f"{name} ({count})")
    return tuple(headings)


def _usual_width(rows: Sequence[DelimitedRow], named: int) -> int:
    """How many cells most rows have; exports often end each with empty cells."""
    widths = Counter(len(row.cells) for row in rows if len(row.cells) >= named)
    return max(widths, key=lambda width: (widths[width], -width), default=named)


def _export_line(row: DelimitedRow, headings: Sequence[str]) -> ExportLine:
    return ExportLine(row.number, dict(zip(headings, row.cells, strict=False)))


class _RowClassifier:
    """Decides what each row below the headings is, from the columns that the profile names."""

    def __init__(
        self,
        profile: ExportProfile,
        headings: tuple[str, ...],
        heading_row: tuple[str, ...],
        row_width: int,
    ) -> None:
        places = {fold_heading(heading): place for place, heading in enumerate(headings)}
        period = (profile.columns.fiscal_period,) if profile.columns.fiscal_period else ()
        values = (*profile.amount_headings, *profile.date_headings, *period)
        self._key_columns = [places[fold_heading(heading)] for heading in profile.keys]
        self._value_columns = [places[fold_heading(heading)] for heading in values]
        self._width = len(headings)
        self._row_width = row_width
        self._heading_row = heading_row
        self._total = (fold_heading(profile.total),) if profile.total else ()
        self._skip = tuple(fold_heading(label) for label in profile.skip)

    def classify(self, cells: tuple[str, ...]) -> str:
        """Return `line`, `total`, `aside`, `unknown`, `broken`, or nothing to leave a row out."""
        filled = {place for place, cell in enumerate(cells) if cell.strip()}
        # Printed lists repeat the headings on each page; a blank row is a rule without dashes.
        is_rule = all(_RULE_CHARACTERS.issuperset(cell) for cell in cells)
        if not filled or is_rule or cells == self._heading_row:
            return ""
        label = min(filled)
        # A line has all its keys; only without one may a word of the profile make it a sum.
        if not filled.difference({label}).issuperset(self._key_columns):
            if _starts_with_label(cells[label], self._total):
                return "total"
            if _starts_with_label(cells[label], self._skip):
                return ""
        has_keys = filled.issuperset(self._key_columns)
        # Without this a line that ends before its amount would count as a row of foreign text.
        is_cut_off = len(cells) < self._width and len(filled) > 1 and has_keys
        # The rest has neither amount nor date: page footers, authors, remarks.
        if not filled.intersection(self._value_columns) and not is_cut_off:
            return "unknown"
        # An empty cell too many is no less a shift than a filled one.
        if len(cells) != self._row_width or max(filled) >= self._width:
            return "broken"
        return "line" if has_keys and not self._is_labelled(cells) else "aside"

    def _is_labelled(self, cells: tuple[str, ...]) -> bool:
        """Whether a word such as `Subtotal` stands where a key should."""
        return any(_SUM_LABEL.fullmatch(fold_heading(cells[place])) for place in self._key_columns)


def _starts_with_label(cell: str, labels: Sequence[str]) -> bool:
    text = fold_heading(cell)
    return any(text == label or text.startswith((f"{label} ", f"{label}:")) for label in labels)
