"""The life of a conflict on its card, oldest event first, each decision in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model.ledger import Event
from model.warehouse.ledger import RecordedDecision, RecordedEvent
from pipelines.cards.markdown import escape
from pipelines.cards.page import PageContext


def history_lines(
    events: Sequence[RecordedEvent], decisions: Sequence[RecordedDecision], context: PageContext
) -> Iterator[str]:
    """One Markdown line per event; `decisions` are those of its events `decided`, in order."""
    remaining = iter(decisions)
    for recorded in events:
        event = recorded.event
        decision = next(remaining, None) if event.event == "decided" else None
        said = _decision_text(decision, context) if decision else _event_text(event, context)
        yield f"{escape(context.format_instant(event.at))}: {said}"


def escalated_from(events: Sequence[RecordedEvent], authority: str) -> str | None:
    """The id of the person from whom a conflict came to this one, as its record has it."""
    asked = [
        str(recorded.event.details["authority"])
        for recorded in events
        if recorded.event.details.get("authority")
    ]
    return next((person for person in reversed(asked) if person != authority), None)


def _decision_text(decision: RecordedDecision, context: PageContext) -> str:
    role = next((r.name for r in context.model.roles if r.id == decision.role), decision.role)
    who = f"{context.person_name(decision.person)} ({role})"
    replaces = (decision.bounds or {}).get("replaces")
    parts = [
        f"**decided** by {escape(who)}: {escape(decision.meaning or decision.verdict)}.",
        f"Reason: {escape(decision.reason)}" if decision.reason else "",
        f"It replaced {escape(str(replaces))}." if replaces else "",
    ]
    return " ".join(filter(None, parts))


def _event_text(event: Event, context: PageContext) -> str:
    details = event.details
    parts = [f"**{escape(event.event)}**"]
    if because := details.get("because"):
        parts.append(f"because {escape(str(because))}")
    if person := details.get("person"):
        parts.append(f"by {escape(context.person_name(str(person)))}")
    if title := details.get("title"):
        parts.append(f"({escape(str(details.get('severity', '')))}) {escape(str(title))}")
    if authority := details.get("authority"):
        name = escape(context.person_name(str(authority)))
        parts.append(f"– {name} decides by {escape(str(details.get('decide_by', '')))}")
    if text := details.get("text") or details.get("reason"):
        parts.append(f"– {escape(str(text))}")
    return " ".join(parts)
