"""One line per step of the chain that explains a conflict."""

from __future__ import annotations

from collections.abc import Mapping

from model.comment_content import LinkSpan, Span, TextSpan
from model.findings import ChainStep, Label
from model.records import Kind, Ref
from model.rules.words import format_day, is_behind


def step_spans(step: ChainStep, labels: Mapping[int, Label]) -> tuple[Span, ...]:
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
