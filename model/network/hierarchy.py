"""Parents and children: which row is whose parent, without loops."""

import numpy as np

from model.network.arrays import Index, expand_runs, run_offsets, sorted_unique, stable_order
from model.network.columns import Flags, Ids
from model.network.row_index import RowIndex


def find_parent_rows(row_index: RowIndex, parent: Ids) -> Index:
    """For each row the row of its parent, or -1.

    A parent id that no item has counts as no parent, and so does that of every row on a loop of
    parents or below one.
    """
    parent_row = row_index.find(parent)
    climb = parent_row.copy()
    # Pointer jumping: each round doubles the distance, so n steps up take log2(n) rounds. What
    # has not left the hierarchy after n steps climbs in a loop.
    steps = 1
    while (climb >= 0).any():
        if steps > len(parent_row):
            return np.where(climb >= 0, -1, parent_row)
        climb = np.where(climb >= 0, climb[climb], -1)
        steps *= 2
    return parent_row


def is_inside(parent_row: Index, inner: Index, outer: Index) -> Flags:
    """For each pair of rows: is the outer one the parent, grandparent, … of the inner one?"""
    is_found = np.zeros(len(inner), dtype=np.bool_)
    climb = parent_row[inner]
    while (climb >= 0).any():
        # Hierarchies are a few levels deep, so this loop is short; `find_parent_rows` excludes
        # endless ones.
        is_found |= climb == outer
        climb = np.where(climb >= 0, parent_row[climb], -1)
    return is_found


class HierarchyIndex:
    """Children by parent, and parents of many rows at once, for incremental updates."""

    def __init__(self, parent_row: Index) -> None:
        """From the row of each item's parent, -1 where it has none."""
        self._parent_row = parent_row
        has_parent = parent_row >= 0
        # Sorted by parent, the children of each are a run, those without a parent before all.
        self._child = stable_order(parent_row + 1)[np.count_nonzero(~has_parent) :]
        child_counts = np.bincount(parent_row[has_parent], minlength=len(parent_row))
        self._first_child = run_offsets(child_counts)

    def pairs_of(self, rows: Index) -> tuple[Index, Index]:
        """All pairs of a parent among these rows and one of its children, as two columns."""
        counts = self._first_child[rows + 1] - self._first_child[rows]
        return rows.repeat(counts), self._child[expand_runs(self._first_child[rows], counts)]

    def parents_above(self, rows: Index) -> Index:
        """Parents, grandparents, … of these rows, ascending, each once."""
        parents = rows[:0]
        climb = sorted_unique(self._parent_row[rows])
        while len(climb := climb[climb >= 0]):
            parents = sorted_unique(parents, climb)
            climb = sorted_unique(self._parent_row[climb])
        return parents
