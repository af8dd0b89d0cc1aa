"""A page of Dagster: the text and the entries of one asset's event, and what all pages share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from model.findings import Label
from model.operating_model.schema import OperatingModel
from model.rules import RuleSet
from model.rules.words import format_day
from model.warehouse.lookup import Dates

TEXT_HEIGHT = 19
"""Lines of a page's text that Dagster shows at once; it hides more of them behind a click."""


@dataclass(frozen=True, slots=True)
class Page:
    """`text` is Markdown over the full width, `entries` the metadata below it.

    `facts` are short values by which the next version of the page can say what changed.
    """

    text: str
    entries: Mapping[str, Any]
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Changes with whatever a reader sees."""
        return hashlib.sha256(repr((self.text, dict(self.entries))).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class PageContext:
    """What all pages share: labels and dates by record id, and the present day.

    `site` is the start of links to other pages of Dagster.
    """

    site: str
    model: OperatingModel
    rules: RuleSet
    today: date
    labels: Mapping[int, Label]
    dates: Mapping[int, Dates]

    @property
    def function_names(self) -> Mapping[str, str]:
        return self.model.function_names

    def person_name(self, person_id: str) -> str:
        """The name of a person, or the id of one who is no longer in the operating model."""
        return next((p.name for p in self.model.people if p.id == person_id), person_id)

    def format_instant(self, instant: datetime) -> str:
        """`20 Nov 2026 10:06` in the time zone of the operating model."""
        local = instant.astimezone(ZoneInfo(self.model.time_zone))
        return f"{format_day(local.date())} {local:%H:%M}"
