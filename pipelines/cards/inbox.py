"""The inbox of everybody, of a person and of a function: what needs a decision now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from model.conflicts import Conflict, Status
from model.findings import Severity
from model.freshness import readings_text
from model.holding import HeldFinding
from model.rules.words import format_count
from pipelines.cards.markdown import bullets, escape, link, metadata_entries
from pipelines.cards.page import TEXT_HEIGHT, Page, PageContext
from pipelines.cards.sections import (
    InboxConflict,
    Sections,
    by_urgency,
    conflict_line,
    decided_sections,
    is_asked,
    is_overdue,
    open_sections,
)
from pipelines.pages import INBOX_PAGE, FunctionPage, PersonPage, function_pages, person_pages
from pipelines.ui_links import page_url

_OTHER_LINES = 7
MOST_URGENT = (TEXT_HEIGHT - _OTHER_LINES) // 2
"""Conflicts that fit into the text, two lines each; the entries below it list all of them."""


@dataclass(frozen=True, slots=True)
class InboxContents:
    """All that inboxes list: open conflicts, those with a decision, and findings that wait."""

    open: Sequence[InboxConflict]
    decided: Sequence[Conflict]
    held: Sequence[HeldFinding]
    connection_lines: Sequence[str]


def inbox_page(contents: InboxContents, context: PageContext) -> Page:
    """The inbox of everybody, with the connections, and counts that Dagster plots over time."""
    links = [_reader_links("By person", person_pages(context.model), contents, context)]
    links.append(_reader_links("By function", function_pages(context.model), contents, context))
    sections = _sections(contents, context, None)
    entries = {
        **_entries(sections),
        **metadata_entries("held findings", bullets(_held_line(each) for each in contents.held)),
        **metadata_entries("connections", bullets(contents.connection_lines)),
        **inbox_counts(contents, context),
    }
    return Page(_text(contents.open, context, links, None), entries)


def inbox_counts(contents: InboxContents, context: PageContext) -> dict[str, int]:
    """How many conflicts are open, by severity, and how many of them past their time."""
    conflicts = [each.conflict for each in contents.open]
    totals = Counter(conflict.severity for conflict in conflicts)
    return {
        "open": len(conflicts),
        "held": len(contents.held),
        # Also those with a count of zero: Dagster plots a gap where a run has no value.
        **{severity.name.lower(): totals[severity] for severity in sorted(Severity, reverse=True)},
        "past their decision time": sum(is_overdue(each, context.today) for each in conflicts),
    }


def reader_page(
    reader: PersonPage | FunctionPage, contents: InboxContents, context: PageContext
) -> Page:
    """The inbox of one person or function."""
    own = _contents_of(reader, contents)
    person = reader.person if isinstance(reader, PersonPage) else None
    back = [link("Everybody's inbox", page_url(context.site, INBOX_PAGE))]
    sections = _sections(own, context, person)
    return Page(
        _text(own.open, context, back, person), {**_entries(sections), "open": len(own.open)}
    )


def _contents_of(reader: PersonPage | FunctionPage, contents: InboxContents) -> InboxContents:
    return InboxContents(
        [each for each in contents.open if _concerns(reader, each.conflict)],
        [each for each in contents.decided if _concerns(reader, each)],
        (),
        (),
    )


def _is_listed(reader: PersonPage | FunctionPage, conflict: Conflict) -> bool:
    """Whether a conflict counts for a reader: of a person's, not what they may do as a deputy."""
    if isinstance(reader, PersonPage):
        return is_asked(reader.person, conflict)
    return _concerns(reader, conflict)


def _concerns(reader: PersonPage | FunctionPage, conflict: Conflict) -> bool:
    """Whether a conflict is about the function, or the person decides it, may, or has done so."""
    if isinstance(reader, FunctionPage):
        return reader.function in conflict.finding.functions
    decision = conflict.decision
    if conflict.status is not Status.OPEN and decision and decision.person == reader.person:
        return True
    roles = {each.role for each in conflict.escalation.asked}
    return is_asked(reader.person, conflict) or not roles.isdisjoint(reader.deputy_for)


def _sections(contents: InboxContents, context: PageContext, person: str | None) -> Sections:
    return {
        **open_sections(contents.open, context, person),
        **decided_sections(contents.decided, context),
    }


def _entries(sections: Sections) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for name, lines in sections.items():
        entries |= metadata_entries(name, bullets(lines))
    return entries


def _text(
    conflicts: Sequence[InboxConflict],
    context: PageContext,
    links: Iterable[str],
    person: str | None,
) -> str:
    """How much there is, the most urgent conflicts, and links to other inboxes."""
    urgent = by_urgency(conflicts)
    lines = [conflict_line(each, context, person) for each in urgent[:MOST_URGENT]]
    return "\n\n".join(
        (
            _summary(urgent, context),
            "\n".join(bullets(lines)) or "Nothing needs a decision.",
            "\\\n".join(links),
        )
    )


def _summary(urgent: Sequence[InboxConflict], context: PageContext) -> str:
    conflicts = [each.conflict for each in urgent]
    overdue = sum(is_overdue(each, context.today) for each in conflicts)
    today = sum(each.escalation.decide_by == context.today for each in conflicts)
    parts = [f"**{format_count(len(conflicts), 'conflict')} open**"]
    parts += [f"{overdue} overdue"] if overdue else []
    parts += [f"{today} due today"] if today else []
    listed = f". The {MOST_URGENT} most urgent are:" if len(urgent) > MOST_URGENT else ""
    return f"{', '.join(parts)}{listed}"


def _reader_links(
    name: str,
    readers: Iterable[PersonPage | FunctionPage],
    contents: InboxContents,
    context: PageContext,
) -> str:
    """Links to the inboxes in which something is open, each with its count."""
    return f"{name}: {', '.join(_counted_links(readers, contents, context)) or 'nothing'}"


def _counted_links(
    readers: Iterable[PersonPage | FunctionPage], contents: InboxContents, context: PageContext
) -> Iterator[str]:
    for reader in readers:
        if count := sum(_is_listed(reader, each.conflict) for each in contents.open):
            yield f"{link(reader.name, page_url(context.site, reader.path))} {count}"


def _held_line(held: HeldFinding) -> str:
    """What a rule found in data that are too old to open a conflict."""
    severity = held.severity.name.capitalize()
    age = escape(f"Rests on {readings_text(held.readings)}.")
    return f"{severity}: {escape(held.title)}\\\n  {age}"
