"""What a comment says in each state of its conflict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from model.comment_content import Block, Bullets, Paragraph, TextSpan
from model.conflicts import Conflict, Status
from model.decisions import decision_sentences, describe_decision
from model.findings import Label
from model.operating_model.calendar import local_day
from model.operating_model.schema import OperatingModel
from model.rules.words import format_day
from model.wording.audience import CommentAudience
from model.wording.chain_steps import step_spans
from model.wording.decider import authority_spans


def state_blocks(
    conflict: Conflict,
    labels: Mapping[int, Label],
    model: OperatingModel,
    audience: CommentAudience,
) -> tuple[Block, ...]:
    match conflict.status:
        case Status.OPEN:
            return _open_blocks(conflict, labels, model, audience)
        case Status.DECIDED:
            return _decided_blocks(conflict, model)
        case Status.RESOLVED:
            return _resolved_blocks(conflict, model)


def _open_blocks(
    conflict: Conflict,
    labels: Mapping[int, Label],
    model: OperatingModel,
    audience: CommentAudience,
) -> tuple[Block, ...]:
    blocks: list[Block] = [
        *_reopened_blocks(conflict),
        paragraph(" ".join(conflict.wording.explanation)),
    ]
    if conflict.finding.chain:
        blocks.append(Bullets(tuple(step_spans(step, labels) for step in conflict.finding.chain)))
    blocks.append(paragraph(conflict.wording.question))
    blocks.append(Paragraph(authority_spans(conflict, model, audience)))
    return tuple(blocks)


def _reopened_blocks(conflict: Conflict) -> Iterator[Block]:
    if conflict.former_decision:
        before = describe_decision(conflict.former_decision)
        yield paragraph(f"Open again: {conflict.reopened_because}. Before, {before}.")


def _decided_blocks(conflict: Conflict, model: OperatingModel) -> tuple[Block, ...]:
    assert conflict.decision is not None
    on = local_day(model, conflict.decision.decided_at)
    meaning, *others = decision_sentences(conflict.decision, on)
    return (
        Paragraph((TextSpan(meaning, strong=True),)),
        paragraph(" ".join(others)),
        paragraph(" ".join(conflict.wording.explanation)),
    )


def _resolved_blocks(conflict: Conflict, model: OperatingModel) -> tuple[Block, ...]:
    assert conflict.resolved_at is not None
    on = local_day(model, conflict.resolved_at)
    return (
        paragraph(f"The cause is gone since {format_day(on)}; nothing is left to decide here."),
    )


def age_blocks(conflict: Conflict) -> tuple[Block, ...]:
    return (paragraph(conflict.age_text),) if conflict.age_text else ()


def paragraph(text: str) -> Paragraph:
    return Paragraph((TextSpan(text),))
