"""From the ids of items to their rows."""

from typing import Final

import numpy as np

from model.network.arrays import Index
from model.network.columns import Ids

_TABLE_CELLS_PER_ROW: Final = 8
"""A lookup table may have so many cells per row before bisection is the better bargain."""


class RowIndex:
    """Finds the row of an id: in a lookup table where ids are dense, else by bisection."""

    def __init__(self, ids: Ids) -> None:
        """Index the ids of rows 0..n-1. Raises ValueError when an id occurs twice."""
        self._ids = ids
        self._lowest = int(ids.min()) if len(ids) else 0
        # Ids are given in the order of loading, so nearly all plans are dense.
        span = int(ids.max()) - self._lowest + 1 if len(ids) else 0
        self._is_dense = span <= _TABLE_CELLS_PER_ROW * len(ids) + 1024
        if self._is_dense:
            self._table = np.full(span, -1, dtype=np.int64)
            self._table[ids - self._lowest] = np.arange(len(ids))
            # A repeated id overwrites its own cell, which leaves fewer cells than ids.
            is_unique = np.count_nonzero(self._table >= 0) == len(ids)
        else:
            self._table = np.argsort(ids)
            self._sorted_ids = ids[self._table]
            is_unique = bool((self._sorted_ids[1:] != self._sorted_ids[:-1]).all())
        if not is_unique:
            raise ValueError("an item id occurs twice; ids are given once at ingest")

    def find(self, ids: Ids) -> Index:
        """The row of each id, -1 where no item has it."""
        if not len(self._ids):
            return np.full(len(ids), -1, dtype=np.int64)
        return self._find_in_table(ids) if self._is_dense else self._find_by_bisection(ids)

    def find_known(self, ids: Ids) -> Index:
        """The row of each id. Raises KeyError for an id that no item has."""
        rows = self.find(ids)
        if (rows < 0).any():
            raise KeyError(f"no item has the id {ids[rows < 0][0]}")
        return rows

    def _find_in_table(self, ids: Ids) -> Index:
        cell = ids - self._lowest
        # Where all ids lie in the table, as they nearly always do, no mask is needed.
        if not len(cell) or (cell.min() >= 0 and cell.max() < len(self._table)):
            return self._table[cell]
        inside = (cell >= 0) & (cell < len(self._table))
        return np.where(inside, self._table.take(cell, mode="clip"), -1)

    def _find_by_bisection(self, ids: Ids) -> Index:
        cell = np.searchsorted(self._sorted_ids, ids)
        row = self._table.take(cell, mode="clip")
        return np.where(self._ids.take(row) == ids, row, -1)
