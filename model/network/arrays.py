"""Index arithmetic on numpy arrays that the whole package shares.

A *run* is a stretch of neighbouring entries that belong to one owner, as the entries of a row in
a compressed sparse row (CSR) matrix.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Index: TypeAlias = NDArray[np.int64]
Selection: TypeAlias = Index | slice
"""Some positions, rows or entries, or with `ALL` every one of them in its order."""

ALL: Final = slice(None)

# The mask that takes the position out of a key and a position packed into one integer.
_LOW_32_BITS: Final = np.int64(0xFFFFFFFF)


def stable_order(key: Index) -> Index:
    """The order that sorts the keys ascending (0 <= key < 2**31); equal keys keep their order."""
    # Sorting key and position packed into one integer is several times faster than `argsort`.
    packed = key << 32
    packed |= np.arange(len(key), dtype=np.int64)
    packed.sort()
    packed &= _LOW_32_BITS
    return packed


def sorted_unique(*parts: Index) -> Index:
    """The distinct values of all parts, ascending."""
    # Several times faster than `np.unique`, which hashes the values.
    values = np.concatenate(parts)
    values.sort()
    is_first = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=is_first[1:])
    return values[is_first]


def inverse_permutation(order: Index) -> Index:
    """For each value of a permutation of 0..n-1 the index at which it stands."""
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order))
    return inverse


def run_offsets(counts: Index | NDArray[np.bool_]) -> Index:
    """Where each run begins when runs of these lengths follow each other; last the total (n+1)."""
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def expand_runs(starts: Index, counts: Index) -> Index:
    """`concatenate([arange(start, start + count) for each run])` without a loop."""
    ends = counts.cumsum()
    shift = starts - ends
    shift += counts
    entries: Index = shift.repeat(counts)
    entries += np.arange(len(entries))
    return entries


def nonempty_runs(counts: Index) -> tuple[Index, Index]:
    """For `reduceat`: where the runs that are not empty begin, and the indices of their owners."""
    # `reduceat` gives the next run's first value for an empty run, so those must be left out.
    owners = np.flatnonzero(counts)
    return (counts.cumsum() - counts)[owners], owners
