from datetime import date

from connectors.plausible import plausible_day, plausible_days


def test_a_day_in_a_year_that_nobody_plans_for_is_a_slip() -> None:
    assert plausible_day(date(1990, 1, 1)) and plausible_day(date(2100, 12, 31))
    assert not plausible_day(date(206, 3, 1)) and not plausible_day(date(9999, 12, 31))


def test_a_duration_longer_than_a_working_life_is_a_slip() -> None:
    assert plausible_days(10_000) and plausible_days(-10_000)
    assert not plausible_days(10_001) and not plausible_days(-10_001)
