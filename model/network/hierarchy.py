"""Parents and children: which row is whose parent, without loops."""

import numpy as np

from model.network.columns import Flags, Ids
from model.network.row_index import RowIndex
from model.network.topology import Index


def parents(rows: RowIndex, parent: Ids) -> Index:
    """For each row the row of its parent, or -1.

    A parent that is not known counts as none, and so does every parent on or above a loop.
    """
    above = rows.find(parent)
    climb = above.copy()
    steps = 1
    while (climb >= 0).any():
        if steps > len(above):
            return np.where(climb >= 0, -1, above)
        climb = np.where(climb >= 0, climb[climb], -1)
        steps *= 2
    return above


def within(above: Index, inner: Index, outer: Index) -> Flags:
    """Is the outer row an ancestor of the inner one?"""
    found = np.zeros(len(inner), dtype=np.bool_)
    climb = above[inner]
    while (climb >= 0).any():
        found |= climb == outer
        climb = np.where(climb >= 0, above[climb], -1)
    return found
