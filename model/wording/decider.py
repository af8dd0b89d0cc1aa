"""Who decides by when, and what happens otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from model.agreement import agreement_text, proposal_sentences
from model.comment_content import MentionSpan, Span, TextSpan
from model.conflicts import Conflict, EscalationStatus
from model.escalation_status import deadline_text
from model.operating_model.schema import OperatingModel
from model.rules.words import format_day, shorten
from model.wording.audience import CommentAudience
from model.wording.budget import Line, optional_line, required_line
from model.wording.importance import ABSENCE, DECIDER, ORIGIN, PROPOSALS

_NAME_WORDS = 3
"""The most words of a name in a comment that is short of space."""
_MOST_NAMES = 2


def decider_line(conflict: Conflict, model: OperatingModel, audience: CommentAudience) -> Line:
    """The line that stays in every comment about an open conflict."""
    escalation = conflict.escalation
    if escalation.authority is None:
        return required_line(
            DECIDER, "Nobody has the right to decide this; the operating model needs one."
        )
    decides, _ = deadline_text(escalation)
    day = TextSpan(format_day(escalation.decide_by), strong=True)
    full, brief = _consequences(escalation)
    # In the tool that shows the comment: a mention with another tool's account would notify
    # nobody.
    identities = {each.id: each.identities.get(audience.connection) for each in model.people}
    asked = [(each, identities.get(each.person)) for each in escalation.asked]
    named = [
        (MentionSpan(each.person_name, identity), TextSpan(each.capacity))
        for each, identity in asked
    ]
    unnamed = [(MentionSpan(each.person_name, identity),) for each, identity in asked]
    short: list[tuple[Span, ...]] = [
        (MentionSpan(shorten(each.person_name, _NAME_WORDS), identity),)
        for each, identity in asked[:_MOST_NAMES]
    ]
    if len(asked) > _MOST_NAMES:
        short.append((TextSpan(f"{len(asked) - _MOST_NAMES} more"),))
    versions: tuple[tuple[Span, ...], ...] = (
        (*_join(named), TextSpan(f" {decides} "), day, TextSpan(full)),
        (*_join(unnamed), TextSpan(f" {decides} "), day, TextSpan(brief)),
        (*_join(short), TextSpan(f" {decides} "), day, TextSpan(brief)),
    )
    return Line(versions, DECIDER, is_required=True)


def turn_lines(conflict: Conflict) -> Iterator[Line]:
    """What the functions agreed to so far, from whom the conflict comes, and who is away."""
    escalation = conflict.escalation
    yield from proposal_lines(conflict)
    if origin := escalation.came_from:
        sentence = f"{origin[:1].upper()}{origin[1:]}"
        yield optional_line(ORIGIN, f"{sentence}.", f"{re.split(', (?:who|away)', sentence)[0]}.")
    if escalation.absence:
        yield optional_line(ABSENCE, escalation.absence)


def proposal_lines(conflict: Conflict) -> Iterator[Line]:
    """What the functions have agreed to, or proposed otherwise, while not all have agreed."""
    if conflict.proposals:
        brief = agreement_text(conflict)
        full = " ".join(proposal_sentences(conflict))
        yield optional_line(PROPOSALS, full, f"{brief[:1].upper()}{brief[1:]}.")


def _join(names: Sequence[tuple[Span, ...]]) -> Iterator[Span]:
    for number, name in enumerate(names):
        if number:
            yield TextSpan(" and ")
        yield from name


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
