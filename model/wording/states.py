"""What a comment says in each state of its conflict: its first line, and the lines below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from model.conflicts import Conflict, Status
from model.decisions import decision_sentences, describe_decision
from model.findings import Briefing, Label
from model.freshness import readings_text
from model.operating_model.calendar import local_day
from model.operating_model.identity import Identity, IdentityKind, find_person
from model.operating_model.schema import OperatingModel
from model.rules.words import brief_key, format_day, shorten
from model.wording.audience import CommentAudience
from model.wording.budget import MOST_LINES, Line, optional_line, required_line
from model.wording.decider import decider_line, proposal_lines, turn_lines
from model.wording.importance import (
    AGE,
    DECIDER,
    FIRST_REASON,
    FURTHER_REASON,
    HEADING,
    QUESTION,
    REOPENED,
    WHAT_IT_WAS,
)

_MOST_OTHERS = MOST_LINES - 2
"""Sentences of a decision with a line of their own: besides who decided, and what people said."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment before it is fitted to its budget; `reasons` are shown as a list."""

    heading: Line
    before: tuple[Line, ...] = ()
    reasons: tuple[Line, ...] = ()
    after: tuple[Line, ...] = ()


def draft_comment(
    conflict: Conflict,
    labels: Mapping[int, Label],
    model: OperatingModel,
    audience: CommentAudience,
) -> Draft:
    """What is to be said about a conflict in its present state, the most important lines first."""
    match conflict.status:
        case Status.OPEN:
            return _draft_open(conflict, labels, model, audience)
        case Status.DECIDED:
            return _draft_decided(conflict, model)
        case Status.RESOLVED:
            return _draft_resolved(conflict, model)


def draft_withdrawal(conflict: Conflict) -> Draft:
    """What replaces the comment on a record that its conflict no longer concerns."""
    heading = required_line(
        HEADING, "Resolved here: the conflict no longer concerns this, and nothing is left to do."
    )
    return Draft(heading, reasons=(_what_it_was(conflict),))


def _draft_open(
    conflict: Conflict,
    labels: Mapping[int, Label],
    model: OperatingModel,
    audience: CommentAudience,
) -> Draft:
    briefing = find_briefing(conflict, audience.record_id)
    reasons = briefing.reasons if briefing else conflict.wording.explanation
    heading = _news_line(conflict, briefing, labels, audience.record_id)
    question = tuple(_question_lines(conflict, briefing))
    if _is_asked(conflict, labels, model, audience):
        heading, question = _request_line(conflict), ()
        reasons = (f"{briefing.news if briefing else conflict.wording.title}.", *reasons)
    importance = [FIRST_REASON, *(FURTHER_REASON - at for at in range(len(reasons)))]
    return Draft(
        heading=heading,
        before=tuple(_reopened_lines(conflict)),
        # Not strict: there is one number too many, and none for no reasons.
        reasons=tuple(map(optional_line, importance, reasons)),
        after=(
            *question,
            *_age_lines(conflict),
            *turn_lines(conflict),
            decider_line(conflict, model, audience),
        ),
    )


def find_briefing(conflict: Conflict, record_id: int | None) -> Briefing | None:
    """What the owners of a record are told; None where the rule says nothing to them."""
    briefings = conflict.wording.briefings
    return next((each for each in briefings if record_id in each.record_ids), None)


def _is_asked(
    conflict: Conflict,
    labels: Mapping[int, Label],
    model: OperatingModel,
    audience: CommentAudience,
) -> bool:
    """Whether the owner of the record that carries the comment is one who has to decide."""
    label = None if audience.record_id is None else labels.get(audience.record_id)
    if label is None or not label.owner:
        return False
    owner = find_person(model, Identity(IdentityKind.ACCOUNT, label.owner, audience.connection))
    return owner is not None and owner.id in {each.person for each in conflict.escalation.asked}


def _request_line(conflict: Conflict) -> Line:
    """Asks the owner, who has to decide, for the decision."""
    short = f"Please decide {_deadline(conflict)}"
    return required_line(HEADING, f"{short}: {conflict.wording.question}", f"{short}.")


def _deadline(conflict: Conflict) -> str:
    """`by 25 Nov 2026`, or `now` where that is over."""
    escalation = conflict.escalation
    return "now" if escalation.overdue else f"by {format_day(escalation.decide_by)}"


def _news_line(
    conflict: Conflict,
    briefing: Briefing | None,
    labels: Mapping[int, Label],
    record_id: int | None,
) -> Line:
    by = _deadline(conflict)
    own = "This" if record_id is None else f"Your {brief_key(labels, record_id)}"
    # However long the rule's words are, one sentence remains that fits everywhere.
    short = f"{own} needs a decision {by}."
    if briefing is None:
        title = conflict.wording.title
        return required_line(HEADING, f"{title}: somebody has to decide {by}.", short)
    plain = f"{briefing.news}."
    if request := briefing.request.replace("{by}", by):
        return required_line(HEADING, f"{briefing.news}: please {request}.", plain, short)
    return required_line(HEADING, plain, short)


def _question_lines(conflict: Conflict, briefing: Briefing | None) -> Iterator[Line]:
    # What the owner is asked is the same question, and stands in the first line already.
    if briefing is None or not briefing.request:
        yield optional_line(QUESTION, conflict.wording.question)


def _reopened_lines(conflict: Conflict) -> Iterator[Line]:
    if conflict.former_decision:
        because = f"Open again: {conflict.reopened_because}."
        before = f"Before, {describe_decision(conflict.former_decision)}."
        yield optional_line(REOPENED, f"{because} {before}", because)


def _age_lines(conflict: Conflict) -> Iterator[Line]:
    if conflict.age_text:
        waits = "its deadline waits" if conflict.status is Status.OPEN else "it stays as it is"
        age = f"Rests on {readings_text(conflict.old_readings)}."
        yield required_line(AGE, conflict.age_text, age, f"Its data are old; {waits}.")


def _draft_decided(conflict: Conflict, model: OperatingModel) -> Draft:
    decision = conflict.decision
    assert decision is not None
    on = local_day(model, decision.decided_at)
    meaning, who, *others = decision_sentences(decision, on)
    if len(others) > _MOST_OTHERS:
        # So that one of the lines is left for what people said about it.
        others[-2:] = [" ".join(others[-2:])]
    name, day = shorten(decision.person_name, 4), format_day(on)
    return Draft(
        heading=required_line(
            HEADING, f"Decided: {meaning}", f"Decided on {day}; the card says what."
        ),
        reasons=(
            required_line(DECIDER, who, f"Decided by {name} on {day}.", f"Decided by {name}."),
            *(optional_line(FIRST_REASON - at, sentence) for at, sentence in enumerate(others)),
            _what_it_was(conflict),
        ),
        after=(*proposal_lines(conflict), *_age_lines(conflict)),
    )


def _draft_resolved(conflict: Conflict, model: OperatingModel) -> Draft:
    assert conflict.resolved_at is not None
    on = format_day(local_day(model, conflict.resolved_at))
    heading = f"Resolved: the cause is gone since {on}, and nothing is left to do."
    if conflict.merged_into:
        heading = "Resolved here: our other comment about the same matter says it all."
    return Draft(required_line(HEADING, heading), reasons=(_what_it_was(conflict),))


def _what_it_was(conflict: Conflict) -> Line:
    return optional_line(WHAT_IT_WAS, f"It was about this: {conflict.wording.title}.")
