"""Who is asked while somebody is away follows from time and the calendars alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.escalation_status import deadline_text, escalation_status_at
from model.findings import Finding, Impact, Severity
from model.operating_model.escalation import locate_on_path
from model.operating_model.people import person_with_id
from model.operating_model.rights import PermittedDecision, RefusedDecision, may_decide
from model.operating_model.schema import Absence, OperatingModel
from tests.model.operating_model.away import away, model_with

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
LATE = Finding("late_handover", ("x",), Severity.HIGH, ("it",), (), (), Impact(3))
Asked = tuple[int, str, str, date]


def asked(model: OperatingModel, day: int, opened: datetime = FRIDAY) -> Asked:
    """Level, person, for whom, and the deadline on a day of November 2026."""
    status = escalation_status_at(model, datetime(2026, 11, day, 12, tzinfo=UTC))(LATE, opened)
    assert status.authority is not None
    who = status.authority
    return status.level, who.person, who.for_name, status.decide_by


def words(model: OperatingModel, day: int, opened: datetime = FRIDAY) -> str:
    status = escalation_status_at(model, datetime(2026, 11, day, 12, tzinfo=UTC))(LATE, opened)
    return f"{status.authority} {deadline_text(status)[0]} {deadline_text(status)[1]}"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (20, (1, "ada", "", date(2026, 11, 24))),
        (21, (1, "dan", "Ada", date(2026, 11, 24))),
        (24, (1, "dan", "Ada", date(2026, 11, 24))),
        (25, (2, "ben", "", date(2026, 11, 26))),
    ],
)
def test_while_somebody_is_away_over_the_deadline_their_deputy_is_asked(
    tmp_path: Path, day: int, expected: Asked
) -> None:
    model = model_with(tmp_path, away("ada", "2026-11-23", "2026-12-04", "dan"))

    assert asked(model, day) == expected


def test_whoever_is_back_before_the_deadline_is_asked(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("ada", "2026-11-20", "2026-11-23", "dan"))

    assert asked(model, 20) == (1, "ada", "", date(2026, 11, 24))


def test_a_deputy_who_is_away_too_has_a_deputy(tmp_path: Path) -> None:
    model = model_with(
        tmp_path,
        away("ada", "2026-11-16", "2026-12-04", "dan"),
        away("dan", "2026-11-16", "2026-12-04", "cleo"),
    )

    assert asked(model, 20) == (1, "cleo", "Ada", date(2026, 11, 24))


def test_without_a_deputy_of_the_person_the_deputy_of_the_role_is_asked(tmp_path: Path) -> None:
    model = model_with(
        tmp_path,
        ("    holder: ada\n", "    holder: ada\n    deputy: dan\n"),
        away("ada", "2026-11-16", "2026-12-04"),
    )

    assert asked(model, 20) == (1, "dan", "Ada", date(2026, 11, 24))


def test_without_anybody_to_stand_in_the_level_above_has_it_at_once(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("ada", "2026-11-16", "2026-12-04"))

    assert asked(model, 20) == (2, "ben", "", date(2026, 11, 24))
    assert words(model, 20) == (
        "Ben (CMO) decides by Escalated from Ada (CIO), away until 4 Dec 2026 with nobody to stand "
        "in. Otherwise it goes to Cleo (Chair), who then has until 26 Nov 2026."
    )


def test_a_level_ends_with_the_last_day_on_which_somebody_is_there(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("ada", "2026-11-23", "2026-12-04"))

    assert asked(model, 20) == (1, "ada", "", date(2026, 11, 20))
    assert "Ada is away after that until 4 Dec 2026; nobody stands in." in words(model, 20)
    assert asked(model, 21) == (2, "ben", "", date(2026, 11, 24))


def test_a_level_that_is_passed_over_is_named_beside_the_one_that_ran_out(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("ben", "2026-11-16", "2026-12-04"))

    assert asked(model, 25) == (3, "cleo", "", date(2026, 11, 26))
    assert (
        "Escalated from Ada (CIO), who was to decide by 24 Nov 2026, and past Ben (CMO), away "
        "until 4 Dec 2026 with nobody to stand in."
    ) in words(model, 25)


def test_above_the_last_level_nobody_is_asked_instead(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("cleo", "2026-11-16", "2026-12-04"))

    assert asked(model, 27) == (3, "cleo", "", date(2026, 11, 30))
    assert "Cleo is away until 4 Dec 2026; nobody stands in." in words(model, 27)


def test_whoever_was_asked_as_a_deputy_does_not_get_it_again_from_the_level_below_theirs(
    tmp_path: Path,
) -> None:
    model = model_with(tmp_path, away("ada", "2026-11-16", "2026-12-04", "ben"))

    assert asked(model, 20) == (1, "ben", "Ada", date(2026, 11, 24))
    assert asked(model, 25) == (3, "cleo", "", date(2026, 11, 26))


def test_a_deadline_is_counted_in_the_calendar_of_the_function_that_decides(
    tmp_path: Path,
) -> None:
    own = "    closed: [2026-12-24]\n    open: [2026-12-05]\n"
    kiel = (
        "  - id: kiel\n    name: Kiel\n    country: DE\n    subdivision: SH\n"
        "    closed: [2026-11-25]\n"
    )
    model = model_with(
        tmp_path, (own, own + kiel), ("calendar: hamburg\npeople", "calendar: kiel\npeople")
    )

    assert asked(model, 20)[3] == date(2026, 11, 24)
    assert asked(model, 25) == (2, "ben", "", date(2026, 11, 27))


def test_a_deputy_may_decide_only_while_the_person_is_away(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("ada", "2026-11-23", "2026-12-04", "dan"))
    dan = person_with_id(model, "dan")

    before = may_decide(model, dan, LATE, date(2026, 11, 20))
    meanwhile = may_decide(model, dan, LATE, date(2026, 11, 21))

    assert isinstance(before, RefusedDecision)
    assert isinstance(meanwhile, PermittedDecision)
    assert meanwhile.holder == person_with_id(model, "ada")
    assert meanwhile.right == "it-small"


def test_who_is_away_decides_nothing_and_is_told_who_stands_in(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("ada", "2026-11-23", "2026-12-04", "dan"))
    ada = person_with_id(model, "ada")

    # The absence begins on the Monday: on the Sunday before both may decide.
    for day in (date(2026, 11, 22), date(2026, 12, 5)):
        assert isinstance(may_decide(model, ada, LATE, day), PermittedDecision)
    for day in (date(2026, 11, 23), date(2026, 12, 4)):
        assert str(may_decide(model, ada, LATE, day)).startswith(
            "Ada is away until 2026-12-04 and decides nothing until then. "
            "Ask Dan for Ada (CIO) or Ben (CMO)"
        )


def test_a_refusal_names_who_stands_in(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("ada", "2026-11-23", "2026-12-04", "dan"))

    refused = may_decide(model, None, LATE, date(2026, 11, 24))

    assert "Ask Dan for Ada (CIO) or Ben (CMO)" in str(refused)


SPANS = st.tuples(st.integers(0, 40), st.integers(0, 20)).map(
    lambda span: Absence.model_validate(
        {
            "from": date(2026, 11, 10) + timedelta(days=span[0]),
            "to": date(2026, 11, 10) + timedelta(days=span[0] + span[1]),
        }
    )
)


@given(st.lists(st.lists(SPANS, max_size=2), min_size=4, max_size=4), st.integers(0, 30))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whoever_is_away_levels_never_go_back_and_whoever_is_asked_and_there_may_decide(
    tmp_path: Path, absences: list[list[Absence]], opened: int
) -> None:
    model = model_with(tmp_path)
    people = tuple(
        person.model_copy(update={"absences": tuple(spans), "deputy": deputy})
        for person, spans, deputy in zip(
            model.people, absences, ("dan", None, None, "ben"), strict=True
        )
    )
    model = model.model_copy(update={"people": people})
    start = datetime(2026, 11, 10, 9, tzinfo=UTC) + timedelta(days=opened)

    before = (0, False)
    for later in range(40):
        now = start + timedelta(days=later)
        position = locate_on_path(model, LATE, Severity.HIGH, start, now)
        level = position.current
        assert (level.number, position.is_overdue) >= before
        before = (level.number, position.is_overdue)
        assert position.is_overdue or now.date() <= level.decide_by
        assert level.authority is not None
        person = level.authority.person
        # Whoever is back before the deadline is asked, and decides then.
        is_there = not any(each.first <= now.date() <= each.last for each in person.absences)
        if is_there and not position.is_overdue:
            permitted = may_decide(model, person, LATE, now.date())
            assert isinstance(permitted, PermittedDecision)
