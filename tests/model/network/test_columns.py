"""Items and links as columns, and dates as days."""

from datetime import date

import numpy as np
import pytest

from model.network import NO_DATE, UNKNOWN, Constraint, Items, Links, date_of, day_of


def test_a_day_is_counted_from_the_first_of_january_1970() -> None:
    assert day_of(date(1970, 1, 2)) == 1
    assert date_of(20_777) == date(2026, 11, 20)
    assert date_of(NO_DATE) is None


def test_a_column_that_is_not_given_has_its_default() -> None:
    items = Items.of([1, 2], duration=[3, 4])
    assert items.planned_start.tolist() == [NO_DATE, NO_DATE]
    assert items.parent.tolist() == [UNKNOWN, UNKNOWN]
    assert items.constraint.tolist() == [Constraint.NONE] * 2
    assert Links.of([1], [2]).lag.tolist() == [0]


def test_a_column_of_another_length_or_name_is_refused() -> None:
    with pytest.raises(ValueError, match="column state has 1 rows, the ids have 2"):
        Items.of([1, 2], state=[0])
    with pytest.raises(TypeError, match="no such column: stat; there are calendar"):
        Items.of([1], stat=[0])


def test_rows_are_taken_as_a_copy() -> None:
    items = Items.of([1, 2, 3], duration=[3, 4, 5])
    taken = items.take(np.array([2, 0]))
    taken.duration[:] = 9
    assert taken.id.tolist() == [3, 1]
    assert items.duration.tolist() == [3, 4, 5]
