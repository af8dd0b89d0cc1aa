"""Descendants and ancestors of items, and how many descendants each has."""

import networkx
import numpy as np
import pytest

from model.network import (
    Items,
    Links,
    Network,
    count_descendants,
    descendants,
    find_ancestors,
    find_descendants,
    with_descendants,
)
from model.records import State

CHAIN = Network.build(Items.of([1, 2, 3, 4]), Links.of([1, 2, 3], [2, 3, 4]))
WITH_DONE_ITEM = Network.build(
    Items.of([1, 2, 3, 4], state=[0, State.DONE, 0, 0]), Links.of([1, 2, 1], [2, 3, 4])
)
WITH_PARENT = Network.build(Items.of([1, 2, 3], parent=[-1, 1, -1]), Links.of([1], [3]))

STATED_ERROR = (descendants.SKETCHES - 2) ** -0.5
"""The relative standard error of an estimate."""


def random_network(count: int, seed: int) -> Network:
    random = np.random.default_rng(seed)
    tail = random.integers(0, count - 1, 2 * count)
    head = tail + 1 + random.integers(0, 40, 2 * count)
    inside = head < count
    items = Items.of(np.arange(count), duration=random.integers(1, 9, count))
    return Network.build(items, Links.of(tail[inside], head[inside]))


def counts_by_networkx(network: Network) -> list[int]:
    graph = networkx.DiGraph(zip(network.links.predecessor, network.links.successor, strict=True))
    graph.add_nodes_from(network.items.id)
    return [len(networkx.descendants(graph, item)) for item in network.items.id]


def test_descendants_are_all_items_that_can_be_reached() -> None:
    assert find_descendants(CHAIN, np.array([2])).tolist() == [3, 4]
    assert find_descendants(CHAIN, np.array([4])).tolist() == []


def test_ancestors_are_all_items_from_which_one_is_reached() -> None:
    assert find_ancestors(CHAIN, np.array([3])).tolist() == [1, 2]


def test_the_items_asked_for_are_not_their_own_descendants() -> None:
    assert find_descendants(CHAIN, np.array([1, 3])).tolist() == [2, 4]


def test_done_and_cancelled_items_hand_nothing_on() -> None:
    assert find_descendants(WITH_DONE_ITEM, np.array([1])).tolist() == [4]
    assert find_descendants(WITH_DONE_ITEM, np.array([2])).tolist() == []
    assert count_descendants(WITH_DONE_ITEM).tolist() == [1, 0, 0, 0]


def test_descendants_of_a_parent_are_its_children_and_what_waits_for_it() -> None:
    assert find_descendants(WITH_PARENT, np.array([1])).tolist() == [2, 3]
    assert count_descendants(WITH_PARENT).tolist() == [2, 2, 0]


def test_rows_with_their_descendants_include_what_is_done() -> None:
    assert with_descendants(WITH_DONE_ITEM, np.array([1])).tolist() == [False, True, True, False]
    assert with_descendants(WITH_PARENT, np.array([0])).tolist() == [True, True, True]
    assert not with_descendants(CHAIN, np.array([], dtype=np.int64)).any()


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(KeyError, match="no item has the id 9"):
        find_descendants(CHAIN, np.array([9]))


def test_the_counts_of_every_item_are_exact() -> None:
    network = random_network(1_000, seed=1)
    result = count_descendants(network)
    assert result.tolist() == counts_by_networkx(network)


def test_the_counts_of_a_large_plan_are_within_their_stated_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = random_network(1_000, seed=2)
    monkeypatch.setattr(descendants, "EXACT_UP_TO", 100)
    result, exact = count_descendants(network), np.array(counts_by_networkx(network))
    ratio = result[exact > 0] / exact[exact > 0]
    assert abs(ratio.mean() - 1) < 2 * STATED_ERROR
    assert ratio.std() < 2 * STATED_ERROR
    assert (result[exact == 0] == 0).all()


def test_estimated_counts_leave_out_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descendants, "EXACT_UP_TO", 0)
    assert count_descendants(WITH_DONE_ITEM).tolist() == [1, 0, 0, 0]


def test_estimated_counts_of_a_parent_include_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descendants, "EXACT_UP_TO", 0)
    network = Network.build(Items.of(range(101), parent=[-1] + [0] * 100), Links.of([], []))
    result = count_descendants(network)
    assert result[0] == pytest.approx(100, rel=3 * STATED_ERROR)


def test_an_item_with_a_descendant_is_never_estimated_to_have_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(descendants, "EXACT_UP_TO", 0)
    tails = np.arange(0, 2_000, 2)
    counts = count_descendants(Network.build(Items.of(range(2_000)), Links.of(tails, tails + 1)))
    assert counts[tails].min() >= 1
    assert (counts[tails + 1] == 0).all()
