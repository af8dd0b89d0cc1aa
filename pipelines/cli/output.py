"""Printing: tables and lines for people, JSON for machines."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.printable import printable, printable_json, printable_lines

# Characters per line in a file or a pipe; a terminal has its own width.
_WIDTH = 160


def _build_console() -> Console:
    terminal = Console()
    if terminal.is_terminal or "COLUMNS" in os.environ:
        return terminal
    # Rich assumes 80 columns where there is no terminal, which folds every cell of a table.
    return Console(width=_WIDTH)


console = _build_console()
_errors = Console(stderr=True)


def now() -> datetime:
    """The present instant in UTC; no other function of the command reads the clock."""
    return datetime.now(UTC)


def print_error(message: str) -> None:
    """Print one line about something that went wrong, on standard error."""
    # Escaped, because square brackets are markup to Rich; not wrapped, so that it can be searched.
    _errors.print(f"[red]✗[/red] {escape(printable(message))}", highlight=False, soft_wrap=True)


def print_line(message: str) -> None:
    """Print one line, however long."""
    console.print(escape(printable(message)), highlight=False, soft_wrap=True)


def print_lines(message: str) -> None:
    """Print a text of several lines."""
    console.print(escape(printable_lines(message)), highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print a value as indented JSON; dates and instants become ISO 8601 text."""
    print(printable_json(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()))


def print_raw(text: str) -> None:
    """Print a document as it is, for a file or another program."""
    print(printable_lines(text), end="")


def print_columns(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns without a frame; the last column, an address, is never broken."""
    # Before they are measured: an escape is wider than what it stands for.
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print_line("  ".join(padded).rstrip())


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table; cells are text, not markup, and are folded where the terminal is narrow."""
    grid = Table(title=title or None, title_justify="left", title_style="bold")
    for heading in headings:
        grid.add_column(heading, overflow="fold")
    for row in rows:
        grid.add_row(*(escape(printable(cell)) for cell in row))
    console.print(grid)
