"""The columns of a file of comments in which people answer: `Answer` and `Answered by`.

Files have no accounts, so an answer has no author that could be verified. The cells belong to
people: they are read, and written back as they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from connectors.kit.delimited_text import fold_heading
from connectors.kit.replies import storable
from model.comments import CommentKey
from model.replies.reply import Reply

ANSWER, ANSWERED_BY = "Answer", "Answered by"

# Some write the command as in a tool; a spreadsheet may have put an apostrophe before a sign.
_LEAD = re.compile(r"^\s*'?\s*(?:/?\s*interlock\b[:,]?)?\s*", re.IGNORECASE)


def is_answer_column(heading: str) -> bool:
    """Whether a column is one of the two, whatever case or blanks people gave it.

    Nothing of ours is written into such a column.
    """
    return fold_heading(heading) in map(fold_heading, (ANSWER, ANSWERED_BY))


def missing_answer_columns(headings: Iterable[str]) -> list[str]:
    """Those of the two columns that a file lacks."""
    present = set(map(fold_heading, headings))
    return [name for name in (ANSWER, ANSWERED_BY) if fold_heading(name) not in present]


def read_answer(cells: Sequence[tuple[str, str]], comment: CommentKey) -> Reply | None:
    """The answer in a row, given as headings with their cells; None for an empty one."""
    return to_reply(_first(cells, ANSWER), _first(cells, ANSWERED_BY), comment)


def to_reply(answer: str, name: str, comment: CommentKey) -> Reply | None:
    """What somebody answered to a comment in a file; None for an empty answer.

    Its id names the conflict and the record, so it stays the same wherever the answer stands.
    """
    text = _LEAD.sub("", storable(answer), count=1).strip()
    if not text:
        return None
    conflict_id, record = comment
    return Reply(
        record,
        f"{conflict_id} {record.native_id}",
        text,
        author=None,
        author_name=" ".join(storable(name).split()),
        conflict_id=conflict_id,
        is_answer=True,
    )


def _first(cells: Sequence[tuple[str, str]], name: str) -> str:
    """The first cell under such a heading that is not empty."""
    wanted = fold_heading(name)
    found = (cell for heading, cell in cells if fold_heading(heading) == wanted and cell.strip())
    return next(found, "")
