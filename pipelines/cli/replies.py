"""`interlock replies`: what people wrote to Interlock, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from model.findings import Label
from model.records import Ref
from model.replies.outcomes import RecordedOutcome
from model.rules.words import format_day
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.replies import read_outcomes
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import print_json, print_line, print_table

_LONGEST_TEXT = 80


def replies(*, json: bool) -> None:
    """List all replies with a command, the newest last, each with its outcome and its answer."""
    with open_home_instance() as instance, instance.engine.connect() as connection:
        outcomes = read_outcomes(connection)
        labels = _labels_by_ref(WarehouseLookup(connection), outcomes)
    if json:
        print_json([_to_json(each) for each in outcomes])
    elif outcomes:
        print_table(
            ("Written", "On", "By", "Says", "Outcome", "Conflict", "Answer"),
            [_row(each, labels) for each in outcomes],
        )
    else:
        print_line("Nobody has written to Interlock yet")


def _labels_by_ref(
    lookup: WarehouseLookup, outcomes: Iterable[RecordedOutcome]
) -> dict[str, Label]:
    refs = {str(each.reply.reply.record): each.reply.reply.record for each in outcomes}
    labels = lookup.read_labels(lookup.find_by_ref(refs.values()))
    return {label.ref: label for label in labels.values()}


def _row(each: RecordedOutcome, labels: dict[str, Label]) -> tuple[str, ...]:
    reply = each.reply.reply
    return (
        format_day(each.reply.said_at.date()),
        _name(reply.record, labels),
        reply.author_name or reply.author or "somebody",
        _shorten(reply.text),
        each.outcome.kind.value,
        each.outcome.conflict_id or "",
        each.outcome.answer,
    )


def _name(ref: Ref, labels: dict[str, Label]) -> str:
    label = labels.get(str(ref))
    return label.key if label else str(ref)


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TEXT else f"{line[: _LONGEST_TEXT - 1]}…"


def _to_json(each: RecordedOutcome) -> dict[str, Any]:
    reply = each.reply.reply
    return {
        "connection": each.reply.connection,
        "reply": reply.reply_id,
        "version": each.reply.version,
        "record": str(reply.record),
        "author": reply.author,
        "author_name": reply.author_name,
        "text": reply.text,
        "written_at": reply.written_at and reply.written_at.isoformat(),
        "read_at": each.reply.read_at.isoformat(),
        "command": dict(each.command),
        "outcome": each.outcome.kind.value,
        "conflict": each.outcome.conflict_id,
        "person": each.person,
        "answer": each.outcome.answer,
        "followed_at": each.at.isoformat(),
    }
