"""A conflict in every state, as its comments word it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from model.comment_content import CommentContent, LinkSpan, MentionSpan, Paragraph, Span
from model.conflicts import (
    Conflict,
    Decision,
    EscalationStatus,
    FollowingLevel,
    NamedAuthority,
    Status,
)
from model.findings import Finding, Wording
from model.freshness import OldReading

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = AT.date()
SOON = date(2026, 11, 25)
LATER = date(2026, 12, 14)


@dataclass(frozen=True)
class Names:
    """Of who decides, in which role, and of who follows."""

    person: str = "Sabine Reuter"
    role: str = "Chief Operating Officer"
    following: str = "Friedrich Albers"


def states_of(
    finding: Finding, wording: Wording, names: Names, reason: str = "The fair is later"
) -> Iterator[tuple[str, Conflict]]:
    """The conflict of a finding in every state that changes its words."""
    authority = NamedAuthority(
        role="r", role_name=names.role, person="ada", person_name=names.person
    )
    open_ = Conflict(
        id=finding.conflict_id,
        status=Status.OPEN,
        finding=finding,
        wording=wording,
        escalation=EscalationStatus(
            level=1,
            level_name="one",
            authority=authority,
            decide_by=SOON,
            otherwise=f"it goes to {names.following}, who then has until {LATER}",
            following=FollowingLevel(person_name=names.following, decide_by=LATER),
        ),
        opened_at=AT,
        changed_at=AT,
    )
    decision = Decision(
        verdict="x",
        meaning=wording.question.rstrip("?"),
        person="p",
        person_name=names.person,
        role_name=names.role,
        reason=reason,
        severity=finding.severity,
        decided_at=AT,
    )
    awaiting = decision.model_copy(
        update={"awaits": wording.title, "until": LATER, "days": 5, "replaces": reason}
    )
    old = (OldReading("it-jira", AT, TODAY),)

    def changed(**changes: Any) -> Conflict:
        return open_.model_copy(update=changes)

    def escalated(**changes: Any) -> Conflict:
        return changed(escalation=open_.escalation.model_copy(update=changes))

    yield "open", open_
    yield "escalated", escalated(level=2, level_name="two")
    yield "overdue", escalated(overdue=True)
    others = tuple(authority.model_copy(update={"person": each}) for each in "qrs")
    yield (
        "two have to agree",
        changed(
            proposals=(decision,),
            old_readings=old,
            escalation=open_.escalation.model_copy(
                update={
                    "parties": (authority, others[0]),
                    "awaited": (authority, others[0]),
                    "came_from": f"it comes from {names.following}, who had until today",
                    "absence": reason,
                }
            ),
        ),
    )
    yield (
        "four have to agree",
        escalated(parties=(authority, *others), awaited=(authority, *others)),
    )
    yield "last level", escalated(following=None, otherwise="it stays undecided")
    yield "nobody may decide", escalated(authority=None)
    yield "reopened", changed(former_decision=awaiting, reopened_because=reason)
    yield "old data", changed(old_readings=old)
    yield "decided", changed(status=Status.DECIDED, decision=decision)
    yield "awaiting", changed(status=Status.DECIDED, decision=awaiting, old_readings=old)
    yield "resolved", changed(status=Status.RESOLVED, resolved_at=AT)
    yield "merged", changed(status=Status.RESOLVED, resolved_at=AT, merged_into="C-0000000000")


def lines_of(content: CommentContent) -> list[str]:
    """What a reader sees, line by line: the first line, the lines below it, the footer."""
    lines = [content.heading]
    for block in content.blocks:
        rows = (block.spans,) if isinstance(block, Paragraph) else block.items
        lines += ["".join(map(_text_of, spans)) for spans in rows]
    return lines


def words_of(content: CommentContent) -> int:
    return sum(len(line.split()) for line in lines_of(content))


def _text_of(span: Span) -> str:
    match span:
        case MentionSpan(name):
            return name
        case LinkSpan(text):
            return text
        case _:
            return span.text
