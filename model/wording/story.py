"""The whole story of a conflict, for a terminal: no comment is as long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from model.agreement import proposal_sentences
from model.comment_content import (
    Block,
    Bullets,
    CommentContent,
    CommentState,
    LinkSpan,
    Paragraph,
    TextSpan,
)
from model.conflicts import Conflict, Status
from model.decisions import decision_sentences, describe_decision
from model.escalation_status import deadline_text
from model.findings import Label
from model.operating_model.calendar import local_day
from model.operating_model.schema import OperatingModel
from model.rules.words import format_day, format_list
from model.wording.chain_steps import step_spans

_PREFIX = {Status.DECIDED: "Decided", Status.RESOLVED: "Resolved"}


def build_story(
    conflict: Conflict, labels: Mapping[int, Label], model: OperatingModel, card_url: str
) -> CommentContent:
    """Title, explanation, chain, and who decides or what was decided."""
    prefix = _PREFIX.get(conflict.status, conflict.severity.name.capitalize())
    chain = tuple(step_spans(step, labels) for step in conflict.finding.chain)
    blocks: tuple[Block, ...] = (
        *map(_paragraph, _outcome(conflict, model)),
        _paragraph(" ".join(conflict.wording.explanation)),
        *((Bullets(chain),) if chain else ()),
        *map(_paragraph, _next_step(conflict)),
        Paragraph((LinkSpan(f"Interlock {conflict.id}", card_url),)),
    )
    return CommentContent(
        conflict.id,
        CommentState(conflict.status.value),
        f"{prefix}: {conflict.wording.title}",
        blocks,
    )


def _outcome(conflict: Conflict, model: OperatingModel) -> Iterator[str]:
    if conflict.status is Status.DECIDED and conflict.decision:
        on = local_day(model, conflict.decision.decided_at)
        yield " ".join(decision_sentences(conflict.decision, on))
    if conflict.status is Status.RESOLVED and conflict.resolved_at:
        on = local_day(model, conflict.resolved_at)
        yield f"The cause is gone since {format_day(on)}."
    if conflict.former_decision:
        before = describe_decision(conflict.former_decision)
        yield f"Open again: {conflict.reopened_because}. Before, {before}."


def _next_step(conflict: Conflict) -> Iterator[str]:
    escalation = conflict.escalation
    if conflict.status is Status.OPEN:
        yield conflict.wording.question
        if escalation.authority is None:
            yield "Nobody has the right to decide this; the operating model needs one."
        else:
            decides, consequence = deadline_text(escalation)
            who = format_list(map(str, escalation.asked))
            yield f"{who} {decides} {format_day(escalation.decide_by)}. {consequence}"
    yield from proposal_sentences(conflict)
    if conflict.age_text:
        yield conflict.age_text


def _paragraph(text: str) -> Paragraph:
    return Paragraph((TextSpan(text),))
