from datetime import date

import pytest

from connectors.kit.plausible import may_be_cut_off, plausible_day, plausible_days


def test_a_day_in_a_year_that_nobody_plans_for_is_a_slip() -> None:
    assert plausible_day(date(1990, 1, 1)) and plausible_day(date(2100, 12, 31))
    assert not plausible_day(date(206, 3, 1)) and not plausible_day(date(9999, 12, 31))


def test_a_duration_longer_than_a_working_life_is_a_slip() -> None:
    assert plausible_days(10_000) and plausible_days(-10_000)
    assert not plausible_days(10_001) and not plausible_days(-10_001)


@pytest.mark.parametrize(("before", "now"), [(10, 4), (1000, 499), (1, 0), (9, 0)])
def test_a_file_that_lost_most_of_its_lines_may_be_cut_off(before: int, now: int) -> None:
    assert may_be_cut_off(before, now)


@pytest.mark.parametrize(("before", "now"), [(10, 5), (9, 1), (0, 0), (0, 5), (5, 50)])
def test_a_file_that_lost_few_lines_is_taken_at_its_word(before: int, now: int) -> None:
    assert not may_be_cut_off(before, now)
