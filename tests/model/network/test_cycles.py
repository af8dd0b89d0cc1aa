"""Dependency cycles: each found whole, its shortest way round shown, its links set aside."""

from itertools import pairwise
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from model.network import Cycle, Items, Links, LinkUse, Network, Treatment, cycles, schedule
from model.records import State
from tests.model.network.days import day, finishes


def build(count: int, pairs: list[tuple[int, int]], **columns: object) -> Network:
    items = Items.of(range(1, count + 1), duration=[1] * count, **columns)  # type: ignore[arg-type]
    return Network.build(items, Links.of([tail for tail, _ in pairs], [head for _, head in pairs]))


def test_a_cycle_is_found_whole_and_its_shortest_way_round_shown() -> None:
    network = build(6, [(1, 2), (2, 3), (3, 4), (4, 1), (3, 1), (4, 5), (6, 1)])
    assert network.cycles == (Cycle(members=(1, 2, 3, 4), shortest=(1, 2, 3)),)
    assert network.link_use.tolist() == [LinkUse.CYCLE] * 5 + [LinkUse.USED] * 2
    assert network.in_cycle.tolist() == [True] * 4 + [False] * 2


def test_two_cycles_are_two_and_the_rest_of_the_plan_gets_dates() -> None:
    network = build(7, [(1, 2), (2, 1), (2, 3), (3, 4), (4, 5), (5, 3), (5, 6), (7, 1)])
    assert [cycle.members for cycle in network.cycles] == [(1, 2), (3, 4, 5)]
    assert finishes(schedule(network, day(11, 20))) == [
        "23 Nov", "20 Nov", "23 Nov", "20 Nov", "20 Nov", "23 Nov", "20 Nov",
    ]  # fmt: skip


def test_opposite_links_between_two_items_are_a_cycle_of_two() -> None:
    assert build(2, [(2, 1), (1, 2)]).cycles == (Cycle((1, 2), (1, 2)),)


def test_members_of_a_cycle_are_marked_unless_they_are_cancelled() -> None:
    network = build(3, [(1, 2), (2, 1)], state=[0, State.CANCELLED, 0])
    treatment = schedule(network, day(11, 20)).treatment
    assert Treatment.IN_CYCLE in Treatment(int(treatment[0]))
    assert treatment[1] == Treatment.CANCELLED
    assert Treatment.IN_CYCLE not in Treatment(int(treatment[2]))


def test_the_order_of_links_does_not_change_the_cycle_that_is_shown() -> None:
    pairs = [(1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2), (3, 4), (4, 3)]
    assert build(4, pairs).cycles == build(4, pairs[::-1]).cycles


def test_a_link_between_child_and_grandparent_makes_no_cycle() -> None:
    assert build(3, [(3, 1), (1, 3)], parent=[-1, 1, 2]).cycles == ()


def test_a_cycle_through_a_parent_is_shown_between_items() -> None:
    network = build(3, [(2, 3), (3, 1)], parent=[-1, 1, -1])
    assert network.cycles == (Cycle(members=(1, 2, 3), shortest=(1, 2, 3)),)


def test_a_long_ring_is_found_without_recursion() -> None:
    size = 20_000
    ring = [(at, at % size + 1) for at in range(1, size + 1)]
    (cycle,) = build(size, ring).cycles
    assert cycle.shortest == tuple(range(1, size + 1))


def test_a_search_cut_at_its_limit_still_shows_a_cycle() -> None:
    ring = [(at, at % 9 + 1) for at in range(1, 10)]
    with patch.object(cycles, "SEARCH_LIMIT", 1):
        (cycle,) = build(9, [*ring, (6, 5)]).cycles
    assert cycle.members == tuple(range(1, 10))
    assert cycle.shortest == tuple(range(1, 10)), "found first, though (5, 6) is shorter"


def path_lengths(count: int, pairs: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """The links on the shortest path from each item to each that it reaches, itself included
    (Floyd, "Algorithm 97: Shortest path", CACM 5, 1962)."""
    unreachable = 2 * count
    items = range(1, count + 1)
    lengths = {(a, b): 1 if (a, b) in pairs else unreachable for a in items for b in items}
    for via in items:
        for a, b in lengths:
            lengths[a, b] = min(lengths[a, b], lengths[a, via] + lengths[via, b])
    return {ends: length for ends, length in lengths.items() if length < unreachable}


@settings(max_examples=150)
@given(st.data())
def test_cycles_are_those_that_a_plain_search_finds(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 9))
    item = st.integers(1, count)
    ends = st.tuples(item, item).filter(lambda pair: pair[0] != pair[1])
    pairs = data.draw(st.sets(ends, max_size=20))
    lengths = path_lengths(count, pairs)
    components = {
        tuple(b for b in range(1, count + 1) if (a, b) in lengths and (b, a) in lengths)
        for a in range(1, count + 1)
        if (a, a) in lengths
    }
    found_cycles = build(count, sorted(pairs)).cycles
    assert {cycle.members for cycle in found_cycles} == components
    for cycle in found_cycles:
        assert cycle.shortest[0] == min(cycle.shortest)
        assert set(pairwise([*cycle.shortest, cycle.shortest[0]])) <= pairs
        assert len(cycle.shortest) == min(lengths[member, member] for member in cycle.members)
