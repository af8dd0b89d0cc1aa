"""Who decides by when, and what happens otherwise."""

from __future__ import annotations

from model.comment_content import MentionSpan, Span, TextSpan
from model.conflicts import Conflict, EscalationStatus
from model.operating_model.schema import OperatingModel
from model.rules.words import format_day, shorten
from model.wording.audience import CommentAudience
from model.wording.budget import Line, required_line
from model.wording.importance import DECIDER

_NAME_WORDS = 4
"""The most words of a name in a comment that is short of space."""


def decider_line(conflict: Conflict, model: OperatingModel, audience: CommentAudience) -> Line:
    """The line that stays in every comment about an open conflict."""
    escalation = conflict.escalation
    if escalation.authority is None:
        return required_line(
            DECIDER, "Nobody has the right to decide this; the operating model needs one."
        )
    person, role = escalation.authority.person_name, escalation.authority.role_name
    # In the tool that shows the comment: a mention with another tool's account would notify
    # nobody.
    identities = {each.id: each.identities for each in model.people}
    identity = identities.get(escalation.authority.person, {}).get(audience.connection)
    decides = "was to decide by" if escalation.overdue else "decides by"
    day = TextSpan(format_day(escalation.decide_by), strong=True)
    full, brief = _consequences(escalation)
    versions: tuple[tuple[Span, ...], ...] = (
        (MentionSpan(person, identity), TextSpan(f" ({role}) {decides} "), day, TextSpan(full)),
        (MentionSpan(person, identity), TextSpan(f" {decides} "), day, TextSpan(brief)),
        (
            MentionSpan(shorten(person, _NAME_WORDS), identity),
            TextSpan(f" {decides} "),
            day,
            TextSpan(brief),
        ),
    )
    return Line(versions, DECIDER, is_required=True)


def _consequences(escalation: EscalationStatus) -> tuple[str, str]:
    """What follows the day, in full and in brief."""
    if escalation.overdue:
        return "; it is still undecided.", "; it is still undecided."
    following = escalation.following
    if following is None:
        return f"; otherwise {escalation.otherwise}.", "; otherwise it stays undecided."
    name, until = following.person_name, format_day(following.decide_by)
    return (
        f"; otherwise it goes to {name}, who has until {until}.",
        f"; otherwise {shorten(name, _NAME_WORDS)} by {until}.",
    )
