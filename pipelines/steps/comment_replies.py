"""What replies add to the comments of one connection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from model.comment_content import CommentState
from model.comments import CommentKey, DesiredComment
from model.conflicts import Conflict
from model.replies.notes import add_replies
from model.replies.outcomes import RecordedOutcome


def with_replies(
    desired: Sequence[DesiredComment],
    conflicts: Mapping[str, Conflict],
    told: Iterable[RecordedOutcome],
) -> list[DesiredComment]:
    """The comments with what was said about their conflicts, and the answers still to be read.

    An answer stands in the comment about its conflict on the record that carries the reply; where
    there is none, in the comment about the worst conflict there.
    """
    in_force = [each for each in desired if each.content.state is not CommentState.RESOLVED]
    answers = _answers_by_comment(in_force, told)
    return [
        replace(
            each,
            content=add_replies(
                each.content, conflicts[each.content.conflict_id], answers.get(each.key, ())
            ),
        )
        if each.content.state is not CommentState.RESOLVED
        else each
        for each in desired
    ]


def _answers_by_comment(
    desired: Iterable[DesiredComment], told: Iterable[RecordedOutcome]
) -> dict[CommentKey, list[RecordedOutcome]]:
    on_record: defaultdict[str, list[DesiredComment]] = defaultdict(list)
    # Conflicts come worst first.
    for comment in desired:
        on_record[str(comment.target.ref)].append(comment)
    answers: defaultdict[CommentKey, list[RecordedOutcome]] = defaultdict(list)
    for each in told:
        there = on_record[str(each.reply.reply.record)]
        about = [c for c in there if c.content.conflict_id == each.outcome.conflict_id] or there
        if about:
            answers[about[0].key].append(each)
    return answers
