"""Comments on a CSV file: rows of the notes file beside it."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.kit.delimited_text import UnreadableFile
from connectors.kit.files import FileBlocked, replace_file
from connectors.spreadsheets import notes_file
from connectors.spreadsheets.plan_files import PlanFile
from connectors.spreadsheets.plan_rows import PlanRow
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target
from model.replies.reply import Reply


def find_csv_comments(
    plan: PlanFile, targets: Sequence[tuple[Target, PlanRow]]
) -> list[PostedComment]:
    """Our comments on these rows; none when the file in that place is not a notes file."""
    try:
        entries, _ = notes_file.read_entries(_read_notes_file(plan), plan.delimiter or ",")
    except UnreadableFile:
        return []
    return [
        PostedComment(target.ref, entry[notes_file.CONFLICT], row.key, entry.get(notes_file.DIGEST))
        for target, row in targets
        for entry in notes_file.entries_with_key(entries, row.key)
    ]


def find_csv_answers(plan: PlanFile, targets: Sequence[tuple[Target, PlanRow]]) -> list[Reply]:
    """What people answered in the notes file; raises UnreadableFile when it is none."""
    path = notes_file.notes_path(plan.path)
    try:
        entries, _ = notes_file.read_entries(_read_notes_file(plan), plan.delimiter or ",")
    except UnreadableFile as error:
        raise UnreadableFile(f"{path.name}: {error.reason}", error.remedy) from None
    return [
        reply
        for target, row in targets
        for entry in notes_file.entries_with_key(entries, row.key)
        if (reply := notes_file.find_answer(entry, (entry[notes_file.CONFLICT], target.ref)))
    ]


def apply_csv_comments(
    plan: PlanFile, changes: Sequence[tuple[CommentChange, PlanRow]]
) -> list[Outcome]:
    """Write all changes of a file at once, or refuse them all with the reason."""
    path = notes_file.notes_path(plan.path)
    try:
        raw = _read_notes_file(plan)
        entries, delimiter = notes_file.read_entries(raw, plan.delimiter or ",")
        for change, row in changes:
            entries = notes_file.put_entry(entries, row.key, change.content)
        after = notes_file.to_bytes(entries, delimiter)
        if after != raw:
            replace_file(path, raw, after)
    except UnreadableFile as error:
        reason = f"{path.name} is no notes file: {error.reason}"
        remedy = notes_file.MOVE_ELSEWHERE
        return [RefusedChange(change, reason, remedy, retryable=False) for change, _ in changes]
    except FileBlocked as blocked:
        return [RefusedChange(change, blocked.reason, blocked.remedy) for change, _ in changes]
    return [
        PostedComment(c.target.ref, c.content.conflict_id, row.key, c.content.digest)
        for c, row in changes
    ]


def _read_notes_file(plan: PlanFile) -> bytes | None:
    path = notes_file.notes_path(plan.path)
    return path.read_bytes() if path.exists() else None
