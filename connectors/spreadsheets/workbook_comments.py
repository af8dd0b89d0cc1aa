"""Comments in a workbook: sections in the notes of a row's cells, all of a file in one write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.kit.answer_columns import to_reply
from connectors.kit.files import FileBlocked, replace_file
from connectors.spreadsheets.note_sections import parse_sections, put_section
from connectors.spreadsheets.notes import (
    CellNote,
    NotAPackage,
    NoteCell,
    NoteRefused,
    find_note_refusals,
    read_notes,
    write_notes,
)
from connectors.spreadsheets.plan_files import PlanFile
from connectors.spreadsheets.plan_rows import PlanRow
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target
from model.replies.reply import Reply

_NO_CELL = NoteRefused(
    "every mapped cell of the row carries a conversation, beside which Excel keeps no note",
    "Resolve and delete one of the conversations",
)


def find_workbook_comments(
    plan: PlanFile, targets: Sequence[tuple[Target, PlanRow]]
) -> list[PostedComment]:
    """Our sections in the notes of these rows; raises NotAPackage for a damaged workbook."""
    notes = read_notes(plan.raw)
    return [
        PostedComment(
            target.ref, section.conflict_id, _comment_id(cell), section.digest, target.url
        )
        for target, row in targets
        for cell in _note_cells(row)
        if cell in notes
        for section in parse_sections(notes[cell].text)
    ]


def find_workbook_answers(plan: PlanFile, targets: Sequence[tuple[Target, PlanRow]]) -> list[Reply]:
    """What people typed below our sections in the notes of these rows; raises NotAPackage."""
    notes = read_notes(plan.raw)
    return [
        reply
        for target, row in targets
        for cell in _note_cells(row)
        if cell in notes
        for section in parse_sections(notes[cell].text)
        if (reply := to_reply(section.answer, "", (section.conflict_id, target.ref)))
    ]


def apply_workbook_comments(
    plan: PlanFile, changes: Sequence[tuple[CommentChange, PlanRow]]
) -> list[Outcome]:
    """Write all changes of a file at once and return one outcome per change.

    A change that its sheet or cells refuse does not affect the others.
    """
    try:
        notes = read_notes(plan.raw)
        refusals = find_note_refusals(plan.raw, {row.sheet for _, row in changes})
    except NotAPackage as error:
        damaged = NoteRefused(f"{plan.name} takes no note: {error}", "Repair the file in Excel")
        return [_refused(change, damaged) for change, _ in changes]
    texts: dict[NoteCell, str] = {}
    outcomes: list[Outcome] = []
    for change, row in changes:
        cell = _choose_cell(row, notes, change.content.conflict_id)
        refusal = refusals.get(row.sheet) or (None if cell else _NO_CELL)
        if refusal or cell is None:
            outcomes.append(_refused(change, refusal or _NO_CELL))
            continue
        # Several conflicts may share the note of one cell.
        before = texts.get(cell, notes[cell].text if cell in notes else "")
        texts[cell] = put_section(before, change.content)
        outcomes.append(_posted(change, cell))
    return _write(plan, texts, outcomes, [change for change, _ in changes])


def _write(
    plan: PlanFile,
    texts: Mapping[NoteCell, str],
    outcomes: list[Outcome],
    changes: Sequence[CommentChange],
) -> list[Outcome]:
    """Replace the file and return the outcomes; when it cannot be, every change is refused."""
    try:
        after = write_notes(plan.raw, texts)
        if after != plan.raw:
            replace_file(plan.path, plan.raw, after)
    except NoteRefused as refusal:
        return [_refused(change, refusal) for change in changes]
    except NotAPackage as error:
        damaged = NoteRefused(f"{plan.name} takes no note: {error}", "Repair the file in Excel")
        return [_refused(change, damaged) for change in changes]
    except FileBlocked as blocked:
        return [RefusedChange(change, blocked.reason, blocked.remedy) for change in changes]
    return outcomes


def _choose_cell(
    row: PlanRow, notes: Mapping[NoteCell, CellNote], conflict_id: str
) -> NoteCell | None:
    """The cell that has the conflict's section; else the first without a conversation."""
    # Excel overwrites the note of a cell that has a conversation.
    free = [cell for cell in _note_cells(row) if cell not in notes or not notes[cell].is_threaded]
    with_section = (
        cell
        for cell in free
        if cell in notes
        and any(section.conflict_id == conflict_id for section in parse_sections(notes[cell].text))
    )
    return next(with_section, free[0] if free else None)


def _note_cells(row: PlanRow) -> list[NoteCell]:
    return [(row.sheet, cell) for cell in row.note_cells]


def _comment_id(cell: NoteCell) -> str:
    return "!".join(cell)


def _posted(change: CommentChange, cell: NoteCell) -> PostedComment:
    content, target = change.content, change.target
    return PostedComment(
        target.ref, content.conflict_id, _comment_id(cell), content.digest, target.url
    )


def _refused(change: CommentChange, refusal: NoteRefused) -> RefusedChange:
    return RefusedChange(change, refusal.reason, refusal.remedy, retryable=False)
