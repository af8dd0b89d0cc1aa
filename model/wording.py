"""The words of a comment: what breaks, why, who decides by when, and what happens otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from model.comment_content import (
    Block,
    Bullets,
    CommentContent,
    CommentState,
    LinkSpan,
    MentionSpan,
    Paragraph,
    Span,
    TextSpan,
)
from model.conflicts import Conflict, Status
from model.decisions import decision_sentences, describe_decision
from model.escalation_status import deadline_text
from model.findings import ChainStep, Label
from model.operating_model.calendar import local_day
from model.operating_model.schema import OperatingModel
from model.records import Kind, Ref
from model.rules.words import format_day, is_behind


@dataclass(frozen=True, slots=True)
class CommentAudience:
    """For whom a comment is worded: the connection whose people read it, and where the card is."""

    connection: str
    card_url: str


def build_content(
    conflict: Conflict,
    labels: Mapping[int, Label],
    model: OperatingModel,
    audience: CommentAudience,
) -> CommentContent:
    """The comment that one tool should show about a conflict in its present state."""
    state = CommentState(conflict.status.value)
    blocks = _state_blocks(conflict, labels, model, audience)
    severity = conflict.severity.name.capitalize()
    prefix = {Status.OPEN: severity, Status.DECIDED: "Decided", Status.RESOLVED: "Resolved"}
    return CommentContent(
        conflict.id,
        state,
        f"{prefix[conflict.status]}: {conflict.wording.title}",
        (*blocks, *_age_blocks(conflict), _footer(conflict, audience)),
        _facts(conflict, labels, model),
    )


def build_withdrawal(conflict: Conflict, audience: CommentAudience) -> CommentContent:
    """What replaces the comment on a record that its conflict no longer concerns."""
    notice = _paragraph("The conflict is no longer about this; nothing is left to decide here.")
    heading = f"Resolved here: {conflict.wording.title}"
    blocks = (notice, _footer(conflict, audience))
    return CommentContent(conflict.id, CommentState.RESOLVED, heading, blocks)


def _state_blocks(
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


def to_plain_text(content: CommentContent) -> str:
    """A comment as plain text, for a dry run or a person at a terminal."""
    lines = [_one_line(content.heading)]
    for block in content.blocks:
        if isinstance(block, Paragraph):
            lines.append(_spans_to_text(block.spans))
        else:
            lines += [f"- {_spans_to_text(spans)}" for spans in block.items]
    return "\n".join(lines)


def _spans_to_text(spans: tuple[Span, ...]) -> str:
    return _one_line("".join(_span_to_text(span) for span in spans))


def _one_line(text: str) -> str:
    # A title of a tool may hold line breaks, which would look like lines of ours.
    return " ".join(text.splitlines())


def _span_to_text(span: Span) -> str:
    match span:
        case TextSpan(text):
            return text
        case LinkSpan(text, url):
            return f"{text} ({url})"
        case MentionSpan(name):
            return f"@{name}"


def _open_blocks(
    conflict: Conflict,
    labels: Mapping[int, Label],
    model: OperatingModel,
    audience: CommentAudience,
) -> tuple[Block, ...]:
    blocks: list[Block] = [
        *_reopened_blocks(conflict),
        _paragraph(" ".join(conflict.wording.explanation)),
    ]
    if conflict.finding.chain:
        blocks.append(Bullets(tuple(_step_spans(step, labels) for step in conflict.finding.chain)))
    blocks.append(_paragraph(conflict.wording.question))
    blocks.append(Paragraph(_authority_spans(conflict, model, audience)))
    return tuple(blocks)


def _reopened_blocks(conflict: Conflict) -> Iterator[Block]:
    if conflict.former_decision:
        before = describe_decision(conflict.former_decision)
        yield _paragraph(f"Open again: {conflict.reopened_because}. Before, {before}.")


def _decided_blocks(conflict: Conflict, model: OperatingModel) -> tuple[Block, ...]:
    assert conflict.decision is not None
    on = local_day(model, conflict.decision.decided_at)
    meaning, *others = decision_sentences(conflict.decision, on)
    return (
        Paragraph((TextSpan(meaning, strong=True),)),
        _paragraph(" ".join(others)),
        _paragraph(" ".join(conflict.wording.explanation)),
    )


def _resolved_blocks(conflict: Conflict, model: OperatingModel) -> tuple[Block, ...]:
    assert conflict.resolved_at is not None
    on = local_day(model, conflict.resolved_at)
    return (
        _paragraph(f"The cause is gone since {format_day(on)}; nothing is left to decide here."),
    )


def _age_blocks(conflict: Conflict) -> tuple[Block, ...]:
    return (_paragraph(conflict.age_text),) if conflict.age_text else ()


def _paragraph(text: str) -> Paragraph:
    return Paragraph((TextSpan(text),))


def _step_spans(step: ChainStep, labels: Mapping[int, Label]) -> tuple[Span, ...]:
    """`CDP-12 Profile service: due 4 Dec 2026 (Jira "Due date"), forecast 18 Dec 2026`."""
    label = labels[step.record_id]
    name: Span = LinkSpan(label.key, label.url) if label.url else TextSpan(label.key, strong=True)
    # A deal's key is its name; twice would read like two things.
    title = "" if label.title == label.key else f" {label.title}"
    deal = Ref.parse(label.ref).kind is Kind.DEAL
    due = "closes" if deal else "due"
    source = f" ({step.source})" if step.source else ""
    planned = f"{due} {format_day(step.planned)}{source}" if step.planned else "no due date"
    # A forecast that keeps the plan is no news and would only lengthen the comment.
    moves = step.done or is_behind(step)
    verb = "finished" if step.done else "the work for it is there on" if deal else "forecast"
    forecast = f", {verb} {format_day(step.forecast)}" if moves else ""
    why = f"; the next waits for it ({step.why})" if step.why else ""
    return name, TextSpan(f"{title}: {planned}{forecast}{why}")


def _authority_spans(
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


def _footer(conflict: Conflict, audience: CommentAudience) -> Paragraph:
    return Paragraph((LinkSpan(f"Interlock {conflict.id}", audience.card_url),))


def _facts(
    conflict: Conflict, labels: Mapping[int, Label], model: OperatingModel
) -> tuple[tuple[str, str], ...]:
    """The columns of a findings file."""
    names = model.function_names
    authority = conflict.escalation.authority
    decider = f"{authority.person_name} ({authority.role_name})" if authority else "nobody"
    subjects = [labels[i] for i in conflict.finding.subjects if i in labels]
    decision = conflict.decision
    return (
        ("Conflict", conflict.id),
        ("Status", conflict.status.value),
        ("Severity", conflict.severity.name.lower()),
        ("What", conflict.wording.title),
        ("Explanation", " ".join(filter(None, (*conflict.wording.explanation, conflict.age_text)))),
        ("Functions", ", ".join(names.get(f, f) for f in conflict.finding.functions)),
        ("Concerns", ", ".join(dict.fromkeys(label.key for label in subjects))),
        ("Who decides", decider),
        ("Decide by", conflict.escalation.decide_by.isoformat()),
        ("Otherwise", conflict.escalation.otherwise),
        ("Decision", " ".join(decision_sentences(decision)) if decision else ""),
    )
