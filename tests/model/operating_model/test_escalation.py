"""Which level has a conflict follows from time alone: any run gives the same answer."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.findings import Finding, Impact, Severity
from model.operating_model.escalation import EscalationPosition, locate_on_path
from model.operating_model.load import load
from model.operating_model.schema import OperatingModel
from tests.model.operating_model.small_model import (
    CONNECTIONS,
    RULES,
    SMALL,
    small_model,
    write_model,
)

OPENED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # a Friday


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> OperatingModel:
    return small_model(tmp_path_factory.mktemp("model"))


def late_finding(days: int = 3, rule: str = "late_handover") -> Finding:
    return Finding(rule, ("x",), Severity.HIGH, ("it",), (), (), Impact(days))


def position_at(
    model: OperatingModel, now: datetime, finding: Finding | None = None, opened: datetime = OPENED
) -> EscalationPosition:
    return locate_on_path(model, finding or late_finding(), Severity.HIGH, opened, now)


def summary(position: EscalationPosition) -> tuple[int, str | None, date, bool]:
    who = position.current.authority
    person = who.person.id if who else None
    return position.current.number, person, position.current.decide_by, position.is_overdue


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (20, (1, "ada", date(2026, 11, 24), False)),
        (22, (1, "ada", date(2026, 11, 24), False)),
        (24, (1, "ada", date(2026, 11, 24), False)),
        (25, (2, "ben", date(2026, 11, 26), False)),
        (26, (2, "ben", date(2026, 11, 26), False)),
        (27, (3, "cleo", date(2026, 11, 30), False)),
        (30, (3, "cleo", date(2026, 11, 30), False)),
    ],
)
def test_a_conflict_goes_up_a_level_when_its_working_days_are_over(
    model: OperatingModel, day: int, expected: tuple[int, str, date, bool]
) -> None:
    assert summary(position_at(model, datetime(2026, 11, day, 12, tzinfo=UTC))) == expected


def test_past_the_last_level_a_conflict_stays_there_undecided(model: OperatingModel) -> None:
    position = position_at(model, datetime(2027, 3, 1, tzinfo=UTC))
    assert summary(position) == (3, "cleo", date(2026, 11, 30), True)
    assert position.following is None


def test_what_happens_otherwise_is_the_next_level(model: OperatingModel) -> None:
    following = position_at(model, OPENED).following
    assert following is not None
    assert following.name == "Marketing board"
    assert following.authority is not None
    assert str(following.authority) == "Ben (CMO)"
    assert following.decide_by == date(2026, 11, 26)


def test_a_level_has_its_last_day_until_midnight_where_the_organisation_is(
    model: OperatingModel,
) -> None:
    before = datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC)
    assert position_at(model, before).current.number == 1
    assert position_at(model, before + timedelta(seconds=1)).current.number == 2


def test_midnight_moves_with_daylight_saving(model: OperatingModel) -> None:
    opened = datetime(2026, 7, 3, 9, tzinfo=UTC)
    before = datetime(2026, 7, 7, 21, 59, 59, tzinfo=UTC)
    assert position_at(model, before, opened=opened).current.number == 1
    assert position_at(model, before + timedelta(seconds=1), opened=opened).current.number == 2


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_occurs_twice_is_one_day(model: OperatingModel, fold: int) -> None:
    """On 25 October 2026 Berlin has 2:30 twice: 0:30 and 1:30 UTC, both that Sunday."""
    opened = datetime(2026, 10, 25, fold, 30, tzinfo=UTC)
    assert position_at(model, opened, opened=opened).current.decide_by == date(2026, 10, 27)


def test_a_conflict_opened_late_in_the_evening_opens_on_the_local_day(
    model: OperatingModel,
) -> None:
    evening = datetime(2026, 11, 18, 22, 30, tzinfo=UTC)
    night = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    assert position_at(model, evening, opened=evening).current.decide_by == date(2026, 11, 20)
    assert position_at(model, night, opened=night).current.decide_by == date(2026, 11, 23)


def test_holidays_and_own_days_off_do_not_count(model: OperatingModel) -> None:
    opened = datetime(2026, 12, 22, 9, tzinfo=UTC)
    assert position_at(model, opened, opened=opened).current.decide_by == date(2026, 12, 28)


def test_the_severity_sets_the_pace(model: OperatingModel) -> None:
    position = locate_on_path(model, late_finding(), Severity.CRITICAL, OPENED, OPENED)
    assert position.current.decide_by == date(2026, 11, 23)
    position = locate_on_path(model, late_finding(), Severity.LOW, OPENED, OPENED)
    assert position.current.decide_by == date(2026, 11, 27)


def test_a_person_who_had_a_conflict_does_not_get_it_again_from_a_lower_level(
    model: OperatingModel,
) -> None:
    position = position_at(model, OPENED, late_finding(days=15))
    assert summary(position)[:2] == (1, "ben")
    assert position.following is not None
    assert (position.following.number, position.following.name) == (3, "Steering committee")


def test_a_level_that_may_not_decide_a_conflict_is_passed_over(model: OperatingModel) -> None:
    it_money = model.decision_rights[0].model_copy(update={"rules": ("funding_gap",)})
    shaped = model.model_copy(update={"decision_rights": (it_money, *model.decision_rights)})
    position = position_at(shaped, OPENED, late_finding(rule="funding_gap"))
    assert summary(position)[:2] == (1, "ada")
    assert position.following is not None
    assert position.following.number == 3


def test_a_level_decides_by_the_first_of_its_rights_that_fits(model: OperatingModel) -> None:
    again = model.decision_rights[1].model_copy(update={"id": "marketing-again"})
    shaped = model.model_copy(update={"decision_rights": (*model.decision_rights, again)})
    following = position_at(shaped, OPENED).following
    assert following is not None
    assert following.authority is not None
    assert following.authority.right == "marketing-medium"


def test_the_top_of_the_path_has_nobody_above(model: OperatingModel) -> None:
    position = position_at(model, OPENED, late_finding(days=500))
    assert summary(position) == (1, "cleo", date(2026, 11, 24), False)
    assert position.following is None


def test_a_conflict_that_nobody_may_decide_has_a_time_but_no_authority(
    model: OperatingModel,
) -> None:
    nobody = model.model_copy(update={"decision_rights": ()})
    assert summary(position_at(nobody, OPENED)) == (1, None, date(2026, 11, 24), False)


def test_an_instant_without_a_time_zone_is_refused(model: OperatingModel) -> None:
    with pytest.raises(ValueError, match="needs its time zone"):
        position_at(model, datetime(2026, 11, 20, 9, 0))


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))


@given(INSTANTS, st.lists(st.integers(0, 60 * 24 * 60), min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_levels_follow_from_time_alone_and_never_go_back(
    model: OperatingModel, opened: datetime, minutes: list[int]
) -> None:
    instants = [opened + timedelta(minutes=later) for later in sorted(minutes)]
    forward = [position_at(model, now, opened=opened) for now in instants]
    backward = [position_at(model, now, opened=opened) for now in reversed(instants)]
    assert forward == backward[::-1]
    levels = [(position.current.number, position.is_overdue) for position in forward]
    assert levels == sorted(levels)


@given(INSTANTS, st.integers(0, 60 * 24 * 60))
@settings(max_examples=40, deadline=None)
def test_the_zone_in_which_an_instant_is_written_makes_no_difference(
    model: OperatingModel, opened: datetime, minutes: int
) -> None:
    now = opened + timedelta(minutes=minutes)
    elsewhere = now.astimezone(ZoneInfo("Asia/Tokyo"))
    assert position_at(model, now, opened=opened) == position_at(model, elsewhere, opened=opened)


def test_deadlines_follow_the_organisations_own_zone(model: OperatingModel, tmp_path: Path) -> None:
    text = SMALL.replace("Europe/Berlin", "America/New_York")
    new_york = load(write_model(tmp_path, text), CONNECTIONS, RULES)
    now = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    assert (position_at(model, now).current.number, position_at(new_york, now).current.number) == (
        2,
        1,
    )
