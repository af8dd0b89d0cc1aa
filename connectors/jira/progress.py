"""Progress and estimates of an issue; what cannot be meant is left out, and that is told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.jira.fields import ChosenFields
from connectors.jira.history import IssueFields
from connectors.jira.stated_dependencies import field_text
from connectors.plausible import LONGEST, plausible_days
from model.records import Problem

_WORKING_DAY = 8 * 3600
"""Seconds; Jira's default of eight hours of work a day."""
_ESTIMATES = {"timeoriginalestimate": "Original estimate", "timeestimate": "Remaining estimate"}


def to_working_days(seconds: Any) -> int | None:
    """An estimate in working days, begun ones counted whole; None where it cannot be meant."""
    if seconds is None:
        return None
    days = math.ceil(max(0, int(seconds)) / _WORKING_DAY)
    return days if plausible_days(days) else None


def percent_complete(fields: IssueFields, chosen: ChosenFields) -> int | None:
    """The chosen field, else time spent of time estimated, subtasks included.

    Where no time was ever logged, that tells nothing of the progress.
    """
    if said := _said(fields, chosen):
        return _whole_percent(said)
    progress = fields.get("aggregateprogress") or {}
    if not progress.get("total") or not progress.get("progress"):
        return None
    return min(100, int(100 * progress["progress"] / progress["total"]))


def report_left_out(
    issue: Mapping[str, Any], fields: IssueFields, chosen: ChosenFields
) -> Iterator[Problem]:
    """A problem for each present figure that was left out."""
    said = _said(fields, chosen)
    if said and _whole_percent(said) is None:
        name = chosen.name(chosen.percent)
        yield _problem(issue, f'"{said}" as its {name}, which is no whole percentage', name)
    for id_, name in _ESTIMATES.items():
        if fields.get(id_) is not None and to_working_days(fields[id_]) is None:
            yield _problem(issue, f"an {name} of more than {LONGEST:,} working days", name)


def _said(fields: IssueFields, chosen: ChosenFields) -> str:
    return field_text(chosen.value(fields, chosen.percent)).strip()


def _whole_percent(said: str) -> int | None:
    """`60`, `60.0`, `60 %`; not 0.4, which may be a fraction or hardly anything."""
    try:
        value = float(said.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        return None
    return int(value) if value == 0 or 1 <= value <= 100 else None


def _problem(issue: Mapping[str, Any], what: str, name: str) -> Problem:
    return Problem(
        str(issue["id"]),
        f"{issue['key']} has {what}; it was left out",
        f"Correct {name} of {issue['key']} in Jira.",
        held=False,
    )
