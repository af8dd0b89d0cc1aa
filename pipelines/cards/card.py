"""A conflict's card: what breaks and why in a few lines, its timeline, and a link a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from model.comment_content import PostedComment
from model.conflicts import VERDICT_MEANING, Conflict, Status
from model.escalation_status import deadline_text
from model.findings import Label
from model.rules.words import counted, day, listed, money, working_days
from model.warehouse.lookup import Dates
from pipelines.cards.markdown import bullets, escape, link, metadata_entries, table_head, table_row
from pipelines.cards.picture import Bars, Span, timeline
from pipelines.ui_links import decide_url


@dataclass(frozen=True, slots=True)
class CardContext:
    """What cards name: records with their dates, functions by id, and the site they are on."""

    labels: Mapping[int, Label]
    dates: Mapping[int, Dates]
    functions: Mapping[str, str]
    site: str


def card_metadata(
    conflict: Conflict, known: CardContext, posted: Sequence[PostedComment]
) -> dict[str, Any]:
    """The card as metadata of the conflict's partition, in the order in which it is read."""
    chain = [step.record_id for step in conflict.finding.chain if step.record_id in known.labels]
    picture = timeline([_bars(record_id, known) for record_id in chain])
    return {
        **metadata_entries("conflict", [_what(conflict, known)]),
        **metadata_entries("why", [escape(" ".join(conflict.wording.explanation))]),
        **metadata_entries("who decides", [_authority(conflict)]),
        **metadata_entries("decide", bullets(_verdicts(conflict, known.site))),
        **(metadata_entries("timeline", [picture]) if picture else {}),
        **metadata_entries(
            "records",
            _records(conflict, known),
            table_head(("Record", "Title", "Planned", "Forecast")),
        ),
        **metadata_entries("comments", _comments(posted, known)),
    }


def closing_metadata(conflict: Conflict) -> dict[str, Any]:
    """The last thing a card says, once there is nothing left to decide."""
    decision = conflict.decision
    if conflict.status is Status.DECIDED and decision is not None:
        said = (
            f"Decided by {decision.person_name}: {VERDICT_MEANING[decision.verdict]}. "
            f"Reason: {decision.reason}"
        )
    else:
        said = "Resolved: the cause is gone."
    return metadata_entries("conflict", [f"**{escape(conflict.wording.title)}**\n\n{escape(said)}"])


def _what(conflict: Conflict, known: CardContext) -> str:
    between = listed(known.functions.get(f, f) for f in conflict.finding.functions)
    where = "Between" if len(conflict.finding.functions) > 1 else "Within"
    severity = conflict.severity.name.capitalize()
    return (
        f"**{severity}: {escape(conflict.wording.title)}**\n\n"
        f"{where} {escape(between)}.{_stake(conflict)}"
    )


def _stake(conflict: Conflict) -> str:
    impact = conflict.finding.impact
    parts = []
    if impact.days:
        parts.append(working_days(impact.days))
    if impact.items:
        parts.append(f"{counted(impact.items, 'item')} downstream")
    if impact.value:
        parts.append(money(impact.value))
    return f" At stake: {', '.join(parts)}." if parts else ""


def _authority(conflict: Conflict) -> str:
    standing = conflict.escalation
    asked = escape(conflict.wording.question)
    if standing.authority is None:
        return f"{asked}\n\n**Nobody** has the right to decide this; the operating model needs one."
    who = escape(standing.authority.person_name)
    role = escape(standing.authority.role_name)
    decides, after = deadline_text(standing)
    return f"{asked}\n\n**{who}** ({role}) {decides} **{day(standing.decide_by)}**. {escape(after)}"


def _verdicts(conflict: Conflict, site: str) -> Iterator[str]:
    for verdict, meaning in VERDICT_MEANING.items():
        yield f"{link(verdict.value, decide_url(site, conflict.id, verdict))} – {meaning}"


def _bars(record_id: int, known: CardContext) -> Bars:
    dates = known.dates.get(record_id)
    return Bars(
        known.labels[record_id].key,
        _span(dates.planned_start, dates.planned_finish) if dates else None,
        _span(dates.forecast_start, dates.forecast_finish) if dates else None,
    )


def _span(start: date | None, finish: date | None) -> Span | None:
    begin, end = start or finish, finish or start
    return (min(begin, end), max(begin, end)) if begin and end else None


def _records(conflict: Conflict, known: CardContext) -> Iterator[str]:
    chain = {step.record_id: step for step in conflict.finding.chain}
    for record_id in dict.fromkeys((*chain, *conflict.finding.subjects)):
        label, step = known.labels.get(record_id), chain.get(record_id)
        if label is not None:
            title = "" if label.title == label.key else escape(label.title)
            dates = (step.planned, step.forecast) if step else ()
            cells = [day(when).replace(" ", "\N{NO-BREAK SPACE}") for when in dates] or ["", ""]
            yield table_row((link(label.key, label.url), title, *cells))


def _comments(posted: Sequence[PostedComment], known: CardContext) -> list[str]:
    if not posted:
        return ["None written yet."]
    keys = {label.ref: label.key for label in known.labels.values()}
    return bullets(
        f"{link(keys.get(str(one.target), str(one.target)), one.url)} in "
        f"{escape(one.target.connection)}"
        for one in posted
    )
