"""How the command speaks: tables and lines for people, JSON for machines."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_WIDTH = 160
"""Characters of a table that goes into a file or a pipe; a terminal has its own width."""


def _console() -> Console:
    found = Console()
    return found if found.is_terminal or "COLUMNS" in os.environ else Console(width=_WIDTH)


console = _console()
_errors = Console(stderr=True)


def now() -> datetime:
    """The present instant: the one place where the command reads the clock."""
    return datetime.now(UTC)


def print_error(message: str) -> None:
    """One line about something that went wrong, on standard error."""
    _errors.print(f"[red]✗[/red] {escape(message)}", highlight=False, soft_wrap=True)


def print_line(message: str) -> None:
    console.print(escape(message), highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """JSON on standard output, indented, with a newline at its end."""
    print(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def print_columns(rows: Sequence[Sequence[str]]) -> None:
    """Rows in columns without a frame: the last one, an address, is never broken."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print_line("  ".join(padded).rstrip())


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """A table for people; cells are text, not markup, folded where the terminal is narrow."""
    grid = Table(title=title or None, title_justify="left", title_style="bold")
    for heading in headings:
        grid.add_column(heading, overflow="fold")
    for row in rows:
        grid.add_row(*(escape(cell) for cell in row))
    console.print(grid)
