"""The level order of nodes and the links by either end."""

from unittest.mock import patch

import numpy as np
import pytest

from model.network import topology as topology_module
from model.network.topology import Topology, build_topology, degrees, neighbours
from tests.benchmarks.plans import build_layered_plan

PLAIN = build_layered_plan(900, 9)


@pytest.fixture(params=[0, 24, 10_000], ids=["by level", "mixed", "by node"])
def topology(request: pytest.FixtureRequest) -> Topology:
    with patch.object(topology_module, "NARROW", request.param):
        result = build_topology(PLAIN.nodes, PLAIN.tail, PLAIN.head)
    assert isinstance(result, Topology)
    return result


def test_every_predecessor_lies_in_an_earlier_level_and_one_in_the_level_before(
    topology: Topology,
) -> None:
    level = np.zeros(PLAIN.nodes, dtype=np.int64)
    for number, (first, _, end) in enumerate(topology.levels):
        level[topology.node[first:end]] = number
    latest = np.full(PLAIN.nodes, -1)
    np.maximum.at(latest, PLAIN.head, level[PLAIN.tail])
    assert (latest == level - 1).all()


def test_within_a_level_the_nodes_with_successors_come_first(topology: Topology) -> None:
    out_degree = np.bincount(PLAIN.tail, minlength=PLAIN.nodes)[topology.node]
    for first, first_sink, end in topology.levels:
        assert (out_degree[first:first_sink] > 0).all()
        assert (out_degree[first_sink:end] == 0).all()
    assert topology.level_starts.tolist() == [first for first, _, _ in topology.levels]


def test_both_adjacencies_hold_every_link_by_its_number(topology: Topology) -> None:
    for adjacency, near, far in (
        (topology.incoming, PLAIN.head, PLAIN.tail),
        (topology.outgoing, PLAIN.tail, PLAIN.head),
    ):
        assert sorted(adjacency.link.tolist()) == list(range(len(PLAIN.tail)))
        owner = np.arange(PLAIN.nodes).repeat(np.diff(adjacency.first_entry))
        assert (owner == topology.position[near[adjacency.link]]).all()
        assert (adjacency.neighbour == topology.position[far[adjacency.link]]).all()


def test_degrees_and_neighbours_are_those_of_the_positions_asked_for(topology: Topology) -> None:
    positions = topology.position[[7, 3]]
    heads = [PLAIN.head[PLAIN.tail == node] for node in (7, 3)]
    assert degrees(topology.outgoing, positions).tolist() == [len(each) for each in heads]
    expected = topology.position[np.concatenate(heads)]
    assert sorted(neighbours(topology.outgoing, positions)) == sorted(expected)


def test_with_a_cycle_the_nodes_on_it_and_behind_it_are_returned_instead() -> None:
    tail, head = np.array([0, 1, 2, 2, 3]), np.array([1, 2, 1, 3, 4])
    stuck = build_topology(5, tail, head)
    assert not isinstance(stuck, Topology)
    assert stuck.tolist() == [1, 2, 3, 4]


def test_no_nodes_are_a_topology_too() -> None:
    empty = np.array([], dtype=np.int64)
    result = build_topology(0, empty, empty)
    assert isinstance(result, Topology)
    assert result.node_count == 0
    assert result.levels == ()
