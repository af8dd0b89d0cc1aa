"""From ids to rows."""

from typing import Final

import numpy as np

from model.network.columns import Ids
from model.network.topology import Index

_SPARSE: Final = 8
"""Cells a row that a plain lookup table may cost before a sorted one is better."""


class RowIndex:
    """Finds the row of an id: by one look into a table where ids lie close, else by bisection."""

    def __init__(self, ids: Ids) -> None:
        """Raises ValueError when an id occurs twice."""
        self._ids = ids
        self._low = int(ids.min()) if len(ids) else 0
        span = int(ids.max()) - self._low + 1 if len(ids) else 0
        self._dense = span <= _SPARSE * len(ids) + 1024
        if self._dense:
            self._table = np.full(span, -1, dtype=np.int64)
            self._table[ids - self._low] = np.arange(len(ids))
            unique = np.count_nonzero(self._table >= 0) == len(ids)
        else:
            self._table = np.argsort(ids)
            self._sorted = ids[self._table]
            unique = bool((self._sorted[1:] != self._sorted[:-1]).all())
        if not unique:
            raise ValueError("an item id occurs twice; ids are given once at ingest")

    def find(self, ids: Ids) -> Index:
        """The row of each id, -1 where no item has it."""
        if not len(self._ids):
            return np.full(len(ids), -1, dtype=np.int64)
        return self._by_table(ids) if self._dense else self._by_bisection(ids)

    def _by_table(self, ids: Ids) -> Index:
        cell = ids - self._low
        if not len(cell) or (cell.min() >= 0 and cell.max() < len(self._table)):
            return self._table[cell]
        inside = (cell >= 0) & (cell < len(self._table))
        return np.where(inside, self._table.take(cell, mode="clip"), -1)

    def _by_bisection(self, ids: Ids) -> Index:
        cell = np.searchsorted(self._sorted, ids)
        row = self._table.take(cell, mode="clip")
        return np.where(self._ids.take(row) == ids, row, -1)
