"""Index arithmetic equals the plain numpy functions that it stands in for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.network.arrays import (
    expand_runs,
    inverse_permutation,
    nonempty_runs,
    run_offsets,
    sorted_unique,
    stable_order,
)

keys = st.lists(st.integers(0, 2**31 - 1) | st.integers(0, 3)).map(
    lambda values: np.array(values, dtype=np.int64)
)
counts = st.lists(st.integers(0, 4)).map(lambda values: np.array(values, dtype=np.int64))


@given(keys)
def test_the_stable_order_is_that_of_a_stable_argsort(key: np.ndarray) -> None:
    assert stable_order(key).tolist() == np.argsort(key, kind="stable").tolist()


@given(keys, keys)
def test_sorted_unique_values_are_those_of_all_parts(first: np.ndarray, second: np.ndarray) -> None:
    assert sorted_unique(first, second).tolist() == sorted({*first.tolist(), *second.tolist()})


@given(counts)
def test_runs_are_expanded_to_their_entries(lengths: np.ndarray) -> None:
    starts = np.arange(len(lengths)) * 100
    expected = [start + at for start, n in zip(starts, lengths, strict=True) for at in range(n)]
    assert expand_runs(starts, lengths).tolist() == expected
    assert run_offsets(lengths).tolist() == [sum(lengths[:at]) for at in range(len(lengths) + 1)]


def test_reduceat_over_nonempty_runs_skips_the_owners_without_entries() -> None:
    lengths, values = np.array([0, 2, 0, 1]), np.array([5, 3, 7])
    runs, owners = nonempty_runs(lengths)
    assert owners.tolist() == [1, 3]
    assert np.minimum.reduceat(values, runs).tolist() == [3, 7]


def test_the_inverse_of_a_permutation_gives_where_each_value_stands() -> None:
    assert inverse_permutation(np.array([2, 0, 1])).tolist() == [1, 2, 0]
