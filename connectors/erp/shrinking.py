"""Exports that hold far fewer lines than before.

A file that is cut off between two lines looks whole: only its total row could tell, and not every
export has one. So the lines it lost are not taken for gone until a person says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.erp.exports import Book, Export
from connectors.plausible import may_be_cut_off
from model.records import Problem


def cut_off(book: Book, before: int) -> bool:
    """Whether a file that held `before` lines (0: unknown) may have lost its end.

    A total row that agrees proves a file whole, however few its lines are.
    """
    return not book.proven and may_be_cut_off(before, len(book.lines))


@dataclass
class Shrinking:
    """Compares each file, newest first, with what it held and with older files of its books."""

    _newest: dict[str, tuple[str, int]] = field(default_factory=dict)

    def seen(self, export: Export, book: Book, before: int) -> Iterator[Problem]:
        """Problems that say which lines are missing where they may be cut off."""
        if cut_off(book, before):
            yield _doubted(
                export.name,
                f"{export.name} holds {len(book.lines)} lines, where it held {before}",
                "save it under another name and remove this one",
            )
        yield from self._replaced(export, book)

    def _replaced(self, export: Export, book: Book) -> Iterator[Problem]:
        for part, count in Counter(line.part for line in book.lines).items():
            newer, now = self._newest.setdefault(part, ("" if book.proven else export.name, count))
            if newer not in ("", export.name) and may_be_cut_off(count, now):
                yield _doubted(
                    newer,
                    f"{newer} holds {now} lines of {part}, where the older {export.name} "
                    f"holds {count}",
                    f"remove {export.name}",
                )


def _doubted(name: str, what: str, confirm: str) -> Problem:
    return Problem(
        f"{name}#lines",
        f"{what}; it may be cut off, so the missing lines still count",
        f"Export it again whole; if they are really gone, {confirm}",
        held=False,
    )
