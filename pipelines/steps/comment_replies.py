"""Which comments of one connection hold the answers that authors of replies are still to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from model.comment_content import Target
from model.conflicts import Conflict, Status
from model.replies.outcomes import RecordedOutcome

_MOST_ANSWERS = 2
"""In one comment: those to the replies that were written last."""

Answers = Mapping[tuple[str, int], Sequence[str]]
"""By conflict id and id of the record that carries the comment."""


def place_answers(
    told: Iterable[RecordedOutcome],
    placed: Iterable[tuple[Conflict, Sequence[int]]],
    targets: Mapping[int, Target],
) -> Answers:
    """Each answer in the comment about its conflict on the record that carries the reply.

    Where there is none, it stands in the comment about the first conflict there; `placed` are the
    conflicts, worst first, with the records that carry their comments.
    """
    on_record: defaultdict[str, list[tuple[Conflict, int]]] = defaultdict(list)
    for conflict, record_ids in placed:
        for i in record_ids if conflict.status is not Status.RESOLVED else ():
            on_record[str(targets[i].ref)].append((conflict, i))
    answers: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for each in told:
        there = on_record[str(each.reply.reply.record)]
        about = [(c, i) for c, i in there if c.id == each.outcome.conflict_id] or there
        for conflict, i in about[:1]:
            if not _is_past(conflict, each):
                answers[conflict.id, i].append(each.outcome.answer)
    return {place: tuple(dict.fromkeys(texts[-_MOST_ANSWERS:])) for place, texts in answers.items()}


def _is_past(conflict: Conflict, each: RecordedOutcome) -> bool:
    """Whether the conflict was opened again, or decided, since the answer."""
    is_decided = conflict.decision is not None and conflict.decision.decided_at > each.at
    return is_decided or each.at < conflict.opened_at
