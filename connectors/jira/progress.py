"""Progress and estimates of an issue; an impossible figure is left out and reported."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.jira.fields import ChosenFields
from connectors.jira.history import IssueFields
from connectors.jira.stated_dependencies import field_text
from connectors.kit.plausible import LONGEST, plausible_days
from model.records import Problem

_SECONDS_PER_WORKING_DAY = 8 * 3600
"""Jira's default of eight hours of work per day."""
_ESTIMATES = {"timeoriginalestimate": "Original estimate", "timeestimate": "Remaining estimate"}


def to_working_days(seconds: Any) -> int | None:
    """An estimate in working days, rounded up; None where there is none or it is impossible."""
    if seconds is None:
        return None
    days = math.ceil(max(0, int(seconds)) / _SECONDS_PER_WORKING_DAY)
    return days if plausible_days(days) else None


def percent_complete(fields: IssueFields, chosen: ChosenFields) -> int | None:
    """The chosen field (0 to 100), else time spent of time estimated, subtasks included.

    None where the chosen field holds no whole percentage, or no time was ever logged.
    """
    if text := _percent_text(fields, chosen):
        return _parse_whole_percent(text)
    progress = fields.get("aggregateprogress") or {}
    # Teams that never log time would otherwise stand at 0 % for ever.
    if not progress.get("total") or not progress.get("progress"):
        return None
    return min(100, int(100 * progress["progress"] / progress["total"]))


def report_left_out(
    issue: Mapping[str, Any], fields: IssueFields, chosen: ChosenFields
) -> Iterator[Problem]:
    """One problem per figure that the issue has and that was left out."""
    text = _percent_text(fields, chosen)
    if text and _parse_whole_percent(text) is None:
        name = chosen.name(chosen.percent)
        yield _problem(issue, f'"{text}" as its {name}, which is no whole percentage', name)
    for id_, name in _ESTIMATES.items():
        if fields.get(id_) is not None and to_working_days(fields[id_]) is None:
            yield _problem(issue, f"more than {LONGEST:,} working days as its {name}", name)


def _percent_text(fields: IssueFields, chosen: ChosenFields) -> str:
    return field_text(chosen.value(fields, chosen.percent)).strip()


def _parse_whole_percent(text: str) -> int | None:
    """Read `60`, `60.0` or `60 %`."""
    try:
        value = float(text.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        return None
    # 0.4 may be a fraction (40 %) or less than half a percent.
    return int(value) if value == 0 or 1 <= value <= 100 else None


def _problem(issue: Mapping[str, Any], what: str, field_name: str) -> Problem:
    return Problem(
        str(issue["id"]),
        f"{issue['key']} has {what}; it was left out",
        f"Correct {field_name} of {issue['key']} in Jira.",
        held=False,
    )
