"""Hypothesis strategies for small plans as a tool might hold them: incomplete, contradictory,
half done."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from model.network import NO_DATE, Calendar, Calendars, Items, Links
from tests.model.network.reference_scheduler import list_working_days

TODAY = 20_777
"""Friday 2026-11-20."""
CALENDARS = [
    Calendar(),
    Calendar(week=(True,) * 6 + (False,), holidays=(20_780, 20_781)),
    Calendar(week=(True, False, True, False, True, False, False), extra_days=(20_785,)),
]

days = st.integers(TODAY - 30, TODAY + 40)
maybe_day = st.one_of(st.just(NO_DATE), days)


@dataclass(frozen=True)
class RandomPlan:
    items: Items
    links: Links
    calendars: list[Calendar]
    today: int = TODAY

    @property
    def tables(self) -> Calendars:
        return TABLES[len(self.calendars)]

    @property
    def working_days(self) -> list[list[int]]:
        """The working days of each calendar, for the reference."""
        return WORKING_DAYS[: len(self.calendars)]


def is_worked(calendar: Calendar, day: int) -> bool:
    if day in calendar.extra_days:
        return True
    return calendar.week[(day + 3) % 7] and day not in calendar.holidays


WORKING_DAYS = [
    list_working_days(lambda day, calendar=calendar: is_worked(calendar, day))
    for calendar in CALENDARS
]
TABLES = {count: Calendars.of(CALENDARS[:count]) for count in (1, 3)}


@st.composite
def plans(
    draw: st.DrawFn, calendars: int = 3, parents: bool = True, limits: bool = True
) -> RandomPlan:
    """Plans without cycles among their stated links, rows and ids in any order.

    `limits` allows deadlines and all constraints; without it only those that move early dates.
    """
    count = draw(st.integers(1, 7))
    ids = draw(st.permutations(range(10, 10 + count)))
    item = st.fixed_dictionaries(
        {
            "calendar": st.integers(0, calendars - 1),
            "planned_start": maybe_day,
            "planned_finish": maybe_day,
            "actual_start": st.one_of(st.just(NO_DATE), st.just(NO_DATE), days),
            "actual_finish": st.one_of(st.just(NO_DATE), days),
            "duration": st.integers(-1, 12),
            "remaining": st.sampled_from([-1, -1, -1, 0, 3, 9]),
            "percent": st.sampled_from([-1, -1, 0, 30, 100]),
            "state": st.sampled_from([0, 0, 0, 0, 1, 2, 3, 4]),
            "milestone": st.sampled_from([False, False, False, True]),
            "constraint": st.integers(0, 6) if limits else st.sampled_from([0, 1, 3]),
            "constraint_date": maybe_day,
            "deadline": maybe_day if limits else st.just(NO_DATE),
        }
    )
    rows = draw(st.lists(item, min_size=count, max_size=count))
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    parent = [-1] * count
    if parents:
        for row in range(1, count):
            parent_row = draw(st.sampled_from([-1, -1, row - 1, row // 2]))
            parent[row] = ids[parent_row] if 0 <= parent_row < row else -1
    items = Items.of(ids, parent=parent, **columns)
    today = draw(st.integers(TODAY, TODAY + 4))
    return RandomPlan(items, draw(links_among(ids)), CALENDARS[:calendars], today)


@st.composite
def links_among(draw: st.DrawFn, ids: list[int]) -> Links:
    """Links of all types from items earlier in the list to later ones."""
    if len(ids) < 2:
        return Links.of([], [])
    pair = st.lists(st.integers(0, len(ids) - 1), min_size=2, max_size=2, unique=True).map(sorted)
    pairs = draw(st.lists(pair, max_size=10))

    def integers(low: int, high: int) -> list[int]:
        value = st.integers(low, high)
        return draw(st.lists(value, min_size=len(pairs), max_size=len(pairs)))

    return Links.of(
        [ids[tail] for tail, _ in pairs], [ids[head] for _, head in pairs],
        type=integers(0, 3), lag=integers(-4, 5), elapsed=np.array(integers(0, 1)) == 1,
    )  # fmt: skip
