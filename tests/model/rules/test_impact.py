"""Which item drives which: marks are passed on, and each item counts for one cause."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from model.records import State
from model.rules.impact import find_pushed, propagate_marks
from tests.model.rules.plans import Row, build_context, run_rule

START = date(2026, 3, 2)


def test_a_mark_reaches_all_rows_that_are_driven_and_no_other():
    rows = [Row(f"T-{n}", days=1) for n in range(40)]
    links = [(f"T-{n}", f"T-{n + 1}") for n in range(38)]
    context = build_context(*rows, links=links).plan
    mark = np.full(len(rows), -1)
    mark[7], mark[20] = 5, 6
    assert propagate_marks(context, mark).tolist() == [-1] * 7 + [5] * 13 + [6] * 19 + [-1]


def test_an_item_after_two_late_handovers_counts_for_the_driving_one():
    rows = [
        Row("IT-1", start=START, finish=START + timedelta(days=4)),
        Row("SEC-1", "security", start=START, finish=START + timedelta(days=18)),
        Row("MKT-1", "marketing", start=START, finish=START + timedelta(days=1)),
        Row(
            "MKT-2", "marketing", start=START + timedelta(days=2), finish=START + timedelta(days=3)
        ),
    ]
    links = [("IT-1", "MKT-1"), ("SEC-1", "MKT-1"), ("MKT-1", "MKT-2")]
    by_function = {
        finding.functions[0]: finding.impact
        for finding in run_rule("late_handover", build_context(*rows, links=links))
    }
    assert (by_function["security"].days, by_function["security"].items) == (15, 2)
    assert (by_function["it"].days, by_function["it"].items) == (5, 1)


def test_only_open_work_that_a_predecessor_moves_past_its_plan_is_pushed():
    late, short = Row("IT-1", finish=START + timedelta(days=11)), {"days": 1}
    rows = [
        late,
        Row("Pushed", finish=START + timedelta(days=9), **short),
        Row("In time", finish=START + timedelta(days=30), **short),
        Row("Undated", **short),
        Row("Overdue", finish=START - timedelta(days=3), state=State.IN_PROGRESS),
        Row("Done", finish=START, state=State.DONE),
        Row("Deal", "sales", close=START + timedelta(days=9)),
        Row("Lost", "sales", close=START + timedelta(days=9), lost=True),
    ]
    followers = ("Pushed", "In time", "Undated", "Done", "Deal", "Lost")
    context = build_context(*rows, links=[("IT-1", key) for key in followers])

    is_pushed = find_pushed(context.plan)

    assert [row.key for row, pushed in zip(rows, is_pushed, strict=True) if pushed] == [
        "Pushed",
        "Deal",
    ]
