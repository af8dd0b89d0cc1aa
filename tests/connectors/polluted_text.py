"""Delimited files that are damaged in known ways, while what they were meant to say is known.

Each kind of damage is a function from the rows of a table (the headings first), the index of the
row it damages, and the delimiter to the bytes of a file.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

Rows = Sequence[Sequence[str]]
Kind = Callable[[Rows, int, str], bytes]
Verdict = Literal["right", "refused", "silent"]
OTHER = {",": ";", ";": ",", "\t": ";"}
KINDS: dict[str, Kind] = {}


def cell(text: str, delimiter: str, always: bool = False) -> str:
    if always or any(character in text for character in (delimiter, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def lines_of(rows: Rows, delimiter: str, always: bool = False) -> list[str]:
    return [delimiter.join(cell(text, delimiter, always) for text in row) for row in rows]


def joined(lines: Iterable[str], end: str = "\r\n") -> bytes:
    return "".join(line + end for line in lines).encode()


def kind(name: str) -> Callable[[Kind], Kind]:
    def register(function: Kind) -> Kind:
        KINDS[name] = function
        return function

    return register


def changed_line(name: str, change: Callable[[Sequence[str], str], str]) -> None:
    """A kind that writes one row in another way; the change gets its cells and the delimiter."""

    def damage(rows: Rows, at: int, delimiter: str) -> bytes:
        lines = lines_of(rows, delimiter)
        lines[at] = change(rows[at], delimiter)
        return joined(lines)

    KINDS[name] = damage


def written(cells: Sequence[str], delimiter: str) -> list[str]:
    return [cell(text, delimiter) for text in cells]


def with_cell(place: int, change: Callable[[str], str]) -> Callable[[Sequence[str], str], str]:
    def apply(cells: Sequence[str], delimiter: str) -> str:
        parts = written(cells, delimiter)
        parts[place] = change(cells[place])
        return delimiter.join(parts)

    return apply


def without_delimiter(place: int) -> Callable[[Sequence[str], str], str]:
    def apply(cells: Sequence[str], delimiter: str) -> str:
        parts = written(cells, delimiter)
        return delimiter.join(
            [*parts[:place], parts[place] + parts[place + 1], *parts[place + 2 :]]
        )

    return apply


def with_extra_cell(place: int, text: str = "") -> Callable[[Sequence[str], str], str]:
    def apply(cells: Sequence[str], delimiter: str) -> str:
        parts = written(cells, delimiter)
        return delimiter.join([*parts[:place], text, *parts[place:]])

    return apply


def with_other_delimiter(place: int) -> Callable[[Sequence[str], str], str]:
    def apply(cells: Sequence[str], delimiter: str) -> str:
        parts = written(cells, delimiter)
        first, last = delimiter.join(parts[: place + 1]), delimiter.join(parts[place + 1 :])
        return first + OTHER[delimiter] + last

    return apply


for place in range(4):
    changed_line(f"a delimiter is missing behind cell {place + 1}", without_delimiter(place))
    changed_line(f"an extra delimiter before cell {place + 1}", with_extra_cell(place))
    changed_line(f"another delimiter behind cell {place + 1}", with_other_delimiter(place))
changed_line("an extra filled cell", with_extra_cell(2, "extra"))
changed_line("two extra delimiters", with_extra_cell(1, "\t"[:0]))
changed_line("all delimiters are others", lambda c, d: OTHER[d].join(written(c, d)))
changed_line("all delimiters are spaces", lambda c, d: " ".join(written(c, d)))
changed_line("all delimiters are pipes", lambda c, d: "|".join(written(c, d)))
changed_line("a missing cell", lambda c, d: d.join(written([*c[:1], *c[2:]], d)))
changed_line("the last cells are missing", lambda c, d: d.join(written(c[:3], d)))
changed_line("only the key is left", lambda c, d: c[0])
changed_line("only the key and its delimiters are left", lambda c, d: c[0] + d * (len(c) - 1))
changed_line("the key is missing", lambda c, d: d.join(written(["", *c[1:]], d)))
changed_line("a row that begins with a delimiter", lambda c, d: d + d.join(written(c, d)))
changed_line("a row that ends with a delimiter", lambda c, d: d.join(written(c, d)) + d)
changed_line("a row twice as wide", lambda c, d: d.join(written([*c, *c], d)))

changed_line("an unclosed quote", with_cell(1, lambda text: '"' + text.replace('"', "")))
changed_line("an unclosed quote before the key", with_cell(0, lambda text: '"' + text))
changed_line("an unclosed quote before a date", with_cell(2, lambda text: '"' + text))
changed_line(
    "an unclosed quote in a row cut off", lambda c, d: c[0] + d + '"' + c[1].split("\n")[0]
)
changed_line("a quote behind the text", with_cell(1, lambda text: text.split("\n")[0] + '"'))
changed_line("a quote within the text", with_cell(1, lambda text: text[:3] + '"' + text[3:6]))
changed_line("a quoted cell with text behind it", with_cell(1, lambda text: '"' + text[:5] + '" x'))
changed_line("a space before a quoted cell", with_cell(1, lambda text: ' "' + text[:5] + '"'))
changed_line("a space behind a quoted cell", with_cell(1, lambda text: '"' + text[:5] + '" '))
changed_line(
    "quotes within are not doubled", with_cell(1, lambda text: f'"{text[:3]}"{text[3:6]}"x"')
)
changed_line(
    "quotes within are escaped by backslashes", with_cell(1, lambda t: f'"a \\"{t[:4]}\\" b"')
)
changed_line("a backslash before the last quote", with_cell(1, lambda text: f'"{text[:5]}\\""'))
changed_line(
    "a backslash before a delimiter", lambda c, d: f"{c[0]}{d}a\\{d}b{d}{d.join(written(c[2:], d))}"
)
changed_line(
    "single quotes around a delimiter",
    lambda c, d: f"{c[0]}{d}'a{d}b'{d}{d.join(written(c[2:], d))}",
)
changed_line("three quotes", with_cell(1, lambda text: '"""' + text[:5]))
changed_line("an unquoted line end", with_cell(1, lambda text: text[:4] + "\r\n" + text[4:8]))
changed_line(
    "an unquoted line end in the last cell", lambda c, d: d.join(written(c[:-1], d)) + d + "a\nb"
)
changed_line(
    "a carriage return within a cell", with_cell(1, lambda text: text[:4] + "\r" + text[4:8])
)
changed_line("a line end behind the key", with_cell(0, lambda text: text + "\n"))
changed_line("a blank line within a row", with_cell(1, lambda text: text[:4] + "\n\n" + text[4:8]))
changed_line("a line separator of Unicode", with_cell(4, lambda text: text + "\u2028"))
changed_line("a form feed", lambda c, d: "\f" + d.join(written(c, d)))
changed_line("no-break spaces around the key", with_cell(0, lambda text: f"\u00a0{text}\u00a0"))
changed_line("a byte order mark before a row", with_cell(0, lambda text: f"\ufeff{text}"))
changed_line("a zero-width space in the key", with_cell(0, lambda text: f"{text}\u200b"))
changed_line("a NUL character", with_cell(1, lambda text: text[:3] + "\0" + text[3:5]))
changed_line("a row that is a whole quoted line", lambda c, d: cell(d.join(c), d, always=True))


@kind("an unclosed quote that a later row closes")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter)
    later = min(at + 3, len(rows) - 1)
    lines[at] = with_cell(1, lambda text: '"' + text[:4])(rows[at], delimiter)
    lines[later] = with_cell(1, lambda text: text[:4] + '"')(rows[later], delimiter)
    return joined(lines)


@kind("an unclosed quote that the next row closes")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter)
    later = min(at + 1, len(rows) - 1)
    lines[at] = with_cell(1, lambda text: '"' + text[:4])(rows[at], delimiter)
    lines[later] = with_cell(1, lambda text: text[:4] + '"')(rows[later], delimiter)
    return joined(lines)


@kind("an unclosed quote among quoted cells")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter, always=True)
    lines[at] = lines[at].replace(f'"{delimiter}', delimiter, 1)
    return joined(lines)


@kind("a missing opening quote among quoted cells")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter, always=True)
    lines[at] = lines[at].replace(f'{delimiter}"', delimiter, 1)
    return joined(lines)


@kind("the last quote is missing among quoted cells")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter, always=True)
    lines[at] = lines[at][:-1]
    return joined(lines)


@kind("everything quoted")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    return joined(lines_of(rows, delimiter, always=True))


def line_ends(name: str, ends: Sequence[str]) -> None:
    def damage(rows: Rows, at: int, delimiter: str) -> bytes:
        lines = lines_of(rows, delimiter)
        return "".join(
            line + ends[min(index % len(ends) + (index == at), len(ends) - 1)]
            for index, line in enumerate(lines)
        ).encode()

    KINDS[name] = damage


line_ends("line ends of Unix", ("\n",))
line_ends("line ends of old Macs", ("\r",))
line_ends("doubled carriage returns", ("\r\r\n",))
line_ends("all line ends mixed", ("\n", "\r\n", "\r"))


@kind("a missing line end")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter)
    return joined([*lines[:at], "".join(lines[at : at + 2]), *lines[at + 2 :]])


@kind("a vertical tab for a line end")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter)
    return joined([*lines[:at], "\v".join(lines[at : at + 2]), *lines[at + 2 :]])


@kind("no last line end")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    return joined(lines_of(rows, delimiter))[:-2]


@kind("a last control character of DOS")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    return joined(lines_of(rows, delimiter)) + b"\x1a"


def encoded(name: str, encoding: str, mark: bytes = b"") -> None:
    def damage(rows: Rows, at: int, delimiter: str) -> bytes:
        return mark + joined(lines_of(rows, delimiter)).decode().encode(encoding)

    KINDS[name] = damage


encoded("UTF-8 with a mark", "utf-8", codecs.BOM_UTF8)
encoded("UTF-8 with two marks", "utf-8", codecs.BOM_UTF8 * 2)
encoded("UTF-16 with a mark", "utf-16-le", codecs.BOM_UTF16_LE)
encoded("UTF-16 big-endian with a mark", "utf-16-be", codecs.BOM_UTF16_BE)
encoded("UTF-16 without a mark", "utf-16-le")
encoded("UTF-32", "utf-32-le", codecs.BOM_UTF32_LE)
encoded("Windows-1252", "cp1252")
encoded("the code page of DOS", "cp850")
encoded("the code page of old Macs", "mac_roman")
encoded("Latin-1 behind the mark of UTF-8", "latin-1", codecs.BOM_UTF8)


@kind("one row in another encoding")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = [(line + "\r\n").encode() for line in lines_of(rows, delimiter)]
    lines[at] = lines[at].replace("ü".encode(), b"\xfc").replace("é".encode(), b"\xe9")
    return b"".join(lines)


@kind("UTF-8 encoded twice")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    return joined(lines_of(rows, delimiter)).decode("cp1252", "replace").encode()


def inserted(
    name: str, make: Callable[[Rows, str], Sequence[str]], place: int | None = None
) -> None:
    """A kind with lines that are no rows: before the row, or at a place counted from the top."""

    def damage(rows: Rows, at: int, delimiter: str) -> bytes:
        lines = lines_of(rows, delimiter)
        here = at if place is None else place if place >= 0 else len(lines)
        return joined([*lines[:here], *make(rows, delimiter), *lines[here:]])

    KINDS[name] = damage


def heading(rows: Rows, delimiter: str) -> str:
    return delimiter.join(rows[0])


def padded(text: str, rows: Rows, delimiter: str) -> str:
    return text + delimiter * (len(rows[0]) - 1)


inserted("a preamble", lambda r, d: ["Plan of the year", "", "Exported 2026-03-01"], 0)
inserted("a preamble with delimiters", lambda r, d: [f"Plan{d}Year{d}2026", f"By{d}Ada"], 0)
inserted("a preamble with an unclosed quote", lambda r, d: ['Plan of "the year', '"x', ""], 0)
inserted("a declared delimiter", lambda r, d: [f"sep={d}"], 0)
inserted("repeated headings", lambda r, d: [heading(r, d)])
inserted("repeated headings behind a page number", lambda r, d: ["Page 2", heading(r, d)])
inserted("repeated headings in capitals", lambda r, d: [heading(r, d).upper()])
inserted("repeated headings behind a mark", lambda r, d: ["\ufeff" + heading(r, d)])
inserted("repeated headings with an unclosed quote", lambda r, d: ['"' + heading(r, d)])
inserted("blank lines", lambda r, d: ["", ""])
inserted("blank rows", lambda r, d: [padded("", r, d)])
inserted("a row of spaces", lambda r, d: [" " * 9, d.join([" "] * len(r[0]))])
inserted("a row of dashes", lambda r, d: ["-" * 40])
inserted("the title of a section", lambda r, d: [padded("Second phase", r, d)])
inserted("a comment line", lambda r, d: [f"# checked{d} by Ada"])
inserted("a total", lambda r, d: [padded("Total", r, d)], -1)
inserted("a total with a count", lambda r, d: [padded(f"Total{d}12", r[0:1], d)[:-1]], -1)
inserted("a subtotal", lambda r, d: [padded(f"Subtotal{d}5", r, d)[:-1]])
inserted("a total in German", lambda r, d: ["", padded(f"Summe{d}12 rows", r, d)[:-1]], -1)
inserted("a footer", lambda r, d: ["", "Printed by Ada on 2026-03-01"], -1)
inserted("a footer with delimiters", lambda r, d: ["", f"Printed by Ada{d} on 2026-03-01"], -1)
inserted("a second table", lambda r, d: ["", d.join(("Risk", "Who")), d.join(("R1", "Ada"))], -1)
inserted(
    "a second table as wide",
    lambda r, d: [
        padded("", r, d),
        padded(f"Risk{d}Who", r, d)[:-1],
        padded(f"R1{d}Ada", r, d)[:-1],
    ],
    -1,
)
inserted(
    "a second table with the same headings",
    lambda r, d: ["", "Phase 2", heading(r, d)],
)


@kind("a second table with its columns in another order")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    turned = [[*row[:1], *row[:0:-1]] for row in rows]
    lines = lines_of(rows, delimiter)
    return joined([*lines[:at], "", *lines_of([turned[0], *turned[at:]], delimiter)])


@kind("a heading is split in two")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter)
    return joined([delimiter.join([rows[0][0], "", *rows[0][1:]]), *lines[1:]])


@kind("a heading too many")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter)
    return joined([delimiter.join([rows[0][0], "Phase", *rows[0][1:]]), *lines[1:]])


@kind("a delimiter behind every row")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter)
    return joined([lines[0], *(line + delimiter for line in lines[1:])])


@kind("a delimiter behind the headings")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter)
    return joined([lines[0] + delimiter, *lines[1:]])


@kind("cut off in the middle of a row")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter)
    return joined(lines[:-1]) + lines[-1][: len(rows[-1][0]) + 4].encode()


@kind("a row twice")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter)
    return joined([*lines[:at], lines[at], *lines[at:]])


@kind("a cell longer than plausible")
def _(rows: Rows, at: int, delimiter: str) -> bytes:
    lines = lines_of(rows, delimiter)
    lines[at] = with_cell(1, lambda text: f'"{text[:4]} {"x" * 140_000}"')(rows[at], delimiter)
    return joined(lines)


def format_table(verdicts: dict[str, Counter[str]]) -> str:
    """How often each kind was read right, refused with a word, or silently wrong."""
    total: Counter[str] = sum(verdicts.values(), Counter())
    rows = [*sorted(verdicts.items()), (f"{len(verdicts)} kinds", total)]
    head = f"{'kind':60}{'right':>8}{'refused':>9}{'silent':>8}"
    body = (f"{n:60}{c['right']:8}{c['refused']:9}{c['silent']:8}" for n, c in rows)
    return "\n".join([head, *body])
