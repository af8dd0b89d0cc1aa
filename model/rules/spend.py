"""Spend lines by WBS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from model.plan import Bool, Int32, Int64, Plan

BUDGET: Final = 0
"""`SpendLines.kind` of a budget; commitments and actuals are above it."""


def earliest_by_wbs(plan: Plan, wbs: Int32, day: Int32) -> Int32:
    """The earliest of the days of each WBS of the plan; the largest int32 where there is none."""
    first = np.full(len(plan.wbs), np.iinfo(np.int32).max, dtype=np.int32)
    # One WBS may have many lines; assignment by index would keep the last.
    np.minimum.at(first, wbs, day)
    return first


@dataclass(frozen=True, slots=True)
class LinesByWbs:
    """Rows of the spend lines, grouped by WBS: budgets by release, then the rest.

    `first` has for each WBS the position of its first line, and one more entry for the end;
    `budgets` has for each WBS how many of its lines are budgets.
    """

    lines: Int64
    first: Int64
    budgets: Int64

    @classmethod
    def of(cls, plan: Plan) -> Self:
        spend, count = plan.spend, len(plan.wbs)
        lines = np.flatnonzero(spend.wbs >= 0)
        wbs, is_other = spend.wbs[lines], ~is_budget(plan, lines)
        # By WBS, then budgets first, then by day: lexsort takes the most significant key last.
        order = np.lexsort((spend.on[lines], is_other, wbs))
        first = np.searchsorted(wbs[order], np.arange(count + 1))
        return cls(lines[order], first, np.bincount(wbs[~is_other], minlength=count))

    def lines_paying(self, wbs: int) -> Int64:
        """The budgets of a WBS, or all its lines where it has no budget."""
        lines = self.lines[self.first[wbs] : self.first[wbs + 1]]
        return lines[: self.budgets[wbs] or len(lines)]


def is_budget(plan: Plan, lines: Int64) -> Bool:
    """Whether each line is a budget; a budget that was withdrawn (amount 0 or less) is not."""
    is_granted: Bool = plan.spend.kind[lines] == BUDGET
    is_granted &= plan.spend.amount[lines] > 0
    return is_granted


def sum_by_wbs_and_currency(plan: Plan, lines: Int64) -> Int64:
    """Sums of the lines in hundredths, one row per WBS and one column per currency."""
    spend = plan.spend
    sums = np.zeros((len(plan.wbs), len(plan.currencies)), dtype=np.int64)
    np.add.at(sums, (spend.wbs[lines], spend.currency[lines]), spend.amount[lines])
    return sums
