"""Which record took the time by which something is late, from a history that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from model.root_cause import Change, Slip, find_slips, find_upstream, tell_unknown

A, B, C, TARGET = 1, 2, 3, 9


def working_days(start: date, end: date) -> int:
    """Every day is worked, so that the days of a test can be counted."""
    return (end - start).days


def on(day: int) -> date:
    return date(2026, 3, day)


@dataclass(frozen=True)
class State:
    chain: Sequence[int]
    finishes: Mapping[int, date]

    def finish_of(self, record_id: int) -> date | None:
        return self.finishes.get(record_id)


def state(*chain: int, **finishes: int) -> State:
    """The driving chain, and the finishes in March by record: a, b, c, and t for the target."""
    ids = {"a": A, "b": B, "c": C, "t": TARGET}
    return State(chain, {ids[name]: on(day) for name, day in finishes.items()})


def changed(record_id: int, day: int, *clauses: str) -> Change:
    return Change(record_id, on(day), clauses or ("planned finish moved",))


def slips(
    states: Mapping[int, State], *changes: Change, promised: int = 10, today: int = 9
) -> list[tuple[int | None, int, int, int]]:
    """The record, first and last day and days of each slip; a state holds until the next one."""
    found = all_slips(states, *changes, promised=promised, today=today)
    final = states[max(states)].finish_of(TARGET)
    assert final is not None
    assert sum(slip.days for slip in found) == working_days(on(promised), final)
    return [(s.record_id, s.first_day.day, s.last_day.day, s.days) for s in found]


def all_slips(
    states: Mapping[int, State], *changes: Change, promised: int = 10, today: int = 9
) -> list[Slip]:
    def snapshot_on(day: date) -> State:
        return states[max(number for number in states if number <= day.day)]

    first = on(min(states))
    return find_slips(TARGET, on(promised), first, on(today), changes, snapshot_on, working_days)


def test_each_of_three_hops_has_the_days_that_it_took() -> None:
    chain = (A, B, TARGET)
    history = {
        1: state(*chain, a=4, b=7, t=10),
        3: state(*chain, a=6, b=9, t=12),
        5: state(*chain, a=6, b=12, t=15),
        8: state(*chain, a=6, b=12, t=19),
    }

    assert slips(history, changed(A, 3), changed(B, 5), changed(TARGET, 8)) == [
        (A, 3, 3, 2),
        (B, 5, 5, 3),
        (TARGET, 8, 8, 4),
    ]


def test_two_that_slip_on_one_day_share_it() -> None:
    chain = (A, B, TARGET)
    history = {1: state(*chain, a=4, b=7, t=10), 3: state(*chain, a=6, b=12, t=15)}

    assert slips(history, changed(A, 3), changed(B, 3)) == [(B, 3, 3, 3), (A, 3, 3, 2)]


def test_what_float_absorbs_delays_nobody() -> None:
    free = state(TARGET, a=4, b=7, t=10)
    history = {1: free, 3: state(A, B, TARGET, a=9, b=9, t=12)}

    assert slips(history, changed(A, 3)) == [(A, 3, 3, 2)]


def test_what_was_open_while_its_date_passed_took_these_days() -> None:
    chain = (A, TARGET)
    history = {
        1: state(*chain, a=2, t=10),
        3: state(*chain, a=3, t=11),
        4: state(*chain, a=4, t=12),
        5: state(*chain, a=5, t=13),
    }

    # Seen from the days on which anything changed: the 1st and the 5th, on which it was done.
    found = all_slips(history, changed(A, 5, "state planned → done"))
    (passed, done) = found
    assert (passed.record_id, passed.first_day, passed.last_day) == (A, on(3), on(4))
    assert (passed.days, passed.is_overdue, passed.changes) == (2, True, ())
    assert (done.days, done.changes) == (1, ("state planned → done",))


def test_when_another_predecessor_takes_over_each_has_its_own_days() -> None:
    history = {
        1: state(A, TARGET, a=2, c=2, t=10),
        3: state(A, TARGET, a=3, c=2, t=11),
        5: state(C, TARGET, a=3, c=5, t=13),
    }

    assert slips(history) == [(A, 3, 3, 1), (C, 5, 5, 2)]


def test_a_new_predecessor_took_what_it_moved() -> None:
    history = {1: state(TARGET, t=10), 4: state(A, B, TARGET, a=9, b=11, t=14)}

    assert slips(history, changed(B, 4, "first on record")) == [(B, 4, 4, 4)]


def test_a_new_link_to_work_that_was_late_already_is_the_change_of_who_states_it() -> None:
    history = {1: state(TARGET, a=12, t=10), 4: state(A, TARGET, a=12, t=14)}

    assert slips(history, changed(TARGET, 4, "new dependency")) == [(TARGET, 4, 4, 4)]


def test_time_that_is_gained_back_counts_against_the_delay() -> None:
    chain = (A, TARGET)
    history = {
        1: state(*chain, a=4, t=10),
        3: state(*chain, a=9, t=15),
        6: state(TARGET, a=2, t=12),
    }

    assert slips(history, changed(A, 3), changed(A, 6)) == [(A, 3, 3, 5), (A, 6, 6, -3)]


def test_what_happened_before_the_history_begins_is_said_to_be_unknown() -> None:
    history = {2: state(A, TARGET, a=6, t=13), 5: state(A, TARGET, a=8, t=15)}

    assert slips(history, changed(A, 5)) == [(None, 2, 2, 3), (A, 5, 5, 2)]


def test_what_its_driver_lost_before_is_told_as_far_as_it_moved_the_target() -> None:
    unknown, later = Slip(None, on(9), on(9), 5), Slip(B, on(10), on(10), 2)
    early, gained, late = (Slip(A, on(d), on(d), n) for d, n in ((2, 6), (3, -1), (4, 4)))

    told = tell_unknown([unknown, later], [early, gained, late])

    # The first four of nine days were absorbed by slack.
    assert [(s.record_id, s.first_day.day, s.days, s.is_before) for s in told] == [
        (A, 2, 2, True),
        (A, 3, -1, True),
        (A, 4, 4, True),
        (B, 10, 2, False),
    ]
    (rest, known, _) = tell_unknown([unknown, later], [late])
    assert (rest.record_id, rest.days, known.days) == (None, 1, 4)


def test_a_move_that_no_change_explains_is_said_to_be_unexplained() -> None:
    history = {1: state(A, TARGET, a=4, t=10), 5: state(A, TARGET, a=4, t=12)}

    (slip,) = all_slips(history)
    assert (slip.record_id, slip.days, slip.changes, slip.is_overdue) == (A, 2, (), False)


def test_days_on_which_it_had_no_forecast_are_left_out() -> None:
    history = {
        1: state(A, TARGET, a=4, t=10),
        3: State((), {}),
        5: state(A, TARGET, a=6, t=12),
    }
    changes = (changed(TARGET, 3, "state planned → cancelled"), changed(TARGET, 5, "back"))

    assert sum(slip.days for slip in all_slips(history, *changes)) == 2
    assert all_slips({1: state(TARGET, t=10), 3: State((), {})}, changed(TARGET, 3)) == []


@pytest.mark.parametrize("today", [5, 6, 9])
def test_the_slips_do_not_depend_on_how_long_nothing_has_happened_since(today: int) -> None:
    history = {1: state(A, TARGET, a=4, t=10), 5: state(A, TARGET, a=6, t=12)}

    assert slips(history, changed(A, 5), today=today) == [(A, 5, 5, 2)]


def test_upstream_is_everything_that_it_waits_for_also_around_a_cycle() -> None:
    edges = (np.array([A, B, C, B, 7]), np.array([B, TARGET, B, A, 8]))

    assert find_upstream(TARGET, [edges]).tolist() == [A, B, C, TARGET]


def test_days_on_which_nothing_that_drives_the_target_changed_are_not_looked_at() -> None:
    history = {1: state(A, TARGET, a=4, t=10), 20: state(A, TARGET, a=6, t=12)}
    looked_at: set[int] = set()

    def snapshot_on(day: date) -> State:
        looked_at.add(day.day)
        return history[max(number for number in history if number <= day.day)]

    changes = [*(changed(B, day) for day in range(2, 31)), changed(A, 20)]
    found = find_slips(TARGET, on(10), on(1), on(31), changes, snapshot_on, working_days)

    assert [(slip.record_id, slip.first_day.day, slip.days) for slip in found] == [(A, 20, 2)]
    assert len(looked_at) <= 12
