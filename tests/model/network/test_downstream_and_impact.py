"""Who lies below an item, and what a slip moves."""

import networkx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.network import (
    Items,
    Links,
    Network,
    compute_delay_impact,
    compute_lateness_impact,
    count_descendants,
    descendants,
    driving_chain,
    explain,
    find_ancestors,
    find_descendants,
    schedule,
)
from tests.model.network.days import TODAY as FRIDAY
from tests.model.network.days import day, shown
from tests.model.network.plans import TODAY, Plan, plans

CHAIN = Items.of(
    [1, 2, 3, 4],
    planned_start=[day(11, 23), day(11, 30), day(12, 7), day(12, 14)],
    planned_finish=[day(11, 27), day(12, 4), day(12, 11), day(12, 18)],
    deadline=[-(2**31), -(2**31), day(12, 14), -(2**31)],
)
JOINED = Links.of([1, 2, 3], [2, 3, 4])
FUNCTIONS = np.array([0, 0, 1, 1], dtype=np.int32)


def layered(count: int, seed: int) -> Network:
    random = np.random.default_rng(seed)
    tail = random.integers(0, count - 1, 2 * count)
    head = tail + 1 + random.integers(0, 40, 2 * count)
    kept = head < count
    items = Items.of(np.arange(count), duration=random.integers(1, 9, count))
    return Network.build(items, Links.of(tail[kept], head[kept]))


def below_each(network: Network) -> list[int]:
    graph = networkx.DiGraph(zip(network.links.predecessor, network.links.successor, strict=True))
    graph.add_nodes_from(network.items.id)
    return [len(networkx.descendants(graph, item)) for item in network.items.id]


def test_downstream_is_everything_that_can_be_reached() -> None:
    network = Network.build(CHAIN, JOINED)
    assert find_descendants(network, np.array([2])).tolist() == [3, 4]
    assert find_ancestors(network, np.array([3])).tolist() == [1, 2]
    assert find_descendants(network, np.array([4])).tolist() == []


def test_done_and_cancelled_items_end_the_way_down() -> None:
    items = Items.of([1, 2, 3, 4], state=[0, 3, 0, 0])
    network = Network.build(items, Links.of([1, 2, 1], [2, 3, 4]))
    assert find_descendants(network, np.array([1])).tolist() == [4]
    assert count_descendants(network).counts.tolist() == [1, 0, 0, 0]


def test_below_a_parent_lie_its_children_and_what_waits_for_it() -> None:
    network = Network.build(Items.of([1, 2, 3], parent=[-1, 1, -1]), Links.of([1], [3]))
    assert find_descendants(network, np.array([1])).tolist() == [2, 3]
    assert count_descendants(network).counts.tolist() == [2, 2, 0]


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(KeyError, match="no item has the id 9"):
        find_descendants(Network.build(CHAIN, JOINED), np.array([9]))


def test_the_counts_below_every_item_are_exact() -> None:
    network = layered(3_000, seed=1)
    found = count_descendants(network)
    assert found.relative_error == 0
    assert found.counts.tolist() == below_each(network)


def test_the_counts_of_a_large_plan_are_within_their_stated_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = layered(3_000, seed=2)
    monkeypatch.setattr(descendants, "EXACT_UP_TO", 100)
    found, true = count_descendants(network), np.array(below_each(network))
    ratio = found.counts[true > 0] / true[true > 0]
    assert abs(ratio.mean() - 1) < 2 * found.relative_error
    assert ratio.std() < 2 * found.relative_error
    assert (found.counts[true == 0] == 0).all()


def test_a_slip_moves_what_it_pushes_across_functions_and_past_deadlines() -> None:
    forecast = schedule(Network.build(CHAIN, JOINED), FRIDAY)
    found = compute_delay_impact(forecast, np.array([1]), np.array([3], dtype=np.int32), FUNCTIONS)
    assert found.ids.tolist() == [2, 3, 4]
    assert found.delay.tolist() == [3, 3, 3]
    assert [shown(value) for value in found.finish] == ["09 Dec", "16 Dec", "23 Dec"]
    assert found.crosses_function.tolist() == [False, True, False]
    assert found.breaks_deadline.tolist() == [False, True, False]
    assert found.path(4) == [1, 2, 3, 4]


def test_a_deadline_missed_already_is_not_broken_by_a_slip() -> None:
    items = Items.of([1, 2], duration=[5, 5], deadline=[-(2**31), day(11, 25)])
    forecast = schedule(Network.build(items, Links.of([1], [2])), FRIDAY)
    found = compute_delay_impact(
        forecast, np.array([1]), np.array([3], dtype=np.int32), FUNCTIONS[:2]
    )
    assert found.ids.tolist() == [2]
    assert found.breaks_deadline.tolist() == [False]


def test_slack_takes_up_a_slip() -> None:
    items = Items.of([1, 2], planned_start=[day(11, 23), day(12, 7)], duration=[1, 1])
    forecast = schedule(Network.build(items, Links.of([1], [2])), FRIDAY)
    found = compute_delay_impact(
        forecast, np.array([1]), np.array([9], dtype=np.int32), FUNCTIONS[:2]
    )
    assert found.ids.tolist() == []


def test_lateness_against_the_own_plan_has_its_impact_already() -> None:
    items = Items.of([1, 2], planned_finish=[day(11, 10), day(11, 24)], duration=[5, 2])
    forecast = schedule(Network.build(items, Links.of([1], [2])), FRIDAY)
    found = compute_lateness_impact(forecast, np.array([1]), FUNCTIONS[:2])
    assert found.ids.tolist() == [2]
    assert found.delay.tolist() == [4]


def test_the_chain_leads_from_the_source_to_the_item() -> None:
    forecast = schedule(Network.build(CHAIN, JOINED), day(12, 2))
    assert driving_chain(forecast, 4) == [1, 2, 3, 4]
    found = explain(forecast, 3)
    assert [step.id for step in found.chain] == [1, 2, 3]
    assert found.descendants.tolist() == [4]
    assert "moves to today" in found.chain[0].reasons[0]


@settings(deadline=None, max_examples=50)
@given(plans(), st.data())
def test_an_impact_is_what_scheduling_with_the_slip_gives(plan: Plan, data: st.DataObject) -> None:
    network = Network.build(plan.items, plan.links, plan.tables)
    assume(not network.cycles)
    forecast = schedule(network, TODAY)
    row = data.draw(st.integers(0, len(plan.items) - 1))
    days, item = data.draw(st.integers(1, 20)), int(plan.items.id[row])
    function = np.arange(len(plan.items), dtype=np.int32)
    found = compute_delay_impact(
        forecast, np.array([item]), np.array([days], dtype=np.int32), function
    )
    moved = {item, *found.ids.tolist()}
    assert moved - {item} <= set(find_descendants(network, np.array([item])).tolist())
    assert (found.delay > 0).all()
    for each in found.ids.tolist():
        assert found.path(each)[0] == item
        assert set(found.path(each)) <= moved
