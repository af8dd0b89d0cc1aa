"""Parents and children, with loops of parents and whole families."""

import numpy as np

from model.network import Items, RowIndex
from model.network.hierarchy import HierarchyIndex, find_parent_rows, is_inside
from tests.model.network.days import finishes, forecast_of


def test_an_unknown_parent_counts_as_none() -> None:
    row_index = RowIndex(np.array([5, 7]))
    assert find_parent_rows(row_index, np.array([99, 5])).tolist() == [-1, 0]


def test_a_loop_of_parents_and_what_is_below_it_counts_as_no_parents() -> None:
    row_index = RowIndex(np.array([1, 2, 3, 4, 5]))
    parent = np.array([2, 1, 1, -1, 4])
    assert find_parent_rows(row_index, parent).tolist() == [-1, -1, -1, -1, 3]
    items = Items.of([1, 2, 3], parent=[2, 1, -1], duration=[1, 2, 3])
    assert finishes(forecast_of(items)) == ["20 Nov", "23 Nov", "24 Nov"]


def test_a_deep_hierarchy_is_no_loop() -> None:
    ids = np.arange(100)
    assert find_parent_rows(RowIndex(ids), ids - 1).tolist() == (ids - 1).tolist()


def test_inside_means_child_grandchild_and_deeper_but_not_the_item_itself() -> None:
    parent_row = np.array([-1, 0, 1, 0])
    inner, outer = np.array([1, 2, 0, 2, 3]), np.array([0, 0, 0, 3, 1])
    assert is_inside(parent_row, inner, outer).tolist() == [True, True, False, False, False]


def test_the_hierarchy_index_gives_children_of_parents_and_parents_of_children() -> None:
    hierarchy = HierarchyIndex(np.array([-1, 0, 1, 0, -1]))
    parent, child = hierarchy.pairs_of(np.array([0, 1, 4]))
    assert list(zip(parent.tolist(), child.tolist(), strict=True)) == [(0, 1), (0, 3), (1, 2)]
    assert hierarchy.parents_above(np.array([2, 3])).tolist() == [0, 1]
    assert hierarchy.parents_above(np.array([4])).tolist() == []
