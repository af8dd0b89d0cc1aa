"""How plans that are incomplete, contradictory or half done are treated."""

from typing import NamedTuple

import pytest

from model.network import NO_DATE, Certainty, Constraint, Items, Links, Network, Treatment, schedule
from model.records import State
from tests.model.network.days import day, finishes, forecast_of, starts

MON_23, FRI_27, MON_30 = day(11, 23), day(11, 27), day(11, 30)


class ItemForecast(NamedTuple):
    start: str | None
    finish: str | None
    certainty: Certainty
    treatment: Treatment


def forecast_item(**columns: object) -> ItemForecast:
    """The forecast of a single item with these columns."""
    forecast = forecast_of(Items.of([1], **{name: [value] for name, value in columns.items()}))
    return ItemForecast(
        starts(forecast)[0],
        finishes(forecast)[0],
        Certainty(forecast.certainty[0]),
        Treatment(int(forecast.treatment[0])),
    )


def test_two_planned_dates_give_start_finish_and_duration() -> None:
    assert forecast_item(planned_start=MON_23, planned_finish=FRI_27, duration=2) == (
        "23 Nov", "27 Nov", Certainty.PLANNED, Treatment.NONE,
    )  # fmt: skip


def test_work_planned_for_a_weekend_alone_is_over_before_the_monday_after_it() -> None:
    items = Items.of([1, 2], planned_start=[day(11, 28), MON_30], planned_finish=[day(11, 29)] * 2)
    forecast = forecast_of(items, Links.of([1], [2]))

    assert starts(forecast)[1] == "30 Nov"
    assert forecast.early_finish[0] < MON_30


def test_work_under_way_that_is_due_on_the_day_off_that_is_today_is_forecast_for_today() -> None:
    sunday = day(11, 22)
    items = Items.of([1], state=[State.IN_PROGRESS], planned_finish=[sunday])
    forecast = schedule(Network.build(items, Links.of([], [])), sunday)

    assert finishes(forecast) == ["22 Nov"]
    assert forecast.certainty[0] == Certainty.PLANNED
    assert Treatment.OVERDUE not in Treatment(int(forecast.treatment[0]))


def test_an_item_with_only_a_due_date_ends_then() -> None:
    assert forecast_item(planned_finish=FRI_27) == (
        "27 Nov", "27 Nov", Certainty.PLANNED, Treatment.DUE_ONLY | Treatment.NO_ESTIMATE,
    )  # fmt: skip


def test_an_estimate_before_a_due_date_gives_the_start() -> None:
    assert forecast_item(planned_finish=FRI_27, duration=3)[:2] == ("25 Nov", "27 Nov")


def test_a_start_and_an_estimate_give_the_finish() -> None:
    assert forecast_item(planned_start=MON_23, duration=6) == (
        "23 Nov", "30 Nov", Certainty.DERIVED, Treatment.START_ONLY,
    )  # fmt: skip


def test_only_an_estimate_starts_today_and_is_assumed() -> None:
    assert forecast_item(duration=2) == ("20 Nov", "23 Nov", Certainty.ASSUMED, Treatment.NO_DATES)


def test_only_an_estimate_behind_a_predecessor_is_derived() -> None:
    items = Items.of([1, 2], planned_finish=[FRI_27, NO_DATE], planned_start=[MON_23, NO_DATE],
                     duration=[-1, 2])  # fmt: skip
    forecast = forecast_of(items, Links.of([1], [2]))
    assert finishes(forecast) == ["27 Nov", "01 Dec"]
    assert forecast.certainty[1] == Certainty.DERIVED


def test_an_item_without_any_dates_takes_one_day_from_the_data_date() -> None:
    start, finish, certainty, treatment = forecast_item()
    assert (start, finish, certainty) == ("20 Nov", "20 Nov", Certainty.ASSUMED)
    assert treatment == Treatment.NO_DATES | Treatment.NO_ESTIMATE


def test_of_a_start_after_the_finish_the_start_stands() -> None:
    start, finish, certainty, treatment = forecast_item(planned_start=MON_30, planned_finish=FRI_27)
    assert (start, finish, certainty) == ("30 Nov", "30 Nov", Certainty.ASSUMED)
    assert Treatment.REVERSED in treatment


def test_overdue_work_moves_to_the_data_date() -> None:
    start, finish, certainty, treatment = forecast_item(planned_finish=day(11, 2), duration=2)
    assert (start, finish, certainty) == ("20 Nov", "23 Nov", Certainty.DERIVED)
    assert Treatment.OVERDUE in treatment


def test_an_overdue_milestone_is_reached_today_at_the_earliest() -> None:
    assert forecast_item(planned_finish=day(11, 2), milestone=True)[:2] == ("20 Nov", "20 Nov")


def test_done_keeps_its_actual_dates_even_on_a_weekend() -> None:
    assert forecast_item(
        state=State.DONE, actual_start=day(11, 2), actual_finish=day(11, 7), planned_finish=MON_30
    ) == ("02 Nov", "07 Nov", Certainty.PLANNED, Treatment.NONE)


@pytest.mark.parametrize(("due", "finish"), [(day(11, 10), "10 Nov"), (MON_30, "20 Nov")])
def test_done_without_a_finish_date_takes_its_plan_but_never_the_future(
    due: int, finish: str
) -> None:
    _, ended, certainty, treatment = forecast_item(state=State.DONE, planned_finish=due)
    assert (ended, certainty) == (finish, Certainty.ASSUMED)
    assert treatment == Treatment.DONE_UNDATED


def test_work_under_way_continues_from_the_data_date_with_what_remains() -> None:
    forecast = forecast_item(state=State.IN_PROGRESS, actual_start=day(11, 2), remaining=3)
    assert forecast[:3] == ("02 Nov", "24 Nov", Certainty.DERIVED)


def test_percent_complete_of_an_estimate_leaves_the_rest_of_it() -> None:
    forecast = forecast_item(
        state=State.IN_PROGRESS, actual_start=day(11, 2), duration=10, percent=70
    )
    assert forecast[1] == "24 Nov"


def test_work_under_way_keeps_its_due_date_when_less_than_that_remains() -> None:
    forecast = forecast_item(
        state=State.IN_PROGRESS, actual_start=day(11, 2), remaining=1, planned_finish=FRI_27
    )
    assert forecast[1:3] == ("27 Nov", Certainty.PLANNED)


def test_work_under_way_waits_for_a_predecessor_with_the_work_that_is_left() -> None:
    items = Items.of([1, 2], state=[0, 1], actual_start=[NO_DATE, day(11, 2)], remaining=[-1, 2],
                     planned_finish=[FRI_27, NO_DATE])  # fmt: skip
    forecast = forecast_of(items, Links.of([1], [2]))
    assert starts(forecast)[1] == "02 Nov"
    assert finishes(forecast)[1] == "01 Dec"


def test_an_actual_finish_in_the_future_counts_as_the_data_date() -> None:
    forecast = forecast_item(state=State.DONE, actual_finish=MON_30)
    assert forecast[1:] == ("20 Nov", Certainty.ASSUMED, Treatment.FUTURE_ACTUAL)


def test_an_actual_start_in_the_future_counts_as_the_data_date() -> None:
    item = forecast_item(state=State.IN_PROGRESS, actual_start=MON_30, remaining=1)
    assert (item.start, item.finish) == ("20 Nov", "20 Nov")
    assert item.treatment == Treatment.FUTURE_ACTUAL


def test_work_under_way_without_an_actual_start_takes_the_planned_one() -> None:
    item = forecast_item(state=State.IN_PROGRESS, planned_start=day(11, 16), remaining=2)
    assert (item.start, item.finish) == ("16 Nov", "23 Nov")
    assert item.treatment == Treatment.START_UNKNOWN


def test_work_under_way_of_which_nobody_says_what_remains_ends_when_it_is_due() -> None:
    item = forecast_item(state=State.IN_PROGRESS, actual_start=day(11, 16), planned_finish=FRI_27)
    assert (item.finish, item.certainty) == ("27 Nov", Certainty.PLANNED)
    assert item.treatment == Treatment.REMAINING_UNKNOWN


def test_overdue_work_under_way_of_which_nobody_says_what_remains_takes_one_more_day() -> None:
    item = forecast_item(
        state=State.IN_PROGRESS, actual_start=day(11, 2), planned_finish=day(11, 10)
    )
    assert (item.finish, item.certainty) == ("20 Nov", Certainty.ASSUMED)
    assert item.treatment == (
        Treatment.REMAINING_UNKNOWN | Treatment.NO_ESTIMATE | Treatment.OVERDUE
    )


def test_work_under_way_due_on_the_data_date_is_not_overdue() -> None:
    item = forecast_item(state=State.IN_PROGRESS, remaining=1, planned_finish=day(11, 20))
    assert Treatment.OVERDUE not in item.treatment


def test_a_milestone_with_only_a_date_is_complete_as_planned() -> None:
    assert forecast_item(milestone=True, planned_start=FRI_27).treatment == Treatment.NONE
    assert forecast_item(milestone=True, planned_finish=FRI_27).treatment == Treatment.NONE


def test_a_parent_is_marked_as_spanning_its_children_unless_all_are_cancelled() -> None:
    for state, expected in (
        (State.PLANNED, Treatment.SPANS_CHILDREN),
        (State.CANCELLED, Treatment.NO_DATES | Treatment.NO_ESTIMATE),
    ):
        forecast = forecast_of(Items.of([1, 2], parent=[-1, 1], state=[0, state]))
        assert forecast.treatment[0] == expected


@pytest.mark.parametrize("column", ["planned_start", "planned_finish", "deadline"])
@pytest.mark.parametrize("date", [-1, 146_097])
def test_a_date_outside_the_calendars_is_marked(column: str, date: int) -> None:
    item = forecast_item(**{column: date}, duration=1)
    assert Treatment.OUT_OF_RANGE in item.treatment


def test_cancelled_work_has_no_other_treatment() -> None:
    item = forecast_item(state=State.CANCELLED, planned_start=MON_30, planned_finish=FRI_27)
    assert item.treatment == Treatment.CANCELLED


def test_cancelled_items_have_no_dates_and_bind_no_successor() -> None:
    items = Items.of(
        [1, 2], state=[State.CANCELLED, State.PLANNED], planned_finish=[MON_30, FRI_27]
    )
    assert finishes(forecast_of(items, Links.of([1], [2]))) == [None, "27 Nov"]


def test_a_parent_spans_its_children_and_holds_its_own_due_date() -> None:
    items = Items.of([1, 2, 3, 4], parent=[-1, 1, 1, 1], planned_start=[0, MON_23, FRI_27, MON_30],
                     duration=[99, 1, 2, 9], state=[0, 0, 0, 4])  # fmt: skip
    forecast = forecast_of(items)
    assert (starts(forecast)[0], finishes(forecast)[0]) == ("23 Nov", "30 Nov")
    assert forecast.driver[0] == 2
    due = Items.of([1, 2], parent=[-1, 1], planned_finish=[day(12, 18), FRI_27])
    assert finishes(forecast_of(due))[0] == "18 Dec"


def test_a_dependency_on_a_parent_binds_every_child() -> None:
    items = Items.of([1, 2, 3, 4], parent=[-1, 1, 1, -1], duration=[-1, 1, 2, 3])
    forecast = forecast_of(items, Links.of([4], [1]))
    assert starts(forecast) == ["25 Nov", "25 Nov", "25 Nov", "20 Nov"]
    assert forecast.driver.tolist() == [2, 3, 3, -1]


def test_a_duration_out_of_range_is_cut_and_marked() -> None:
    assert Treatment.OUT_OF_RANGE in forecast_item(duration=2_000_000)[3]


def test_a_constraint_that_cannot_be_kept_shows_as_negative_slack() -> None:
    items = Items.of([1, 2], duration=[5, 1], constraint=[0, Constraint.FINISH_NO_LATER],
                     constraint_date=[NO_DATE, MON_23])  # fmt: skip
    forecast = forecast_of(items, Links.of([1], [2]))
    assert finishes(forecast)[1] == "27 Nov"
    assert forecast.total_slack.tolist() == [-4, -4]


def test_a_missed_deadline_shows_by_how_much() -> None:
    items = Items.of([1], planned_finish=[FRI_27], deadline=[day(11, 25)])
    assert forecast_of(items).total_slack.tolist() == [-2]


def test_every_treatment_has_a_sentence() -> None:
    everything = Treatment(sum(Treatment))
    assert len(everything.reasons()) == len(Treatment.__members__) - 1
