"""From a landed row to a work item with its history, claims and problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from connectors.base import ConnectorContext, RawRecord
from connectors.spreadsheets.reader import Reader
from connectors.spreadsheets.settings import FieldName, SpreadsheetSettings
from connectors.spreadsheets.values import (
    Unclear,
    as_days,
    as_flag,
    as_labels,
    as_links,
    as_percent,
    as_priority,
    unknown,
)
from model.keys import ReferenceFormats
from model.records import (
    DependencyRole,
    Kind,
    Mapped,
    Origin,
    Problem,
    Ref,
    State,
    StatedDependency,
    Version,
    WorkItem,
)


def map_row(
    landed: RawRecord,
    observed_at: datetime,
    settings: SpreadsheetSettings,
    context: ConnectorContext,
) -> Mapped:
    """Map one landed row; a row whose plan cannot be told for certain is held back."""
    reader = Reader(landed.native_id, orjson.loads(landed.payload), settings)
    item, claims = _work_item(reader, context), tuple(_claims(reader, context.lookups.references))
    if item is None or any(problem.held for problem in reader.problems):
        return Mapped(problems=tuple(reader.problems))
    version = Version(min(reader.saved, observed_at), item, claims)
    return Mapped((version,), tuple(reader.problems))


def _work_item(reader: Reader, context: ConnectorContext) -> WorkItem | None:
    """None without a title or state, for which the reason is among the reader's problems."""
    title = _title(reader)
    whole = bool(reader.payload.get("whole_percents"))
    percent = _unless_unknown(reader, "percent", lambda text: as_percent(text, whole))
    state = _state(reader, context, percent or 0)
    dates = _dates(reader)
    if title is None or state is None:
        return None
    return WorkItem(
        ref=_item(context, reader.native_id),
        key=reader.native_id,
        title=title,
        url=row_url(reader, context.home),
        touched_at=reader.saved,
        dates_from=_dates_from(reader),
        state=state,
        status=reader.text("status") or "",
        percent_complete=percent,
        **dates,
        **_details(reader, context),
    )


def _item(context: ConnectorContext, key: str) -> Ref:
    return Ref(context.name, Kind.WORK_ITEM, " ".join(key.split()))


def _title(reader: Reader) -> str | None:
    if "title" not in reader.settings.columns:
        return reader.native_id
    title = reader.text("title")
    if not title:
        reason = f"{reader.place}, row {reader.payload['row']} has a key but no title"
        remedy = "Give the row a title, or remove the key if it is a total or a heading"
        names = (reader.native_id,)
        reader.problems.append(Problem(reader.native_id, reason, remedy, known_as=names))
    return title


def _state(reader: Reader, context: ConnectorContext, percent: int) -> State | None:
    """The mapped status; where none is written, it follows from the percentage."""
    if reader.cell("status") is None:
        started = State.IN_PROGRESS if percent else State.PLANNED
        return State.DONE if percent == 100 else started

    def mapped(text: str) -> State:
        state = context.lookups.statuses.get(text.lower())
        if state is None:
            raise Unclear(
                f'the status "{text}" is not mapped to a state',
                f'Add "{text}" to the statuses of the workflow for connection '
                f'"{context.name}" in operating_model/, or correct the cell',
            )
        return state

    return reader.value("status", mapped, held=True)


def _dates(reader: Reader) -> dict[str, Any]:
    """Planned and actual dates; a finish before its start is held like an impossible date."""
    fields: list[tuple[str, FieldName, FieldName]] = [
        ("planned", "start", "finish"),
        ("actual", "actual_start", "actual_finish"),
    ]
    found: dict[str, Any] = {}
    for kind, first, last in fields:
        start, finish = reader.date(first), reader.date(last)
        cell = reader.cell(last)
        if start and finish and finish < start and cell:
            reason = f"the finish {finish} lies before the start {start}"
            reader.report(cell, reason, "Correct one of the two dates", held=True)
        found |= {f"{kind}_start": start, f"{kind}_finish": finish}
    return found


def _dates_from(reader: Reader) -> str:
    cell = reader.cell("finish") or reader.cell("start")
    return f'column "{cell.heading}"' if cell else ""


def _details(reader: Reader, context: ConnectorContext) -> dict[str, Any]:
    labels = reader.value("labels", as_labels) or ()
    wbs = reader.text("wbs")
    parent = reader.text("parent")
    return {
        "function": _function(reader, context),
        "owner": reader.text("owner"),
        "priority": reader.value("priority", as_priority),
        "estimate_days": _unless_unknown(reader, "estimate", as_days),
        "remaining_days": _unless_unknown(reader, "remaining", as_days),
        "milestone": reader.value("milestone", as_flag) or False,
        "parent": _item(context, parent) if parent else None,
        "initiative": _initiative(reader, context, labels, wbs),
        "labels": labels,
        "wbs": wbs,
    }


def _unless_unknown(reader: Reader, name: FieldName, parse: Callable[[str], int]) -> int | None:
    cell = reader.cell(name)
    return None if cell is None or unknown(cell.text) else reader.value(name, parse)


def _function(reader: Reader, context: ConnectorContext) -> str:
    def known(text: str) -> str:
        if text.lower() not in context.lookups.functions:
            ids = ", ".join(sorted(context.lookups.functions))
            raise Unclear(f'"{text}" is no function of the operating model', f"Write one of {ids}")
        return text.lower()

    return reader.value("function", known) or reader.settings.function


def _initiative(
    reader: Reader, context: ConnectorContext, labels: tuple[str, ...], wbs: str | None
) -> str | None:
    """By its own column, else by the first label that stands for one, else by WBS prefix."""
    lookups = context.lookups

    def known(text: str) -> str:
        found = lookups.initiatives.get(text.lower())
        if found is None and text.lower() not in lookups.initiatives.values():
            raise Unclear(
                f'the initiative "{text}" is not known',
                "Add it as a label of an initiative in operating_model/, or correct the cell",
            )
        return found or text.lower()

    named = reader.value("initiative", known)
    by_label = (lookups.initiatives.get(label.lower()) for label in labels)
    prefixes = sorted((p for p in lookups.wbs if wbs and wbs.startswith(p)), key=len)
    by_wbs = lookups.wbs[prefixes[-1]] if prefixes else None
    return named or next(filter(None, by_label), None) or by_wbs


def _claims(reader: Reader, references: ReferenceFormats) -> Iterator[StatedDependency]:
    """What the row waits for: firm from its own column, possible from free text.

    A cell that cannot be read holds the row back: it waits for something, and not for nothing.
    """
    itself = references.normalise(reader.native_id)
    named = set()
    if (cell := reader.cell("depends_on")) and not unknown(cell.text):
        links = reader.value("depends_on", lambda text: as_links(text, references), held=True)
        for target, kind, lag, written in links or ():
            named.add(target)
            where = f'column "{cell.heading}"'
            yield StatedDependency(
                target, DependencyRole.PREDECESSOR, Origin.FIELD, where, kind, lag, written
            )
    for heading in reader.settings.references_in:
        if cell := reader.column((heading,)):
            for target in references.find_in_text(cell.text):
                if target not in named and target != itself:
                    named.add(target)
                    yield StatedDependency(
                        target, DependencyRole.PREDECESSOR, Origin.TEXT, f'column "{cell.heading}"'
                    )


def row_url(reader: Reader, home: Path) -> str:
    """Where people open the row: the configured address, or that of the file with its key cell.

    A row of a CSV file is named as RFC 7111 has it: `#row=7`.
    """
    key = reader.cell("key")
    at = key.at if key else f"A{reader.payload['row']}"
    file, sheet = str(reader.payload["file"]), str(reader.payload["sheet"])
    if reader.settings.url:
        template = reader.settings.url.replace("{sheet}", quote(sheet, safe=""))
        return template.replace("{cell}", at).replace("{file}", quote(file))
    fragment = f"{quote(sheet)}!{at}" if sheet else f"row={reader.payload['row']}"
    return f"{(home.absolute() / file).as_uri()}#{fragment}"
