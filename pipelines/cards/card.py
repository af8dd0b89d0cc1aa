"""The card of a conflict: what breaks and why, its timeline, and one link per verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.comment_content import PostedComment
from model.conflicts import Conflict, Status
from model.decisions import decision_sentences
from model.escalation_status import deadline_text
from model.findings import Label
from model.rules import RuleSet
from model.rules.options import fill_in
from model.rules.words import (
    format_count,
    format_day,
    format_list,
    format_money,
    format_working_days,
)
from model.warehouse.lookup import Dates
from pipelines.cards.markdown import bullets, escape, link, metadata_entries, table_head, table_row
from pipelines.timeline import TimelineRow, date_span, timeline_image, timeline_row
from pipelines.ui_links import decide_url


@dataclass(frozen=True, slots=True)
class CardContext:
    """What all cards share: labels and dates by record id, names of functions by id.

    `site` is the start of links to other pages of Dagster.
    """

    labels: Mapping[int, Label]
    dates: Mapping[int, Dates]
    function_names: Mapping[str, str]
    rules: RuleSet
    site: str


def card_metadata(
    conflict: Conflict, context: CardContext, posted: Sequence[PostedComment]
) -> dict[str, Any]:
    """The card as metadata of the conflict's partition, in the order in which it is read.

    `posted` are the comments about this conflict in the tools.
    """
    image = timeline_image(_timeline_rows(conflict, context))
    return {
        **metadata_entries("conflict", [_headline(conflict, context)]),
        **metadata_entries("why", [escape(" ".join(conflict.wording.explanation))]),
        **metadata_entries("who decides", [_authority_text(conflict)]),
        **metadata_entries("decide", bullets(_option_links(conflict, context))),
        **(metadata_entries("timeline", [image]) if image else {}),
        **metadata_entries(
            "records",
            _record_rows(conflict, context),
            table_head(("Record", "Title", "Planned", "Forecast")),
        ),
        **metadata_entries("comments", _comment_lines(posted, context)),
    }


def closing_metadata(conflict: Conflict) -> dict[str, Any]:
    """The last version of a card, once nothing is left to decide: decided, or resolved."""
    decision = conflict.decision
    if conflict.status is Status.DECIDED and decision is not None:
        outcome = " ".join(decision_sentences(decision))
    else:
        outcome = "Resolved: the cause is gone."
    title = escape(conflict.wording.title)
    return metadata_entries("conflict", [f"**{title}**\n\n{escape(outcome)}"])


def _headline(conflict: Conflict, context: CardContext) -> str:
    functions = conflict.finding.functions
    names = format_list(context.function_names.get(function, function) for function in functions)
    where = "Between" if len(functions) > 1 else "Within"
    severity = conflict.severity.name.capitalize()
    return (
        f"**{severity}: {escape(conflict.wording.title)}**\n\n"
        f"{where} {escape(names)}.{_stake_text(conflict)}{_age_text(conflict)}"
    )


def _age_text(conflict: Conflict) -> str:
    return f"\n\n**{escape(conflict.age_text)}**" if conflict.age_text else ""


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


def _authority_text(conflict: Conflict) -> str:
    escalation = conflict.escalation
    question = escape(conflict.wording.question)
    if escalation.authority is None:
        return (
            f"{question}\n\n**Nobody** has the right to decide this; the operating model needs one."
        )
    person = escape(escalation.authority.person_name)
    role = escape(escalation.authority.role_name)
    decides, consequence = deadline_text(escalation)
    deadline = format_day(escalation.decide_by)
    return f"{question}\n\n**{person}** ({role}) {decides} **{deadline}**. {escape(consequence)}"


def _option_links(conflict: Conflict, context: CardContext) -> Iterator[str]:
    terms = dict(conflict.wording.terms)
    for option in context.rules.options_of(conflict.finding.rule).values():
        url = decide_url(context.site, conflict, option)
        yield link(fill_in(option.label, terms), url)


def _timeline_rows(conflict: Conflict, context: CardContext) -> list[TimelineRow]:
    rows = []
    for step in conflict.finding.chain:
        label, dates = context.labels.get(step.record_id), context.dates.get(step.record_id)
        if label is None:
            continue
        planned = date_span(dates.planned_start, dates.planned_finish) if dates else None
        forecast = date_span(dates.forecast_start, dates.forecast_finish) if dates else None
        rows.append(timeline_row(label, context.function_names, planned, forecast))
    return rows


def _record_rows(conflict: Conflict, context: CardContext) -> Iterator[str]:
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


def _comment_lines(posted: Sequence[PostedComment], context: CardContext) -> list[str]:
    if not posted:
        return ["None written yet."]
    keys = {label.ref: label.key for label in context.labels.values()}
    return bullets(
        f"{link(keys.get(str(comment.target), str(comment.target)), comment.url)} in "
        f"{escape(comment.target.connection)}"
        for comment in posted
    )
