"""Who decides by when, and what happens otherwise."""

from __future__ import annotations

from model.comment_content import MentionSpan, Span, TextSpan
from model.conflicts import Conflict
from model.escalation_status import deadline_text
from model.operating_model.schema import OperatingModel
from model.rules.words import format_day
from model.wording.audience import CommentAudience


def authority_spans(
    conflict: Conflict, model: OperatingModel, audience: CommentAudience
) -> tuple[Span, ...]:
    escalation = conflict.escalation
    if escalation.authority is None:
        return (TextSpan("Nobody has the right to decide this; the operating model needs one."),)
    authority, (decides, consequence) = escalation.authority, deadline_text(escalation)
    # In the tool that shows the comment: a mention with another tool's account would notify
    # nobody.
    identities = {person.id: person.identities for person in model.people}.get(authority.person, {})
    return (
        MentionSpan(authority.person_name, identities.get(audience.connection)),
        TextSpan(f" ({authority.role_name}) {decides} "),
        TextSpan(format_day(escalation.decide_by), strong=True),
        TextSpan(f". {consequence}"),
    )
