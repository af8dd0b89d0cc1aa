"""Maps the raw record of a row to a work item with its dependencies and problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from connectors.base import ConnectorContext, RawRecord
from connectors.kit.mapping import name_held
from connectors.spreadsheets.cell_values import (
    UnclearValue,
    is_unknown,
    parse_days,
    parse_flag,
    parse_labels,
    parse_links,
    parse_percent,
    parse_priority,
)
from connectors.spreadsheets.row_fields import RowFields
from connectors.spreadsheets.settings import FieldName, SpreadsheetSettings
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

MAPPING_VERSION = 2
"""Raised whenever the same raw record maps to something else."""


def map_row(
    landed: RawRecord,
    observed_at: datetime,
    settings: SpreadsheetSettings,
    context: ConnectorContext,
) -> Mapped:
    """Map one row to a version, valid from when its file was saved.

    A row without a title, or whose status, dates or dependencies are not clear, is quarantined
    whole; any other field that is not clear is left out and reported.
    """
    fields = RowFields(landed.native_id, orjson.loads(landed.payload), settings)
    item = _work_item(fields, context)
    dependencies = tuple(_stated_dependencies(fields, context.lookups.references))
    if item is None or any(problem.held for problem in fields.problems):
        held = Mapped(problems=tuple(fields.problems))
        return name_held(held, lambda: fields.native_id, lambda: row_url(fields, context.home))
    # The clock of the file may be ahead; a version never begins later than it was seen.
    version = Version(min(fields.saved, observed_at), item, dependencies)
    return Mapped((version,), tuple(fields.problems))


def _work_item(fields: RowFields, context: ConnectorContext) -> WorkItem | None:
    """The work item; None without a title or state, with the reason among the problems."""
    title = _title(fields)
    whole = bool(fields.payload.get("whole_percents"))
    percent = _known_value(fields, "percent", lambda text: parse_percent(text, whole))
    state = _state(fields, context, percent or 0)
    dates = _dates(fields)
    if title is None or state is None:
        return None
    return WorkItem(
        ref=_item_ref(context, fields.native_id),
        key=fields.native_id,
        title=title,
        url=row_url(fields, context.home),
        touched_at=fields.saved,
        dates_from=_dates_from(fields),
        state=state,
        status=fields.text("status") or "",
        percent_complete=percent,
        **dates,
        **_details(fields, context),
    )


def _item_ref(context: ConnectorContext, key: str) -> Ref:
    return Ref(context.name, Kind.WORK_ITEM, " ".join(key.split()))


def _title(fields: RowFields) -> str | None:
    if "title" not in fields.settings.columns:
        return fields.native_id
    title = fields.text("title")
    if not title:
        reason = f"{fields.place}, row {fields.payload['row']} has a key but no title"
        remedy = "Give the row a title, or remove the key if it is a total or a heading"
        fields.problems.append(Problem(fields.native_id, reason, remedy))
    return title


def _state(fields: RowFields, context: ConnectorContext, percent: int) -> State | None:
    """The state of the mapped status; without a status it follows from the percentage."""
    if fields.cell("status") is None:
        # Many plans have no status column, or leave the status of untouched rows empty.
        started = State.IN_PROGRESS if percent else State.PLANNED
        return State.DONE if percent == 100 else started

    def parse_status(text: str) -> State:
        state = context.lookups.statuses.get(text.lower())
        if state is None:
            raise UnclearValue(
                f'the status "{text}" is not mapped to a state',
                f'Add "{text}" to the statuses of the workflow for connection '
                f'"{context.name}" in operating_model/, or correct the cell',
            )
        return state

    return fields.value("status", parse_status, held=True)


def _dates(fields: RowFields) -> dict[str, Any]:
    """Planned and actual dates; a finish before its start quarantines the row."""
    pairs: list[tuple[str, FieldName, FieldName]] = [
        ("planned", "start", "finish"),
        ("actual", "actual_start", "actual_finish"),
    ]
    dates: dict[str, Any] = {}
    for prefix, first, last in pairs:
        start, finish = fields.date(first), fields.date(last)
        cell = fields.cell(last)
        if start and finish and finish < start and cell:
            reason = f"the finish {finish} lies before the start {start}"
            fields.report(cell, reason, "Correct one of the two dates", held=True)
        dates |= {f"{prefix}_start": start, f"{prefix}_finish": finish}
    return dates


def _dates_from(fields: RowFields) -> str:
    cell = fields.cell("finish") or fields.cell("start")
    return f'column "{cell.heading}"' if cell else ""


def _details(fields: RowFields, context: ConnectorContext) -> dict[str, Any]:
    labels = fields.value("labels", parse_labels) or ()
    wbs = fields.text("wbs")
    parent = fields.text("parent")
    return {
        "function": _function(fields, context),
        "owner": fields.text("owner"),
        "priority": fields.value("priority", parse_priority),
        "estimate_days": _known_value(fields, "estimate", parse_days),
        "remaining_days": _known_value(fields, "remaining", parse_days),
        "milestone": fields.value("milestone", parse_flag) or False,
        "parent": _item_ref(context, parent) if parent else None,
        "initiative": _initiative(fields, context, labels, wbs),
        "labels": labels,
        "wbs": wbs,
    }


def _known_value(fields: RowFields, name: FieldName, parse: Callable[[str], int]) -> int | None:
    cell = fields.cell(name)
    return None if cell is None or is_unknown(cell.text) else fields.value(name, parse)


def _function(fields: RowFields, context: ConnectorContext) -> str:
    """The function of the row's own column, else that of the connection."""

    def parse_function(text: str) -> str:
        if text.lower() not in context.lookups.functions:
            ids = ", ".join(sorted(context.lookups.functions))
            reason = f'"{text}" is no function of the operating model'
            raise UnclearValue(reason, f"Write one of {ids}")
        return text.lower()

    return fields.value("function", parse_function) or fields.settings.function


def _initiative(
    fields: RowFields, context: ConnectorContext, labels: tuple[str, ...], wbs: str | None
) -> str | None:
    """By its own column, else the first label of an initiative, else the longest WBS prefix."""
    lookups = context.lookups

    def parse_initiative(text: str) -> str:
        initiative = lookups.initiatives.get(text.lower())
        if initiative is None and text.lower() not in lookups.initiatives.values():
            raise UnclearValue(
                f'the initiative "{text}" is not known',
                "Add it as a label of an initiative in operating_model/, or correct the cell",
            )
        return initiative or text.lower()

    return fields.value("initiative", parse_initiative) or lookups.initiative_of(labels, wbs)


def _stated_dependencies(
    fields: RowFields, references: ReferenceFormats
) -> Iterator[StatedDependency]:
    """The predecessors of the row: firm from its own column, possible from free text."""
    itself = references.normalise(fields.native_id)
    targets = set()
    if (cell := fields.cell("depends_on")) and not is_unknown(cell.text):
        # Held, because a row that waits for something unreadable would seem to wait for nothing.
        links = fields.value("depends_on", lambda text: parse_links(text, references), held=True)
        for target, type_, lag, spelling in links or ():
            targets.add(target)
            where = f'column "{cell.heading}"'
            yield StatedDependency(
                target, DependencyRole.PREDECESSOR, Origin.FIELD, where, type_, lag, spelling
            )
    for heading in fields.settings.references_in:
        if cell := fields.column((heading,)):
            for target in references.find_in_text(cell.text):
                # A row often mentions its own key, or one that its own column states already.
                if target not in targets and target != itself:
                    targets.add(target)
                    yield StatedDependency(
                        target, DependencyRole.PREDECESSOR, Origin.TEXT, f'column "{cell.heading}"'
                    )


def row_url(fields: RowFields, home: Path) -> str:
    """The address at which people open the row: as configured, or the file with the key's cell.

    The fragment of a CSV file is `#row=7`, as RFC 7111 defines it.
    """
    key = fields.cell("key")
    address = key.address if key else f"A{fields.payload['row']}"
    file, sheet = str(fields.payload["file"]), str(fields.payload["sheet"])
    if fields.settings.url:
        template = fields.settings.url.replace("{sheet}", quote(sheet, safe=""))
        return template.replace("{cell}", address).replace("{file}", quote(file))
    fragment = f"{quote(sheet)}!{address}" if sheet else f"row={fields.payload['row']}"
    return f"{(home.absolute() / file).as_uri()}#{fragment}"
