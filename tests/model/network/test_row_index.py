"""From ids to rows, for dense and for sparse ids."""

import numpy as np
import pytest

from model.network import RowIndex

DENSE = np.array([12, 10, 11])
SPARSE = np.array([10**15, 5, 7 * 10**12])


@pytest.mark.parametrize("ids", [DENSE, SPARSE], ids=["dense", "sparse"])
def test_each_id_has_its_row_and_an_unknown_one_has_none(ids: np.ndarray) -> None:
    index = RowIndex(ids)
    assert index.find(ids[[2, 0, 1]]).tolist() == [2, 0, 1]
    assert index.find(np.array([-(2**60), 6, 2**60, ids[1]])).tolist() == [-1, -1, -1, 1]


@pytest.mark.parametrize("ids", [DENSE, SPARSE], ids=["dense", "sparse"])
def test_an_id_that_must_be_known_is_refused_where_it_is_not(ids: np.ndarray) -> None:
    index = RowIndex(ids)
    assert index.find_known(ids[::-1]).tolist() == [2, 1, 0]
    with pytest.raises(KeyError, match="no item has the id 9"):
        index.find_known(np.array([ids[0], 9]))


@pytest.mark.parametrize("ids", [[1, 1], [1, 10**15, 1]], ids=["dense", "sparse"])
def test_an_id_given_twice_is_refused(ids: list[int]) -> None:
    with pytest.raises(ValueError, match="occurs twice"):
        RowIndex(np.array(ids))


def test_without_items_no_id_has_a_row() -> None:
    empty = np.array([], dtype=np.int64)
    assert RowIndex(empty).find(np.array([1, 2])).tolist() == [-1, -1]
    assert RowIndex(DENSE).find(empty).tolist() == []
