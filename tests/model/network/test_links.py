"""What becomes of a link: used, counted once, or set aside and said so."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.network import (
    Calendar,
    Calendars,
    Cycle,
    Items,
    Links,
    LinkUse,
    Network,
    Treatment,
    schedule,
)
from tests.model.network.days import day, finishes, scheduled, starts


def network(count: int, pairs: list[tuple[int, int]], **columns: object) -> Network:
    items = Items.of(range(1, count + 1), duration=[1] * count, **columns)  # type: ignore[arg-type]
    return Network.build(items, Links.of([a for a, _ in pairs], [b for _, b in pairs]))


def test_a_link_reported_from_both_ends_counts_once() -> None:
    found = network(2, [(1, 2), (1, 2)])
    assert found.link_use.tolist() == [LinkUse.USED, LinkUse.DUPLICATE]
    assert found.cycles == ()


def test_of_two_reports_of_a_link_the_one_that_sets_the_date_counts() -> None:
    items = Items.of([1, 2, 3], duration=[1, 1, 1])
    for lags in ([0, 5, 5, 2], [5, 0, 2, 5]):
        found = Network.build(items, Links.of([1, 1, 2, 2], [2, 2, 3, 3], lag=lags))
        longest = [LinkUse.USED if lag == 5 else LinkUse.DUPLICATE for lag in lags]
        assert found.link_use.tolist() == longest


def test_two_types_of_link_between_two_items_both_count() -> None:
    items = Items.of([1, 2], duration=[1, 1])
    found = Network.build(items, Links.of([1, 1], [2, 2], type=[0, 2]))
    assert found.link_use.tolist() == [LinkUse.USED, LinkUse.USED]


def test_links_to_nothing_and_to_oneself_are_named_and_left_out() -> None:
    found = network(2, [(1, 9), (9, 1), (2, 2), (1, 2)])
    assert found.link_use.tolist() == [LinkUse.UNKNOWN, LinkUse.UNKNOWN, LinkUse.SELF, LinkUse.USED]


def test_a_link_between_a_child_and_its_grandparent_is_left_out() -> None:
    found = network(3, [(3, 1), (1, 3)], parent=[-1, 1, 2])
    assert found.link_use.tolist() == [LinkUse.OWN_PARENT, LinkUse.OWN_PARENT]
    assert found.cycles == ()


def test_a_loop_of_parents_counts_as_no_parents() -> None:
    items = Items.of([1, 2, 3], parent=[2, 1, -1], duration=[1, 2, 3])
    assert finishes(scheduled(items)) == ["20 Nov", "23 Nov", "24 Nov"]


def test_a_cycle_is_found_whole_and_its_shortest_way_round_shown() -> None:
    found = network(6, [(1, 2), (2, 3), (3, 4), (4, 1), (3, 1), (4, 5), (6, 1)])
    assert found.cycles == (Cycle(members=(1, 2, 3, 4), shortest=(1, 2, 3)),)
    assert found.link_use.tolist() == [LinkUse.CYCLE] * 5 + [LinkUse.USED] * 2


def test_two_cycles_are_two_and_the_rest_of_the_plan_gets_dates() -> None:
    found = network(7, [(1, 2), (2, 1), (2, 3), (3, 4), (4, 5), (5, 3), (5, 6), (7, 1)])
    assert [cycle.members for cycle in found.cycles] == [(1, 2), (3, 4, 5)]
    dates = schedule(found, day(11, 20))
    assert finishes(dates) == [
        "23 Nov", "20 Nov", "23 Nov", "20 Nov", "20 Nov", "23 Nov", "20 Nov",
    ]  # fmt: skip


def test_opposite_links_between_two_items_are_a_cycle_of_two() -> None:
    assert network(2, [(2, 1), (1, 2)]).cycles == (Cycle((1, 2), (1, 2)),)


def test_a_cycle_through_a_parent_is_shown_between_the_items_people_know() -> None:
    found = network(3, [(2, 3), (3, 1)], parent=[-1, 1, -1])
    assert found.cycles == (Cycle(members=(1, 2, 3), shortest=(1, 2, 3)),)


def test_a_long_ring_is_found_without_recursion() -> None:
    size = 20_000
    ring = [(at, at % size + 1) for at in range(1, size + 1)]
    (cycle,) = network(size, ring).cycles
    assert cycle.shortest == tuple(range(1, size + 1))


def distances(count: int, pairs: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """The links on the shortest way from each item to each that it leads to, itself included
    (Floyd, "Algorithm 97: Shortest path", CACM 5, 1962)."""
    far = 2 * count
    every = range(1, count + 1)
    found = {(a, b): 1 if (a, b) in pairs else far for a in every for b in every}
    for via in every:
        for a, b in found:
            found[a, b] = min(found[a, b], found[a, via] + found[via, b])
    return {ends: length for ends, length in found.items() if length < far}


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_cycles_are_those_that_a_plain_search_finds(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 9))
    item = st.integers(1, count)
    ends = st.tuples(item, item).filter(lambda pair: pair[0] != pair[1])
    pairs = data.draw(st.sets(ends, max_size=20))
    way = distances(count, pairs)
    wholes = {
        tuple(b for b in range(1, count + 1) if (a, b) in way and (b, a) in way)
        for a in range(1, count + 1)
        if (a, a) in way
    }
    cycles = network(count, sorted(pairs)).cycles
    assert {cycle.members for cycle in cycles} == wholes
    for cycle in cycles:
        assert set(pairwise([*cycle.shortest, cycle.shortest[0]])) <= pairs
        assert len(cycle.shortest) == min(way[member, member] for member in cycle.members)


def test_of_two_drivers_the_one_with_the_lowest_id_is_named() -> None:
    for ids in ([7, 5, 9], [5, 7, 9]):
        items = Items.of(ids, duration=[2, 2, 2])
        found = scheduled(items, Links.of([5, 7], [9, 9]))
        assert ids[found.driver[2]] == 5


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="occurs twice"):
        Network.build(Items.of([1, 1]), Links.of([], []))
    with pytest.raises(ValueError, match="occurs twice"):
        Network.build(Items.of([1, 10**15, 1]), Links.of([], []))


def test_ids_far_apart_are_found_all_the_same() -> None:
    items = Items.of([10**15, 5, 7 * 10**12], duration=[1, 2, 3])
    found = Network.build(items, Links.of([5, 5], [10**15, 6]))
    assert found.link_use.tolist() == [LinkUse.USED, LinkUse.UNKNOWN]


def test_a_calendar_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="outside the 1 given"):
        Network.build(Items.of([1], calendar=[1]), Links.of([], []))


def test_a_column_of_another_length_or_name_is_refused() -> None:
    with pytest.raises(ValueError, match="column state has 1 rows, the ids have 2"):
        Items.of([1, 2], state=[0])
    with pytest.raises(TypeError, match="no such column: stat"):
        Items.of([1], stat=[0])


def test_no_items_at_all_are_a_plan_too() -> None:
    assert finishes(scheduled(Items.of([]))) == []


def test_a_working_lag_counts_the_working_days_of_the_successor() -> None:
    calendars = Calendars.of([Calendar(), Calendar((True,) * 7)])
    items = Items.of([1, 2, 3], calendar=[0, 0, 1], duration=[1, 1, 1])
    found = scheduled(items, Links.of([1, 1], [2, 3], lag=[2, 2]), calendars)
    assert starts(found) == ["20 Nov", "25 Nov", "23 Nov"]


def test_an_elapsed_lag_counts_every_day() -> None:
    items = Items.of([1, 2], duration=[1, 1])
    found = scheduled(items, Links.of([1], [2], lag=[4], elapsed=[True]))
    assert starts(found)[1] == "25 Nov"


def test_holidays_are_off_and_own_exceptions_are_worked() -> None:
    calendars = Calendars.of([Calendar(holidays=[day(11, 23)], extra_days=[day(11, 21)])])
    found = scheduled(Items.of([1], duration=[3]), calendars=calendars)
    assert finishes(found) == ["24 Nov"]


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="works at least one"):
        Calendars.of([Calendar((False,) * 7)])


def test_a_function_that_works_one_day_a_week_does_not_shorten_the_others_horizon() -> None:
    rare = Calendar((True,) + (False,) * 6)
    items = Items.of([1, 2, 3], calendar=[0, 0, 1], duration=[9_000, 9_000, 1])
    links = Links.of([1], [2])
    found = scheduled(items, links, Calendars.of([Calendar(), rare]))
    alone = scheduled(items, links, Calendars.of([Calendar(), Calendar()]))
    assert found.early_finish[:2].tolist() == alone.early_finish[:2].tolist()


def test_a_plan_that_runs_past_the_calendars_ends_with_them_and_says_so() -> None:
    items = Items.of(range(20), duration=[10_000] * 20)
    found = scheduled(items, Links.of(range(19), range(1, 20)))
    assert (found.early_finish[1:] >= found.early_finish[:-1]).all()
    assert Treatment(int(found.treatment[19])) & Treatment.OUT_OF_RANGE
    assert not Treatment(int(found.treatment[0])) & Treatment.OUT_OF_RANGE
