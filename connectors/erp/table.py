"""Finds the table in an export: its heading row, its lines, and the rows that are none.

The heading row is the first that holds every heading of the profile, wherever it stands and
whatever stands above. Headings that come again, rows of dashes and rows that the profile names
are left out; any other row without an amount and a date is left out too, but noted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from connectors.erp.settings import DELIMITERS, Profile
from connectors.erp.text import Row, Unreadable, decode, folded, split

_RULED = set("-=_+ ")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: where it begins in the file, and heading to text."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """What an export holds, its headings as the file spells them.

    `unknown` are rows with neither amount nor date, `broken` are rows with another number of
    cells than there are headings: of neither could lines be made.
    """

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    totals: tuple[Line, ...]
    unknown: tuple[Row, ...]
    broken: tuple[Row, ...]
    delimiter: str
    encoding: str

    def spelled(self, heading: str) -> str:
        """A heading of the profile in the spelling of this file."""
        return next(own for own in self.headings if folded(own) == folded(heading))


def read_table(content: bytes, profile: Profile) -> Table:
    """The table in the bytes of an export; raises Unreadable where there is none."""
    text, encoding = decode(content, profile.encoding)
    delimiter, rows, start = _headed(text, profile)
    headings = _named(rows[start].cells)
    sort = _Sorter(profile, headings, rows[start].cells)
    kinds: dict[str, list[Row]] = {name: [] for name in ("line", "total", "unknown", "broken", "")}
    for row in rows[start + 1 :]:
        kinds[sort.kind(row.cells)].append(row)
    return Table(
        headings,
        tuple(_line(row, headings) for row in kinds["line"]),
        tuple(_line(row, headings) for row in kinds["total"]),
        tuple(kinds["unknown"]),
        tuple(kinds["broken"]),
        delimiter,
        encoding,
    )


def _headed(text: str, profile: Profile) -> tuple[str, list[Row], int]:
    """The delimiter that shows the headings, the rows it gives, and which row they are."""
    wanted = {folded(heading): heading for heading in profile.headings}
    nearest: tuple[str, ...] = ()
    failure: Unreadable | None = None
    for delimiter in (profile.delimiter,) if profile.delimiter else DELIMITERS:
        try:
            rows = split(text, delimiter, profile.quoted)
        except Unreadable as error:
            failure = failure or error
            continue
        start, there = _best(rows, wanted)
        if len(_shared(there, wanted)) == len(wanted):
            return delimiter, rows, start
        nearest = max(nearest, there, key=lambda names: len(_shared(names, wanted)))
    raise failure if failure and not _shared(nearest, wanted) else _headless(wanted, nearest)


def _best(rows: Sequence[Row], wanted: Mapping[str, str]) -> tuple[int, tuple[str, ...]]:
    """The first row with most of the wanted headings, and the headings it holds."""
    best: tuple[str, ...] = ()
    index = 0
    for number, row in enumerate(rows):
        if len(row.cells) < min(len(wanted), 2):
            continue
        there = _named(row.cells)
        if len(_shared(there, wanted)) > len(_shared(best, wanted)):
            best, index = there, number
        if len(_shared(best, wanted)) == len(wanted):
            break
    return index, best


def _shared(headings: Sequence[str], wanted: Mapping[str, str]) -> set[str]:
    return {folded(heading) for heading in headings} & wanted.keys()


def _headless(wanted: Mapping[str, str], nearest: Sequence[str]) -> Unreadable:
    missing = [heading for name, heading in wanted.items() if name not in map(folded, nearest)]
    listed = ", ".join(f'"{heading}"' for heading in missing)
    if not _shared(nearest, wanted):
        return Unreadable(
            f"no row holds the headings {listed}",
            "Look whether it is the right file, or declare its delimiter and encoding",
        )
    guesses = [close for heading in missing for close in get_close_matches(heading, nearest, n=1)]
    nearby = f" (did you mean {', '.join(guesses)}?)" if guesses else ""
    found = ", ".join(f'"{heading}"' for heading in nearest)
    return Unreadable(
        f"the heading {listed} is missing; the heading row holds {found}",
        f"Correct the heading in the profile or in the export{nearby}",
    )


def _named(cells: Sequence[str]) -> tuple[str, ...]:
    """Headings made distinct: one that comes again is numbered, an empty one bears its place."""
    last = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    names: list[str] = []
    seen: dict[str, int] = {}
    for place, cell in enumerate(cells[:last], start=1):
        name = " ".join(cell.split()) or f"column {place}"
        seen[folded(name)] = seen.get(folded(name), 0) + 1
        again = seen[folded(name)]
        names.append(name if again == 1 else f"{name} ({again})")
    return tuple(names)


def _line(row: Row, headings: Sequence[str]) -> Line:
    return Line(row.number, dict(zip(headings, row.cells, strict=False)))


class _Sorter:
    """Tells the rows below the headings apart."""

    def __init__(
        self, profile: Profile, headings: tuple[str, ...], heading_row: tuple[str, ...]
    ) -> None:
        places = {folded(heading): place for place, heading in enumerate(headings)}
        period = (profile.columns.fiscal_period,) if profile.columns.fiscal_period else ()
        telling = (*profile.amount_headings, *profile.date_headings, *period)
        self._keys = [places[folded(heading)] for heading in profile.keys]
        self._telling = [places[folded(heading)] for heading in telling]
        self._width = len(headings)
        self._heading_row = heading_row
        self._total = (folded(profile.total),) if profile.total else ()
        self._skip = tuple(folded(label) for label in profile.skip)

    def kind(self, cells: tuple[str, ...]) -> str:
        """`line`, `total`, `unknown`, `broken`, or nothing for a row that is knowingly no line."""
        filled = {place for place, cell in enumerate(cells) if cell.strip()}
        if all(_RULED.issuperset(cell) for cell in cells) or cells == self._heading_row:
            return ""
        label = min(filled)
        # A line has all its keys; only without one may a word of the profile make it a sum.
        if not filled.difference({label}).issuperset(self._keys):
            if _begins(cells[label], self._total):
                return "total"
            if _begins(cells[label], self._skip):
                return ""
        cut_off = len(cells) < self._width and len(filled) > 1 and filled.issuperset(self._keys)
        if not filled.intersection(self._telling) and not cut_off:
            return "unknown"
        return "line" if len(cells) >= self._width > max(filled) else "broken"


def _begins(cell: str, labels: Sequence[str]) -> bool:
    text = folded(cell)
    return any(text == label or text.startswith((f"{label} ", f"{label}:")) for label in labels)
