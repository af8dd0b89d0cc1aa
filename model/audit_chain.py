"""The chain of hashes over the record: its entries, and what is wrong with one that does not fit.

The record is every event and decision of the conflicts, every reply with a command and what came of
it, every release of a held change, and every applied operating model. The database gives each row
an entry in the order of writing. The hash of an entry is the SHA-256, in lower-case hexadecimal
digits, of these fields in this order, in UTF-8, with a line feed between them:

1. `number`: decimal, counting from 1 without gaps
2. `previous`: the hash of the number before; 64 zeros for number 1
3. `source`: the table of the row
4. `row_key`: its primary key there; two columns are separated by a blank
5. `recorded_at`: UTC, as `2026-03-04T09:00:00.000000Z`
6. `content`: the row as canonical JSON, which contains no line feed

Canonical JSON is the text of PostgreSQL's `jsonb`: keys in the order of their length in bytes and
then of their bytes, one blank after each colon and comma, instants as `2026-03-04T09:00:00+00:00`.
The entry keeps this text, so its hash can be checked without a database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64
"""What number 1 has for the hash of the number before."""
CHAINED_LATER = "chained_later"
"""Source of an entry which says that numbers `first` to `last` were written before the chain."""


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One entry of the chain, as it is stored; `content` and `recorded_at` are canonical text."""

    number: int
    source: str
    row_key: str
    content: str
    recorded_at: str
    previous: str
    hash: str

    def __str__(self) -> str:
        return f"number {self.number} ({self.source} {self.row_key})"


class FaultKind(StrEnum):
    """What is wrong with the record."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT_OFF = "cut off"
    """The expected hash is not in the chain."""
    MISDATED = "misdated"
    """A row states another time than the one at which the database recorded it."""
    CONTRADICTED = "contradicted"
    """The present state of a conflict shows what the record does not have."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not fit, from which number on (None: at no number of the chain)."""

    kind: FaultKind
    number: int | None
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


def entry_hash(entry: ChainEntry, number: int | None = None) -> str:
    """The hash that belongs to this content, at its own number or at another one."""
    fields = (
        str(entry.number if number is None else number),
        entry.previous,
        entry.source,
        entry.row_key,
        entry.recorded_at,
        entry.content,
    )
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()


def original_number(entry: ChainEntry, rows: int) -> int | None:
    """The number up to `rows` at which the hash of an entry is right; None if at none."""
    numbers = (n for n in range(1, rows + 1) if entry_hash(entry, n) == entry.hash)
    return next(numbers, None)


def differing_fields(content: str, row: Mapping[str, Any]) -> list[str]:
    """How a row differs from the content of its entry, one text per field.

    A column that the content does not have was added later, and has to be empty.
    """
    recorded = parse_content(content)
    names = dict.fromkeys((*recorded, *row))
    return [
        f"{name} was {_shorten(recorded.get(name))} and is {_shorten(row.get(name))}"
        for name in names
        if recorded.get(name) != row.get(name)
    ]


def parse_instant(value: object) -> datetime | None:
    """An instant from ISO 8601 text with its offset; None for a text that is none."""
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return instant if instant.tzinfo else None


def parse_content(content: str) -> dict[str, Any]:
    """The fields of an entry; none if somebody has made the text unreadable."""
    try:
        parsed = json.loads(content)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _shorten(value: object, most: int = 80) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= most else f"{text[: most - 1]}…"
