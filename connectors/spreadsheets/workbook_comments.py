"""Comments in a workbook: sections in the notes of a row's cells, all of a file in one write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.kit.files import FileBlocked, replace_file
from connectors.spreadsheets.notes import (
    NotAPackage,
    Note,
    NoteCell,
    NoteRefused,
    read_notes,
    refusals,
    write_notes,
)
from connectors.spreadsheets.rows import Row
from connectors.spreadsheets.sections import sections, with_section
from connectors.spreadsheets.sources import Source
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target

_NO_CELL = NoteRefused(
    "every mapped cell of the row carries a conversation, beside which Excel keeps no note",
    "Resolve and delete one of the conversations",
)


def find_in_workbook(source: Source, targets: Sequence[tuple[Target, Row]]) -> list[PostedComment]:
    """Our sections in the notes of these rows."""
    notes = read_notes(source.raw)
    return [
        PostedComment(
            target.ref, section.conflict_id, _comment_id(place), section.digest, target.url
        )
        for target, row in targets
        for place in _places(row)
        if place in notes
        for section in sections(notes[place].text)
    ]


def apply_to_workbook(
    source: Source, changes: Sequence[tuple[CommentChange, Row]]
) -> list[Outcome]:
    """Write all changes of a file at once; one that a sheet or cell refuses leaves the others."""
    try:
        notes = read_notes(source.raw)
        closed = refusals(source.raw, {row.sheet for _, row in changes})
    except NotAPackage as error:
        damaged = NoteRefused(f"{source.name} takes no note: {error}", "Repair the file in Excel")
        return [_refused(change, damaged) for change, _ in changes]
    wanted: dict[NoteCell, str] = {}
    outcomes: list[Outcome] = []
    for change, row in changes:
        place = _choose(row, notes, change.content.conflict_id)
        refused = closed.get(row.sheet) or (None if place else _NO_CELL)
        if refused or place is None:
            outcomes.append(_refused(change, refused or _NO_CELL))
            continue
        before = wanted.get(place, notes[place].text if place in notes else "")
        wanted[place] = with_section(before, change.content)
        outcomes.append(_posted(change, place))
    return _written(source, wanted, outcomes, [change for change, _ in changes])


def _written(
    source: Source,
    wanted: Mapping[NoteCell, str],
    outcomes: list[Outcome],
    changes: Sequence[CommentChange],
) -> list[Outcome]:
    """The outcomes once the file is replaced; when it cannot be, every change is refused."""
    try:
        after = write_notes(source.raw, wanted)
        if after != source.raw:
            replace_file(source.path, source.raw, after)
    except NoteRefused as refused:
        return [_refused(change, refused) for change in changes]
    except FileBlocked as blocked:
        return [RefusedChange(change, blocked.reason, blocked.remedy) for change in changes]
    return outcomes


def _choose(row: Row, notes: Mapping[NoteCell, Note], conflict_id: str) -> NoteCell | None:
    """The cell that has the conflict's section; else the first without a conversation."""
    free = [p for p in _places(row) if p not in notes or not notes[p].threaded]
    having = (
        place
        for place in free
        if place in notes
        and any(section.conflict_id == conflict_id for section in sections(notes[place].text))
    )
    return next(having, free[0] if free else None)


def _places(row: Row) -> list[NoteCell]:
    return [(row.sheet, cell) for cell in row.note_cells]


def _comment_id(place: NoteCell) -> str:
    return "!".join(place)


def _posted(change: CommentChange, place: NoteCell) -> PostedComment:
    remark, target = change.content, change.target
    return PostedComment(
        target.ref, remark.conflict_id, _comment_id(place), remark.digest, target.url
    )


def _refused(change: CommentChange, refused: NoteRefused) -> RefusedChange:
    return RefusedChange(change, refused.reason, refused.remedy, retryable=False)
