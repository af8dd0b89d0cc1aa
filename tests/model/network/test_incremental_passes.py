"""The incremental passes give what the whole passes give, and leave the rest alone."""

import numpy as np
import pytest

from model.network import Network, schedule
from model.network.arrays import ALL
from model.network.critical_path import latest_starts
from model.network.incremental_passes import (
    propagate,
    update_early_starts,
    update_late_starts,
)
from model.network.passes import backward_pass, forward_pass
from tests.benchmarks.plans import build_layered_plan, full_inputs
from tests.model.network.plan_strategies import TODAY

CPM = schedule(Network.build(*full_inputs(build_layered_plan(400, 20))), TODAY).cpm
TOPOLOGY = CPM.network.topology


@pytest.mark.parametrize("seed", range(5))
def test_early_starts_after_a_delay_are_those_of_a_forward_pass(seed: int) -> None:
    random = np.random.default_rng(seed)
    positions = np.unique(random.integers(0, TOPOLOGY.node_count, 5))
    min_start = CPM.min_start.copy()
    min_start[positions] = CPM.early[positions] + random.integers(1, 60, len(positions))
    early = CPM.early.copy()
    moved = update_early_starts(CPM, early, positions, min_start)
    expected, _ = forward_pass(TOPOLOGY, CPM.link_constraints, min_start, CPM.horizon)
    assert early.tolist() == expected.tolist()
    assert sorted(moved.tolist()) == np.flatnonzero(expected != CPM.early).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_late_starts_under_tighter_limits_are_those_of_a_backward_pass(seed: int) -> None:
    random = np.random.default_rng(seed)
    cpm = schedule(Network.build(*full_inputs(build_layered_plan(400, 20))), TODAY).cpm
    positions = np.unique(random.integers(0, TOPOLOGY.node_count, 5))
    cpm.max_start[positions] = cpm.late[positions] - random.integers(1, 60, len(positions))
    late = cpm.late.copy()
    moved = update_late_starts(cpm, late, positions)
    expected = backward_pass(TOPOLOGY, cpm.link_constraints, latest_starts(cpm, ALL))
    assert late.tolist() == expected.tolist()
    assert sorted(moved.tolist()) == np.flatnonzero(expected != cpm.late).tolist()


def test_a_pinned_position_keeps_its_start_and_hands_nothing_on() -> None:
    feeding = int(TOPOLOGY.incoming.neighbour[-1])
    min_start, early = CPM.min_start.copy(), CPM.early.copy()
    min_start[feeding] += 500
    is_pinned = np.zeros(TOPOLOGY.node_count, dtype=np.bool_)
    is_pinned[feeding] = True
    moved = update_early_starts(CPM, early, np.array([feeding]), min_start, is_pinned)
    assert moved.tolist() == []
    assert early.tolist() == CPM.early.tolist()


def test_each_position_is_recomputed_once_after_all_that_it_depends_on() -> None:
    visited: list[int] = []

    def recompute(positions: np.ndarray) -> np.ndarray:
        visited.extend(positions.tolist())
        return positions

    start = np.arange(TOPOLOGY.levels[0][2])
    changed = propagate(TOPOLOGY, start, recompute, TOPOLOGY.outgoing, 1)
    assert visited == sorted(visited)
    assert len(visited) == len(set(visited)) == len(changed)
