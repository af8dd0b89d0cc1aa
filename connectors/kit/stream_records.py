"""The records of one stream as a pull meets them: each once, a broken one apart from the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.base import RawRecord
from connectors.kit.answers import describe
from connectors.kit.json_text import UnstorableJson, write_json
from model.records import Problem

_LONGEST_ID = 500
"""Characters; PostgreSQL cannot index much more, and a whole page would fail with the record."""


def read_id(value: Any) -> str | None:
    """A native id as text: a whole number or a short text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    # PostgreSQL keeps no NUL and no half of a surrogate pair in text.
    is_storable = "\x00" not in text and text.isprintable()
    return text if is_storable and 0 < len(text) <= _LONGEST_ID else None


@dataclass
class StreamRecords:
    """What one pull has met of a stream.

    `place` names it for people (`issues of acme/api`); `ids` are the native ids of all records
    that the tool showed, the held ones too.
    """

    place: str
    remedy: str = "Correct the record in its tool; if it looks right there, report its raw record."
    """What to do about a record without an id."""
    ids: set[str] = field(default_factory=set)
    _count: int = 0
    _has_unnamed: bool = False

    def take(self, id_value: Any, payload: Any, prefix: str = "") -> RawRecord | Problem:
        """The raw record of the next record in the tool's order, or why there is none.

        Its native id is `id_value` behind `prefix`, and `payload` what is stored.
        """
        self._count += 1
        name = read_id(id_value)
        if name is None:
            return self.unnamed(f"has no usable id, but {describe(id_value)}")
        native_id = f"{prefix}{name}"
        if native_id in self.ids:
            return _repeated(self.place, native_id)
        self.ids.add(native_id)
        try:
            return RawRecord(native_id, write_json(payload))
        except UnstorableJson as error:
            return Problem(
                native_id,
                f"the record {native_id} of {self.place} cannot be stored: it holds {error}",
                "Correct the record in its tool; until then its last version stays.",
            )

    def hold(self, problem: Problem) -> Problem:
        """Note a record that could not be read to its end; it exists all the same."""
        self._count += 1
        self.ids.add(problem.native_id)
        return problem

    def unnamed(self, what: str) -> Problem:
        """A problem of the record at the present position, whose native id is not known."""
        self._has_unnamed = True
        place = f"{self.place}, record {self._count}"
        return Problem(
            place,
            f"{place} {what}; until it has, no record of {self.place} counts as deleted",
            self.remedy,
        )

    def snapshot(self) -> frozenset[str] | None:
        """All native ids; None where one is not known, whose record would count as deleted."""
        return None if self._has_unnamed else frozenset(self.ids)


def split(taken: list[RawRecord | Problem]) -> tuple[tuple[RawRecord, ...], tuple[Problem, ...]]:
    """The records and the problems among what was taken."""
    records = tuple(part for part in taken if isinstance(part, RawRecord))
    return records, tuple(part for part in taken if isinstance(part, Problem))


def _repeated(place: str, native_id: str) -> Problem:
    return Problem(
        native_id,
        f"{place} showed the record {native_id} more than once; the first was read",
        "Nothing, if records were added or moved meanwhile; else look whether the id that is read "
        "is the record's own.",
        held=False,
    )
