"""Random small plans, as a tool might hold them: incomplete, contradictory, half done."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from model.network import NO_DATE, Calendar, Calendars, Items, Links
from tests.model.network.reference import working_days

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
class Plan:
    items: Items
    links: Links
    calendars: list[Calendar]
    today: int = TODAY

    @property
    def tables(self) -> Calendars:
        return TABLES[len(self.calendars)]

    @property
    def worked(self) -> list[list[int]]:
        return WORKED[: len(self.calendars)]


def works(calendar: Calendar, day: int) -> bool:
    if day in calendar.extra_days:
        return True
    return calendar.week[(day + 3) % 7] and day not in calendar.holidays


WORKED = [working_days(lambda day, c=c: works(c, day)) for c in CALENDARS]
TABLES = {count: Calendars.of(CALENDARS[:count]) for count in (1, 3)}


@st.composite
def plans(draw: st.DrawFn, calendars: int = 3, parents: bool = True, limits: bool = True) -> Plan:
    """Plans without cycles among their stated links, rows and ids in any order."""
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
            above = draw(st.sampled_from([-1, -1, row - 1, row // 2]))
            parent[row] = ids[above] if 0 <= above < row else -1
    items = Items.of(ids, parent=parent, **columns)
    today = draw(st.integers(TODAY, TODAY + 4))
    return Plan(items, draw(links_among(ids)), CALENDARS[:calendars], today)


@st.composite
def links_among(draw: st.DrawFn, ids: list[int]) -> Links:
    if len(ids) < 2:
        return Links.of([], [])
    pair = st.lists(st.integers(0, len(ids) - 1), min_size=2, max_size=2, unique=True).map(sorted)
    pairs = draw(st.lists(pair, max_size=10))
    m = len(pairs)
    ints = lambda low, high: draw(st.lists(st.integers(low, high), min_size=m, max_size=m))  # noqa: E731
    return Links.of(
        [ids[one] for one, _ in pairs], [ids[other] for _, other in pairs],
        type=ints(0, 3), lag=ints(-4, 5), elapsed=np.array(ints(0, 1)) == 1,
    )  # fmt: skip
