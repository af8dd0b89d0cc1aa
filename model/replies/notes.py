"""What replies add to a comment: what people said about its conflict, and what they are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from model.comment_content import CommentContent, Paragraph, TextSpan
from model.conflicts import Conflict, Statement, StatementKind, Status
from model.replies.outcomes import RecordedOutcome
from model.rules.words import format_list

_MOST_TOLD = 3


def statement_sentences(conflict: Conflict) -> tuple[str, ...]:
    """What people said about a conflict since it opened, a sentence each."""
    if conflict.status is Status.RESOLVED:
        return ()
    said = conflict.statements
    seen = [_name(each) for each in said if each.kind is StatementKind.SEEN]
    sentences = [f"Seen by {format_list(seen)}."] if seen else []
    return (*sentences, *(each for statement in said for each in _sentence(conflict, statement)))


def add_replies(
    content: CommentContent, conflict: Conflict, told: Sequence[RecordedOutcome]
) -> CommentContent:
    """The comment with what was said about its conflict, and a line per answer still to be read.

    The answers stand in the comment on the record on which they were asked for.
    """
    sentences = statement_sentences(conflict)
    answers = list(_answers(conflict, told))
    facts = (*content.facts, ("Replies", " ".join((*sentences, *answers))))
    lines = [" ".join(sentences), *answers] if sentences else answers
    notes = tuple(Paragraph((TextSpan(line),)) for line in lines)
    # Before the last block, which says where the comment comes from.
    blocks = (*content.blocks[:-1], *notes, *content.blocks[-1:])
    return replace(content, blocks=blocks, facts=facts if content.facts else ())


def _answers(conflict: Conflict, told: Iterable[RecordedOutcome]) -> Iterator[str]:
    open_ones = [each for each in told if not _is_past(conflict, each)]
    yield from dict.fromkeys(each.outcome.answer for each in open_ones[-_MOST_TOLD:])


def _is_past(conflict: Conflict, each: RecordedOutcome) -> bool:
    """Whether the conflict was opened again, decided or resolved since the answer."""
    if conflict.status is Status.RESOLVED or each.at < conflict.opened_at:
        return True
    return conflict.decision is not None and conflict.decision.decided_at > each.at


def _sentence(conflict: Conflict, statement: Statement) -> Iterator[str]:
    name = _name(statement)
    reason = f": {statement.text.rstrip('.')}." if statement.text else "."
    match statement.kind:
        case StatementKind.OWNER:
            named = "" if statement.about == name else f", named by {name}"
            yield f"{statement.about} takes care of it{named}{reason}"
        case StatementKind.ESCALATED:
            yield f"Escalated by {name}{reason}"
        case StatementKind.NOT_OURS:
            yield f"{name} says that it is not theirs{reason}"
        case StatementKind.UNCONFIRMED if conflict.status is Status.OPEN:
            author = f" for {statement.person_name}" if statement.person_name else ""
            yield (
                f"The file says “{statement.text}”{author}; it counts once {statement.about} "
                "confirms it in Dagster."
            )


def _name(statement: Statement) -> str:
    name = statement.person_name or "somebody"
    return name if statement.person else f"{name} (not verified)"
