"""What people said about a conflict, and what the authors of replies are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model.conflicts import Conflict, Statement, StatementKind, Status
from model.replies.forms import without_forms
from model.rules.words import format_list
from model.wording.budget import Line, required_line
from model.wording.importance import ANSWER, BESIDES, STATEMENTS, UNCONFIRMED

_Remark = tuple[int, tuple[str, ...]]
"""How important it is, and its versions, the fullest first."""


def reply_lines(conflict: Conflict, told: Sequence[str]) -> Iterator[Line]:
    """A line of what was said since the conflict opened, one per confirmation, one of answers.

    Of a decided conflict all of it is one line, which yields to what the decision says.
    """
    remarks = list(_remarks(conflict, told))
    if conflict.status is Status.DECIDED and remarks:
        most = max(len(versions) for _, versions in remarks)
        joined = [
            " ".join(versions[min(step, len(versions) - 1)] for _, versions in remarks)
            for step in range(most)
        ]
        yield required_line(BESIDES, *joined)
        return
    for importance, versions in remarks:
        yield required_line(importance, *versions)


def _remarks(conflict: Conflict, told: Sequence[str]) -> Iterator[_Remark]:
    if said := statement_sentences(conflict):
        brief = statement_sentences(conflict, with_reasons=False)
        yield STATEMENTS, (" ".join(said), " ".join(brief), brief[-1])
    for statement in _unconfirmed(conflict):
        short = f"{statement.about} is asked to confirm in Dagster what the file says."
        yield UNCONFIRMED, (_confirmation(statement), short)
    if told:
        yield ANSWER, (" ".join(told), " ".join(map(without_forms, told)), _where_answered(told))


def _where_answered(told: Sequence[str]) -> str:
    replies = f"{len(told)} replies were" if len(told) > 1 else "A reply was"
    return f"{replies} answered: see “interlock replies” and the card."


def reply_text(conflict: Conflict, told: Sequence[str] = ()) -> str:
    """All of it, for the column of a findings file and for the card."""
    asked = map(_confirmation, _unconfirmed(conflict))
    return " ".join((*statement_sentences(conflict), *asked, *told))


def statement_sentences(conflict: Conflict, *, with_reasons: bool = True) -> tuple[str, ...]:
    """What people said about a conflict since it opened, a sentence each."""
    if conflict.status is Status.RESOLVED:
        return ()
    said = conflict.statements
    seen = [_name(each) for each in said if each.kind is StatementKind.SEEN]
    sentences = [f"Seen by {format_list(seen)}."] if seen else []
    others = (each for statement in said for each in _sentence(statement, with_reasons))
    return (*sentences, *others)


def _sentence(statement: Statement, with_reasons: bool) -> Iterator[str]:
    name = _name(statement)
    has_reason = with_reasons and statement.text
    reason = f": {statement.text.rstrip('.')}." if has_reason else "."
    match statement.kind:
        case StatementKind.OWNER:
            named = "" if statement.about == name else f", named by {name}"
            yield f"{statement.about} takes care of it{named}{reason}"
        case StatementKind.ESCALATED:
            yield f"Escalated by {name}{reason}"
        case StatementKind.NOT_OURS:
            yield f"{name} says that it is not theirs{reason}"


def _unconfirmed(conflict: Conflict) -> tuple[Statement, ...]:
    """What files say that nobody has confirmed, or decided otherwise, since."""
    if conflict.status is Status.RESOLVED:
        return ()
    decided_at = conflict.decision.decided_at if conflict.decision else None
    return tuple(
        each
        for each in conflict.statements
        if each.kind is StatementKind.UNCONFIRMED and (decided_at is None or each.at > decided_at)
    )


def _confirmation(statement: Statement) -> str:
    author = f" for {statement.person_name}" if statement.person_name else ""
    says = f"The file says “{statement.text}”{author}"
    return f"{says}; it counts once {statement.about} confirms it in Dagster."


def _name(statement: Statement) -> str:
    name = statement.person_name or "somebody"
    return name if statement.person else f"{name} (not verified)"
