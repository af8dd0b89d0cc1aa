"""The card of a conflict: what breaks and why, who decides, a link per option, and its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from model.agreement import proposal_sentences
from model.comment_content import PostedComment
from model.conflicts import Conflict, Status
from model.decisions import decision_sentences, describe_decision
from model.escalation_status import deadline_text
from model.findings import Label
from model.operating_model.calendar import local_day
from model.rules.words import (
    format_count,
    format_day,
    format_list,
    format_money,
    format_working_days,
)
from model.warehouse.ledger import RecordedDecision, RecordedEvent
from model.wording.replies import reply_text
from pipelines.cards.changes import facts_of
from pipelines.cards.history import history_lines
from pipelines.cards.markdown import bullets, escape, link, metadata_entries, table_head, table_row
from pipelines.cards.page import Page, PageContext
from pipelines.cards.timeline_images import TimelineMark, timeline_images
from pipelines.decide_form import decide_url, option_text
from pipelines.timeline import TimelineRow, date_span, timeline_row


@dataclass(frozen=True, slots=True)
class Life:
    """What is on record about a conflict, oldest first, and its comments in the tools."""

    events: Sequence[RecordedEvent]
    decisions: Sequence[RecordedDecision]
    comments: Sequence[PostedComment]


def card_page(conflict: Conflict, life: Life, context: PageContext) -> Page:
    """The page of a conflict in its present state; only of a resolved one it offers no option."""
    parts = [_headline(conflict, context), *_state_paragraphs(conflict, context)]
    if options := bullets(_option_links(conflict, context)):
        parts.append("\n".join(options))
    return Page("\n\n".join(parts), _entries(conflict, life, context), facts_of(conflict))


def _headline(conflict: Conflict, context: PageContext) -> str:
    functions = conflict.finding.functions
    names = format_list(context.function_names.get(function, function) for function in functions)
    where = "Between" if len(functions) > 1 else "Within"
    status = {
        Status.OPEN: conflict.severity.name.capitalize(),
        Status.DECIDED: "Decided",
        Status.RESOLVED: "Resolved",
    }[conflict.status]
    return (
        f"**{status}: {escape(conflict.wording.title)}**\\\n"
        f"{where} {escape(names)}.{_stake_text(conflict)}"
    )


def _stake_text(conflict: Conflict) -> str:
    impact = conflict.finding.impact
    parts = []
    if impact.days:
        parts.append(format_working_days(impact.days))
    if impact.items:
        parts.append(f"{format_count(impact.items, 'item')} downstream")
    if impact.value:
        parts.append(format_money(impact.value))
    return f" At stake: {', '.join(parts)}." if parts else ""


def _state_paragraphs(conflict: Conflict, context: PageContext) -> Iterator[str]:
    """What has to be decided by whom, or what was; each paragraph is Markdown."""
    if conflict.age_text:
        yield f"**{escape(conflict.age_text)}**"
    match conflict.status:
        case Status.OPEN:
            if conflict.former_decision:
                before = describe_decision(conflict.former_decision)
                yield escape(f"Open again: {conflict.reopened_because}. Before, {before}.")
            yield _authority_text(conflict)
            yield from _said(conflict)
        case Status.DECIDED:
            yield _decision_text(conflict, context)
            if proposed := proposal_sentences(conflict):
                yield escape(" ".join(proposed))
            yield from _said(conflict)
            yield "Whoever may replace this decision does so here:"
        case Status.RESOLVED:
            on = conflict.resolved_at and local_day(context.model, conflict.resolved_at)
            yield f"The cause is gone since **{format_day(on)}**; nothing is left to decide."


def _said(conflict: Conflict) -> Iterator[str]:
    """What people replied that decides nothing, and which decision of a file is to be confirmed."""
    if said := reply_text(conflict):
        yield escape(said)


def _decision_text(conflict: Conflict, context: PageContext) -> str:
    assert conflict.decision is not None
    on = local_day(context.model, conflict.decision.decided_at)
    meaning, *others = map(escape, decision_sentences(conflict.decision, on))
    return f"**{meaning}**\\\n{' '.join(others)}"


def _authority_text(conflict: Conflict) -> str:
    escalation = conflict.escalation
    question = escape(conflict.wording.question)
    if not escalation.asked:
        nobody = "**Nobody** has the right to decide this; the operating model needs one."
        return f"{nobody}\\\n{question}"
    names = " and ".join(
        f"**{escape(each.person_name)}** ({escape(each.role_name)})" for each in escalation.asked
    )
    decides, consequence = deadline_text(escalation)
    text = escape(" ".join((*proposal_sentences(conflict), consequence)))
    return f"{names} {decides} **{format_day(escalation.decide_by)}**. {text}\\\n{question}"


def _option_links(conflict: Conflict, context: PageContext) -> Iterator[str]:
    if conflict.status is Status.RESOLVED:
        return
    for option in context.rules.options_of(conflict.finding.rule).values():
        url = decide_url(context.site, conflict, option, context.labels)
        yield link(option_text(conflict, option), url)


def _entries(conflict: Conflict, life: Life, context: PageContext) -> dict[str, Any]:
    """The metadata of the card, in the order in which it is read."""
    images = timeline_images(_timeline_rows(conflict, context), _timeline_marks(conflict, context))
    return {
        **metadata_entries("timeline", images),
        **metadata_entries("why", [escape(" ".join(conflict.wording.explanation))]),
        **metadata_entries(
            "records",
            _record_rows(conflict, context),
            table_head(("Record", "Title", "Planned", "Forecast")),
        ),
        **metadata_entries("downstream", bullets(_downstream_lines(conflict, context))),
        **metadata_entries("comments", _comment_lines(life.comments, context)),
        **metadata_entries("history", bullets(history_lines(life.events, life.decisions, context))),
        "id": conflict.id,
    }


def _timeline_rows(conflict: Conflict, context: PageContext) -> list[TimelineRow]:
    rows = []
    for step in conflict.finding.chain:
        label, dates = context.labels.get(step.record_id), context.dates.get(step.record_id)
        if label is None:
            continue
        planned = date_span(dates.planned_start, dates.planned_finish) if dates else None
        forecast = date_span(dates.forecast_start, dates.forecast_finish) if dates else None
        rows.append(timeline_row(label, context.function_names, planned, forecast))
    return rows


def _timeline_marks(conflict: Conflict, context: PageContext) -> list[TimelineMark]:
    marks = [TimelineMark("today", context.today)]
    if conflict.finding.needed_by:
        marks.append(TimelineMark("needed", conflict.finding.needed_by))
    return marks


def _record_rows(conflict: Conflict, context: PageContext) -> Iterator[str]:
    """One table row per record: those of the chain first, with the dates that the rule compared."""
    chain = {step.record_id: step for step in conflict.finding.chain}
    # A set would lose the order of the chain; a record may be in the chain and a subject.
    for record_id in dict.fromkeys((*chain, *conflict.finding.subjects)):
        label, step = context.labels.get(record_id), chain.get(record_id)
        if label is None:
            continue
        # A deal's key is its name, which would stand in the row twice.
        title = "" if label.title == label.key else escape(label.title)
        dates = [format_day(step.planned), format_day(step.forecast)] if step else ["", ""]
        # Dagster's table would break a date into three lines.
        cells = [date_text.replace(" ", "\N{NO-BREAK SPACE}") for date_text in dates]
        yield table_row((link(label.key, label.url), title, *cells))


def _downstream_lines(conflict: Conflict, context: PageContext) -> Iterator[str]:
    """Each item and deal that moves because of the conflict, by name, with its function."""
    listed = [context.labels[i] for i in conflict.finding.downstream if i in context.labels]
    for label in listed:
        function = context.function_names.get(label.function, label.function)
        yield f"{named_link(label)} ({escape(function)})"
    if (more := conflict.finding.impact.items - len(listed)) > 0 and listed:
        yield f"and {more:,} more"


def named_link(label: Label) -> str:
    """Key and title of a record as Markdown, the key as its link; a deal has its name alone."""
    title = "" if label.title in ("", label.key) else f" {escape(label.title)}"
    return f"{link(label.key or label.title, label.url)}{title if label.key else ''}"


def _comment_lines(posted: Iterable[PostedComment], context: PageContext) -> list[str]:
    keys = {label.ref: label.key for label in context.labels.values()}
    lines = bullets(
        f"{link(keys.get(str(comment.target), str(comment.target)), comment.url)} in "
        f"{escape(comment.target.connection)}"
        for comment in posted
    )
    return lines or ["None written yet."]
