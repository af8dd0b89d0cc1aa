"""What becomes of plans that are incomplete, contradictory or half done."""

import pytest

from model.network import Certainty, Constraint, Items, Links, Network, Treatment, schedule
from model.records import State
from tests.model.network.days import day, finishes, scheduled, starts

MON_23, FRI_27, MON_30 = day(11, 23), day(11, 27), day(11, 30)


def one(**columns: object) -> tuple[str | None, str | None, Certainty, Treatment]:
    found = scheduled(Items.of([1], **{name: [value] for name, value in columns.items()}))
    return (
        starts(found)[0],
        finishes(found)[0],
        Certainty(found.certainty[0]),
        Treatment(int(found.treatment[0])),
    )


def test_two_planned_dates_stand() -> None:
    assert one(planned_start=MON_23, planned_finish=FRI_27, duration=2) == (
        "23 Nov", "27 Nov", Certainty.PLANNED, Treatment.NONE,
    )  # fmt: skip


def test_work_planned_for_a_weekend_alone_is_over_before_the_monday_after_it() -> None:
    items = Items.of([1, 2], planned_start=[day(11, 28), MON_30], planned_finish=[day(11, 29)] * 2)
    found = scheduled(items, Links.of([1], [2]))

    assert starts(found)[1] == "30 Nov"
    assert found.early_finish[0] < MON_30


def test_work_under_way_that_is_due_on_the_day_off_that_is_today_is_forecast_for_today() -> None:
    sunday = day(11, 22)
    items = Items.of([1], state=[State.IN_PROGRESS], planned_finish=[sunday])
    found = schedule(Network.build(items, Links.of([], [])), sunday)

    assert finishes(found) == ["22 Nov"]
    assert found.certainty[0] == Certainty.PLANNED
    assert Treatment.OVERDUE not in Treatment(int(found.treatment[0]))


def test_an_item_with_only_a_due_date_ends_then() -> None:
    assert one(planned_finish=FRI_27) == (
        "27 Nov", "27 Nov", Certainty.PLANNED, Treatment.DUE_ONLY | Treatment.NO_ESTIMATE,
    )  # fmt: skip


def test_an_estimate_before_a_due_date_gives_the_start() -> None:
    assert one(planned_finish=FRI_27, duration=3)[:2] == ("25 Nov", "27 Nov")


def test_a_start_and_an_estimate_give_the_finish() -> None:
    assert one(planned_start=MON_23, duration=6) == (
        "23 Nov", "30 Nov", Certainty.DERIVED, Treatment.START_ONLY,
    )  # fmt: skip


def test_only_an_estimate_starts_today_and_is_assumed() -> None:
    assert one(duration=2) == ("20 Nov", "23 Nov", Certainty.ASSUMED, Treatment.NO_DATES)


def test_only_an_estimate_behind_a_predecessor_is_derived() -> None:
    items = Items.of([1, 2], planned_finish=[FRI_27, -(2**31)], planned_start=[MON_23, -(2**31)],
                     duration=[-1, 2])  # fmt: skip
    found = scheduled(items, Links.of([1], [2]))
    assert finishes(found) == ["27 Nov", "01 Dec"]
    assert found.certainty[1] == Certainty.DERIVED


def test_nothing_at_all_is_one_day_from_today() -> None:
    start, finish, certainty, treatment = one()
    assert (start, finish, certainty) == ("20 Nov", "20 Nov", Certainty.ASSUMED)
    assert treatment == Treatment.NO_DATES | Treatment.NO_ESTIMATE


def test_dates_the_wrong_way_round_keep_the_later_one() -> None:
    start, finish, certainty, treatment = one(planned_start=MON_30, planned_finish=FRI_27)
    assert (start, finish, certainty) == ("30 Nov", "30 Nov", Certainty.ASSUMED)
    assert Treatment.REVERSED in treatment


def test_what_is_overdue_moves_to_today() -> None:
    start, finish, certainty, treatment = one(planned_finish=day(11, 2), duration=2)
    assert (start, finish, certainty) == ("20 Nov", "23 Nov", Certainty.DERIVED)
    assert Treatment.OVERDUE in treatment


def test_an_overdue_milestone_is_reached_today_at_the_earliest() -> None:
    assert one(planned_finish=day(11, 2), milestone=True)[:2] == ("20 Nov", "20 Nov")


def test_done_keeps_its_actual_dates_even_on_a_weekend() -> None:
    assert one(
        state=State.DONE, actual_start=day(11, 2), actual_finish=day(11, 7), planned_finish=MON_30
    ) == ("02 Nov", "07 Nov", Certainty.PLANNED, Treatment.NONE)


@pytest.mark.parametrize(("due", "finish"), [(day(11, 10), "10 Nov"), (MON_30, "20 Nov")])
def test_done_without_a_finish_date_takes_its_plan_but_never_the_future(
    due: int, finish: str
) -> None:
    _, found, certainty, treatment = one(state=State.DONE, planned_finish=due)
    assert (found, certainty) == (finish, Certainty.ASSUMED)
    assert treatment == Treatment.DONE_UNDATED


def test_under_way_continues_from_today_with_what_remains() -> None:
    found = one(state=State.IN_PROGRESS, actual_start=day(11, 2), remaining=3)
    assert found[:3] == ("02 Nov", "24 Nov", Certainty.DERIVED)


def test_percent_complete_of_an_estimate_leaves_the_rest_of_it() -> None:
    found = one(state=State.IN_PROGRESS, actual_start=day(11, 2), duration=10, percent=70)
    assert found[1] == "24 Nov"


def test_under_way_keeps_its_due_date_when_less_than_that_remains() -> None:
    found = one(
        state=State.IN_PROGRESS, actual_start=day(11, 2), remaining=1, planned_finish=FRI_27
    )
    assert found[1:3] == ("27 Nov", Certainty.PLANNED)


def test_under_way_waits_for_a_predecessor_with_the_work_that_is_left() -> None:
    items = Items.of([1, 2], state=[0, 1], actual_start=[-(2**31), day(11, 2)], remaining=[-1, 2],
                     planned_finish=[FRI_27, -(2**31)])  # fmt: skip
    found = scheduled(items, Links.of([1], [2]))
    assert starts(found)[1] == "02 Nov"
    assert finishes(found)[1] == "01 Dec"


def test_an_actual_date_in_the_future_counts_as_today() -> None:
    found = one(state=State.DONE, actual_finish=MON_30)
    assert found[1:] == ("20 Nov", Certainty.ASSUMED, Treatment.FUTURE_ACTUAL)


def test_cancelled_items_have_no_dates_and_pass_nothing_on() -> None:
    items = Items.of(
        [1, 2], state=[State.CANCELLED, State.PLANNED], planned_finish=[MON_30, FRI_27]
    )
    assert finishes(scheduled(items, Links.of([1], [2]))) == [None, "27 Nov"]


def test_a_parent_spans_its_children_and_holds_its_own_due_date() -> None:
    items = Items.of([1, 2, 3, 4], parent=[-1, 1, 1, 1], planned_start=[0, MON_23, FRI_27, MON_30],
                     duration=[99, 1, 2, 9], state=[0, 0, 0, 4])  # fmt: skip
    found = scheduled(items)
    assert (starts(found)[0], finishes(found)[0]) == ("23 Nov", "30 Nov")
    assert found.driver[0] == 2
    due = Items.of([1, 2], parent=[-1, 1], planned_finish=[day(12, 18), FRI_27])
    assert finishes(scheduled(due))[0] == "18 Dec"


def test_a_dependency_on_a_parent_holds_back_every_child() -> None:
    items = Items.of([1, 2, 3, 4], parent=[-1, 1, 1, -1], duration=[-1, 1, 2, 3])
    found = scheduled(items, Links.of([4], [1]))
    assert starts(found) == ["25 Nov", "25 Nov", "25 Nov", "20 Nov"]
    assert found.driver.tolist() == [2, 3, 3, -1]


def test_a_duration_beyond_belief_is_cut_and_said_so() -> None:
    assert Treatment.OUT_OF_RANGE in one(duration=2_000_000)[3]


def test_a_constraint_that_cannot_be_kept_shows_as_negative_slack() -> None:
    items = Items.of([1, 2], duration=[5, 1], constraint=[0, Constraint.FINISH_NO_LATER],
                     constraint_date=[-(2**31), MON_23])  # fmt: skip
    found = scheduled(items, Links.of([1], [2]))
    assert finishes(found)[1] == "27 Nov"
    assert found.total_slack.tolist() == [-4, -4]


def test_a_missed_deadline_shows_by_how_much() -> None:
    items = Items.of([1], planned_finish=[FRI_27], deadline=[day(11, 25)])
    assert scheduled(items).total_slack.tolist() == [-2]


def test_every_treatment_has_a_sentence() -> None:
    everything = Treatment(sum(Treatment))
    assert len(everything.reasons()) == len(Treatment.__members__) - 1
