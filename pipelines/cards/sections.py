"""The sections of an inbox: what is open by urgency and whose turn it is, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from model.agreement import proposers_text
from model.awaited import find_awaited
from model.conflicts import Conflict, Status
from model.decisions import name_author
from model.operating_model.calendar import calendar_with_id, local_day
from model.operating_model.schema import OperatingModel
from model.raised_risks import RULE as RAISED_RISK
from model.rules.words import format_day, format_list
from pipelines.cards.markdown import escape, link
from pipelines.cards.page import PageContext
from pipelines.ui_links import card_url

NOBODY = "nobody may decide"
_TITLES_LENGTH = 60

Sections = Mapping[str, Sequence[str]]
"""Markdown lines by the name of their section, in the order in which they are read."""


@dataclass(frozen=True, slots=True)
class InboxConflict:
    """A conflict, and the name of the person from whom it was escalated; None if it was not."""

    conflict: Conflict
    escalated_from: str | None = None


def by_urgency(conflicts: Iterable[InboxConflict]) -> list[InboxConflict]:
    """Open conflicts, the one that has to be decided soonest first, then the most severe."""
    return sorted(conflicts, key=_urgency)


def is_overdue(conflict: Conflict, today: date) -> bool:
    """Whether the time to decide is over; the last day to decide still counts as in time.

    While a conflict rests on old data its deadline waits.
    """
    return not conflict.old_readings and conflict.escalation.decide_by < today


def is_asked(person: str, conflict: Conflict) -> bool:
    """Whether it is the turn of the person with this id to decide."""
    return any(each.person == person for each in conflict.escalation.asked)


def open_sections(
    conflicts: Iterable[InboxConflict], context: PageContext, reader: str | None = None
) -> Sections:
    """Each open conflict in the first section that fits, most urgent first.

    `reader` is the id of the person whose inbox it is; in the others the rest is listed by whose
    turn it is.
    """
    sections: dict[str, list[str]] = {}
    last: dict[str, list[str]] = {}
    for each in by_urgency(conflicts):
        name = _section_of(each, context.today, reader)
        line = conflict_line(each, context, reader)
        if name is None:
            last.setdefault(_turn_of(each.conflict, reader), []).append(line)
        else:
            sections.setdefault(name, []).append(line)
    escalated = sorted(name for name in sections if name.startswith("escalated"))
    order = ("overdue", "due today", *escalated, "risks")
    return {name: sections[name] for name in order if name in sections} | last


def decided_sections(conflicts: Iterable[Conflict], context: PageContext) -> Sections:
    """What was decided since the last working day before today, and what is awaited."""
    since = previous_working_day(context.model, context.today)
    sections: dict[str, list[str]] = {}
    for conflict in sorted(conflicts, key=_last_decided):
        decision = conflict.decision
        if decision is None:
            continue
        if local_day(context.model, decision.decided_at) >= since:
            line = f"{_title(conflict, context)}\\\n  {escape(decision.meaning)}"
            author = f"**{escape(name_author(decision))}**"
            proposed = escape(proposers_text(conflict))
            line = " · ".join(filter(None, (f"{line} ({author})", proposed)))
            sections.setdefault("decided since yesterday", []).append(line)
        awaited = find_awaited(conflict, context.today)
        if conflict.status is Status.DECIDED and awaited:
            line = f"{_title(conflict, context)}\\\n  awaiting {escape(str(awaited))}"
            sections.setdefault("decided, awaiting", []).append(line)
    return sections


def previous_working_day(model: OperatingModel, today: date) -> date:
    """The last working day before today, in the calendar of decisions."""
    return calendar_with_id(model, model.calendar).add_working_days(today, -1)


def conflict_line(each: InboxConflict, context: PageContext, reader: str | None = None) -> str:
    """A conflict in two lines of Markdown: its day and title, then its records and who decides."""
    conflict = each.conflict
    day = format_day(conflict.escalation.decide_by)
    late = ", which is past" if is_overdue(conflict, context.today) else ""
    parts = [_record_titles(conflict, context), conflict.severity.name.lower()]
    asked = conflict.escalation.asked
    if not asked:
        parts.append(f"**{NOBODY}**")
    elif [each.person for each in asked] == [reader]:
        parts.append(f"by {day}{late}")
    else:
        names = format_list(each.person_name for each in asked)
        parts.append(f"**{escape(names)}** by {day}{late}")
    if proposed := proposers_text(conflict):
        parts.append(escape(proposed))
    if each.escalated_from:
        parts.append(f"escalated from {escape(each.escalated_from)}")
    if conflict.age_text:
        parts.append(escape(conflict.age_text))
    return f"{_title(conflict, context)}\\\n  {' · '.join(filter(None, parts))}"


def _title(conflict: Conflict, context: PageContext) -> str:
    return link(conflict.wording.title, card_url(context.site, conflict))


def _record_titles(conflict: Conflict, context: PageContext) -> str:
    """The titles of the first two records that the conflict is about, beside their keys above."""
    labels = [context.labels[i] for i in conflict.finding.subjects if i in context.labels]
    titles = dict.fromkeys(label.title for label in labels if label.title not in ("", label.key))
    first = list(titles)[:2]
    # Longer ones would break into a third line.
    return " / ".join(escape(_shorten(title, _TITLES_LENGTH // len(first))) for title in first)


def _shorten(title: str, length: int) -> str:
    return title if len(title) <= length else f"{title[: length - 1].rstrip()}…"


def _section_of(each: InboxConflict, today: date, reader: str | None) -> str | None:
    """The name of its section; None for what is merely to be decided."""
    conflict = each.conflict
    if is_overdue(conflict, today):
        return "overdue"
    if conflict.escalation.decide_by == today and not conflict.old_readings:
        return "due today"
    if each.escalated_from:
        is_mine = reader is not None and is_asked(reader, conflict)
        return f"escalated to you from {each.escalated_from}" if is_mine else "escalated"
    return "risks" if conflict.finding.rule == RAISED_RISK else None


def _turn_of(conflict: Conflict, reader: str | None) -> str:
    asked = conflict.escalation.asked
    if not asked:
        return NOBODY
    if reader is None:
        verb = "decides" if len(asked) == 1 else "decide"
        return f"{format_list(each.person_name for each in asked)} {verb}"
    return "your turn" if is_asked(reader, conflict) else "you may decide as deputy"


def _urgency(each: InboxConflict) -> tuple[object, ...]:
    conflict = each.conflict
    needed = conflict.finding.needed_by or date.max
    # The id last, so that the order depends on the conflicts alone.
    return conflict.escalation.decide_by, -conflict.severity, needed, conflict.id


def _last_decided(conflict: Conflict) -> tuple[object, ...]:
    decision = conflict.decision
    return -decision.decided_at.timestamp() if decision else 0, conflict.id
