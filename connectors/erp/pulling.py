"""Pulls exports page by page: what changed, what is gone, and what could not be read.

The cursor holds for each file what was given of it last time. A pull that was cut off goes on
with the next file; a file whose standing lines are the same is not given again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from connectors.base import ConnectionFailed, Cursor, Page, RawRecord
from connectors.erp.exports import Book, BookLine, Export, standing
from connectors.erp.landing import Said
from connectors.erp.settings import Profile
from connectors.erp.shrinking import Shrinking, cut_off
from connectors.erp.text import Unreadable
from model.records import Problem

PAGE_LINES = 2000


class _Given(BaseModel):
    """What the last pull gave of a file: a digest of its standing lines, and its parts.

    `lines` is how many it held when it was last whole.
    """

    digest: str
    parts: tuple[str, ...]
    lines: int = 0


_NOTHING = _Given(digest="", parts=())


class _State(BaseModel):
    """The cursor. `order` is set once all files were read: their names and fingerprints."""

    profile: str = ""
    files: dict[str, _Given] = {}
    order: tuple[tuple[str, str], ...] = ()

    def dump(self) -> Cursor:
        state: dict[str, Any] = self.model_dump(mode="json")
        return state


def pull_exports(
    connection: str, exports: Sequence[Export], profile: Profile, cursor: Cursor | None
) -> Iterator[Page]:
    """Give the standing lines of all files that changed, and at the end the snapshot_ids.

    While a file cannot be read or seems cut off, or a line cannot be split into cells and so has
    no identity, there is no snapshot_ids: nothing is taken for gone that may only be unreadable.
    Raises ConnectionFailed after the last page when a file could not be read.
    """
    state = _resumed(cursor, profile)
    order = tuple((export.name, export.fingerprint) for export in exports)
    if state.order != order:
        state.order = ()
        unread: list[Problem] = []
        yield from _sweep(exports, profile, state, order, unread)
        if unread:
            reasons = "; ".join(problem.reason for problem in unread)
            raise ConnectionFailed(connection, reasons, unread[0].remedy)


def _resumed(cursor: Cursor | None, profile: Profile) -> _State:
    state = _State.model_validate(cursor or {})
    return state if state.profile == profile.digest else _State(profile=profile.digest)


def _sweep(
    exports: Sequence[Export],
    profile: Profile,
    state: _State,
    order: tuple[tuple[str, str], ...],
    unread: list[Problem],
) -> Iterator[Page]:
    present: set[str] = set()
    whole = True
    shrinking = Shrinking()
    parts = {name: given.parts for name, given in state.files.items()}
    for export, book, lines in standing(exports, profile, parts):
        if isinstance(book, Unreadable):
            unread.append(_unread(export, book))
            yield Page((), state.dump(), (unread[-1],))
            continue
        before = state.files.get(export.name, _NOTHING).lines
        missing = tuple(shrinking.seen(export, book, before))
        problems = (*_noted(export, book), *missing)
        whole = whole and not book.table.broken and not missing
        present.update(line.native_id for line in lines)
        present.update(problem.native_id for problem in problems)
        yield from _given(export, book, lines, state)
        yield Page((), state.dump(), problems)
    if not unread:
        files = {name: state.files[name] for name, _ in order}
        done = _State(profile=state.profile, files=files, order=order)
        yield Page((), done.dump(), snapshot_ids=frozenset(present) if whole else None)


def _given(export: Export, book: Book, lines: Sequence[BookLine], state: _State) -> Iterator[Page]:
    """Pages of a file's lines unless they were given before; then notes in `state` that they are.

    The cursor of these pages still counts the file as not given: a pull killed among them gives
    the whole file again.
    """
    before, digest = state.files.get(export.name, _NOTHING), _digest(book, lines)
    parts = tuple(sorted({line.part for line in book.lines}))
    if (before.digest, before.parts) != (digest, parts):
        for start in range(0, len(lines), PAGE_LINES):
            page = lines[start : start + PAGE_LINES]
            yield Page(tuple(_landed(export, book, line) for line in page), state.dump())
    held = before.lines if cut_off(book, before.lines) else len(book.lines)
    state.files[export.name] = _Given(digest=digest, parts=parts, lines=held)


def _digest(book: Book, lines: Sequence[BookLine]) -> str:
    digest = sha256(repr((book.table.headings, book.styles)).encode())
    for entry in lines:
        digest.update(repr((entry.native_id, entry.line.number, entry.line.cells)).encode())
    return digest.hexdigest()[:16]


def _landed(export: Export, book: Book, entry: BookLine) -> RawRecord:
    line = entry.line
    said = Said(export.name, line.number, export.saved_at, line.cells, book.styles)
    return RawRecord(entry.native_id, said.dump())


def _unread(export: Export, unreadable: Unreadable) -> Problem:
    return Problem(
        export.name,
        f"{export.name} was not read: {unreadable.reason}; its former figures stay",
        unreadable.remedy,
    )


def _noted(export: Export, book: Book) -> Iterator[Problem]:
    """What of a file could not be read, or not be checked, while the rest of it was."""
    headings = len(book.table.headings)
    for row in book.table.broken:
        yield Problem(
            f"{export.name}#{row.number}",
            f"{export.name}, line {row.number}: {len(row.cells)} cells under {headings} headings",
            "Look for a delimiter within a text, or a line that is cut off; export it again",
        )
    if unknown := book.table.unknown:
        lines = ", ".join(str(row.number) for row in unknown[:5])
        first = " ".join(" ".join(unknown[0].cells).split())[:80]
        yield Problem(
            f"{export.name}#rows",
            f"{export.name}: rows without amount and date, not read: {len(unknown)} "
            f'(line {lines}{", …" if len(unknown) > 5 else ""}; the first says "{first}")',
            "Name what they begin with under `skip` in the profile, or correct them",
            held=False,
        )
    if book.unchecked:
        yield Problem(
            f"{export.name}#total",
            f"{export.name}: its total row could not be checked: {book.unchecked}",
            "Correct these lines in the source and export again",
            held=False,
        )
