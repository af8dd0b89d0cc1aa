"""Spend lines by WBS."""

from __future__ import annotations

from typing import Final

import numpy as np

from model.plan import Int32, Int64, Plan

BUDGET: Final = 0
"""`SpendLines.kind` of a budget; commitments and actuals are above it."""


def first_by_wbs(plan: Plan, wbs: Int32, day: Int32) -> Int32:
    """The earliest day given for each WBS of the plan; the largest int32 where there is none."""
    first = np.full(len(plan.wbs), np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(first, wbs, day)
    return first


def lines_of(plan: Plan, wbs: int) -> Int64:
    """Rows of the budget lines of a WBS by release, or of all its lines where it has no budget."""
    spend = plan.spend
    lines = np.flatnonzero(spend.wbs == wbs)
    budgets = lines[(spend.kind[lines] == BUDGET) & (spend.amount[lines] > 0)]
    lines = budgets if len(budgets) else lines
    return lines[np.argsort(spend.on[lines], kind="stable")]


def by_wbs_and_currency(plan: Plan, lines: Int64) -> Int64:
    """Amounts of the lines in hundredths, a row for each WBS, a column for each currency."""
    spend = plan.spend
    sums = np.zeros((len(plan.wbs), len(plan.currencies)), dtype=np.int64)
    np.add.at(sums, (spend.wbs[lines], spend.currency[lines]), spend.amount[lines])
    return sums
