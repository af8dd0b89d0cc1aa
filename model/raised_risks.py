"""Risks that people raise by hand: one record needs another by a day, whatever the plans say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from model.findings import Finding, Severity

RULE = "raised_risk"
"""The rule that turns raised risks into findings."""


@dataclass(frozen=True, slots=True)
class RaisedRisk:
    """The record `record_id` needs the record `needs_id` by a day, says a person.

    `planned_then` and `forecast_then` are the finish of the needed record when it was raised: as
    its tool stated it, and as the network computed it. None where there was none.
    """

    record_id: int
    record_ref: str
    needs_id: int
    needs_ref: str
    needed_by: date
    reason: str
    person: str | None
    person_name: str
    raised_at: datetime
    planned_then: date | None = None
    forecast_then: date | None = None

    @property
    def about(self) -> tuple[str, str]:
        """What its conflict is about; the one who waits is told from the one that is needed."""
        return self.needs_ref, f"for {self.record_ref}"

    def fits(self, planned: date | None, forecast: date | None) -> bool:
        """Whether the present finish of the needed record ends the risk.

        Who raises a risk of work that is planned in time doubts that plan. Then only a date that
        was stated anew ends it.
        """
        if forecast is None or forecast > self.needed_by:
            return False
        was_late = self.forecast_then is None or self.forecast_then > self.needed_by
        return was_late or planned != self.planned_then


def conflict_id_of(risk: RaisedRisk) -> str:
    """The id of the conflict that a risk opens."""
    return Finding(RULE, risk.about, Severity.LOW, (), (), ()).conflict_id


def group_risks(risks: Iterable[RaisedRisk]) -> list[Sequence[RaisedRisk]]:
    """The risks by what they are about: several people may raise the same."""
    groups: dict[tuple[str, str], list[RaisedRisk]] = {}
    for risk in risks:
        groups.setdefault(risk.about, []).append(risk)
    return [groups[about] for about in sorted(groups)]
