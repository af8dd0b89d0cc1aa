"""Spend lines by WBS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from model.plan import Bool, Int32, Int64, Plan

BUDGET: Final = 0
"""`SpendLines.kind` of a budget; commitments and actuals are above it."""


def first_by_wbs(plan: Plan, wbs: Int32, day: Int32) -> Int32:
    """The earliest day given for each WBS of the plan; the largest int32 where there is none."""
    first = np.full(len(plan.wbs), np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(first, wbs, day)
    return first


@dataclass(frozen=True, slots=True)
class LinesByWbs:
    """Rows of the spend lines, those of one WBS together: budgets by release, then the rest."""

    lines: Int64
    first: Int64
    """For each WBS where its lines begin, and one more entry for the end."""
    budgets: Int64
    """For each WBS how many of its lines are budgets."""

    @classmethod
    def of(cls, plan: Plan) -> Self:
        spend, count = plan.spend, len(plan.wbs)
        stated = np.flatnonzero(spend.wbs >= 0)
        wbs, rest = spend.wbs[stated], ~is_budget(plan, stated)
        order = np.lexsort((spend.on[stated], rest, wbs))
        first = np.searchsorted(wbs[order], np.arange(count + 1))
        return cls(stated[order], first, np.bincount(wbs[~rest], minlength=count))

    def paying(self, wbs: int) -> Int64:
        """The budgets of a WBS, or all its lines where it has no budget."""
        lines = self.lines[self.first[wbs] : self.first[wbs + 1]]
        return lines[: self.budgets[wbs] or len(lines)]


def is_budget(plan: Plan, lines: Int64) -> Bool:
    """Whether each line is a budget; one taken back (of no positive amount) is none."""
    budget: Bool = plan.spend.kind[lines] == BUDGET
    return budget & (plan.spend.amount[lines] > 0)


def by_wbs_and_currency(plan: Plan, lines: Int64) -> Int64:
    """Amounts of the lines in hundredths, a row for each WBS, a column for each currency."""
    spend = plan.spend
    sums = np.zeros((len(plan.wbs), len(plan.currencies)), dtype=np.int64)
    np.add.at(sums, (spend.wbs[lines], spend.currency[lines]), spend.amount[lines])
    return sums
