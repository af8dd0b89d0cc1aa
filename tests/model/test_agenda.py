"""What stands on the agenda of a forum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from model.agenda import Agenda, AgendaData, build_agenda
from model.conflicts import Conflict, Decision, Status
from model.escalation_status import escalation_status_at
from model.findings import Finding, Impact, Severity, Wording
from model.freshness import OldReading
from model.ledger import Event
from model.operating_model.forums import Forum
from model.operating_model.schema import OperatingModel
from model.outcomes import Outcome, TakenDecision
from model.rules import installed_rules
from tests.model.operating_model.away import away, model_with
from tests.model.operating_model.small_model import small_model

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TUESDAY = date(2026, 3, 3)


@pytest.fixture
def model(tmp_path: Path) -> OperatingModel:
    return small_model(tmp_path)


def forum(members: Sequence[str] = ("cio", "cmo"), **scope: Any) -> Forum:
    return Forum.model_validate(
        {
            "id": "round",
            "name": "Round",
            "chair": members[0],
            "members": members,
            "rhythm": {"every": "week", "on": "tuesday", "at": "10:00"},
            "scope": scope,
        }
    )


def conflict(
    model: OperatingModel,
    about: str = "CDP-18",
    severity: Severity = Severity.MEDIUM,
    days: int = 3,
    opened_at: datetime = MONDAY,
    **update: Any,
) -> Conflict:
    finding = Finding(
        rule="late_handover",
        about=(about, "marketing"),
        severity=severity,
        functions=("it", "marketing"),
        subjects=(1, 2),
        comment_on=(1, 2),
        impact=Impact(days=days, items=2),
        needed_by=date(2026, 3, 20),
    )
    terms = {
        "giver": "IT",
        "receiver": "Marketing",
        "item": about,
        "waiting": "MK-201",
        "needed": "2026-03-20",
        "horizon": "2026-03-20",
        "forecast": "2026-03-25",
        "days": str(days),
    }
    fields = {
        "id": finding.conflict_id,
        "status": Status.OPEN,
        "finding": finding,
        "wording": Wording(
            f"{about} is late", ("It is late.",), "Who moves?", tuple(terms.items())
        ),
        "escalation": escalation_status_at(model, opened_at)(finding, opened_at),
        "opened_at": opened_at,
        "changed_at": opened_at,
    }
    return Conflict(**(fields | update))


def agenda(
    model: OperatingModel,
    at: Forum,
    *conflicts: Conflict,
    decisions: Sequence[TakenDecision] = (),
    events: Mapping[str, Sequence[Event]] | None = None,
    initiatives: Mapping[str, frozenset[str]] | None = None,
    today: date = TUESDAY,
) -> Agenda:
    by_id = {each.id: each for each in conflicts}
    data = AgendaData(by_id, initiatives or {}, events or {}, decisions, installed_rules())
    return build_agenda(model, at, data, today)


def test_a_point_has_its_question_options_and_consequences(model: OperatingModel) -> None:
    (point,) = agenda(model, forum(), conflict(model)).points

    assert (point.title, point.between) == ("CDP-18 is late", ("IT", "Marketing"))
    assert point.question == "Who moves?"
    assert point.stake == "3 working days, 2 items downstream"
    assert (point.decides, point.decide_by) == (("Ada (CIO)",), date(2026, 3, 5))
    assert point.otherwise == "it goes to Ben (CMO), who then has until 10 Mar 2026"
    assert point.may_decide == ("Ada", "Dan", "Ben")
    finish, move, accept, dismiss = point.options
    assert finish.consequences == (
        "IT finishes CDP-18 by 20 Mar 2026.",
        "It is open again unless this is in the tools by 20 Mar 2026: CDP-18.",
        "It is open again if the delay passes 3 working days.",
    )
    assert move.consequences[1] == (
        "It is open again unless this is in the tools within 5 working days: a new date of MK-201."
    )
    assert accept.consequences[0].startswith("Accepted until 20 Mar 2026")
    assert dismiss.consequences[-1] == "It needs its reason."


def test_without_a_point_no_meeting_is_needed(model: OperatingModel) -> None:
    decided = conflict(model, status=Status.DECIDED)

    assert not agenda(model, forum(), decided).is_needed
    assert agenda(model, forum(), decided).meeting.isoformat() == "2026-03-03T10:00:00+01:00"


@pytest.mark.parametrize(
    ("scope", "is_on_it"),
    [
        ({"functions": ["it"]}, True),
        ({"functions": ["sales"]}, False),
        ({"initiatives": ["cdp"]}, True),
        ({"initiatives": ["portal"]}, False),
        ({"rules": ["late_handover"]}, True),
        ({"rules": ["funding_gap"]}, False),
        ({"min_severity": "medium"}, True),
        ({"min_severity": "high"}, False),
        ({"levels": ["Accountable role"]}, True),
        ({"levels": ["Marketing board"]}, False),
        ({"functions": ["it"], "rules": ["funding_gap"]}, False),
    ],
)
def test_only_conflicts_in_the_scope_are_on_it(
    model: OperatingModel, scope: dict[str, Any], is_on_it: bool
) -> None:
    late = conflict(model)

    result = agenda(model, forum(**scope), late, initiatives={late.id: frozenset({"cdp"})})

    assert result.is_needed is is_on_it


def test_the_level_and_the_deadline_are_those_of_the_day_of_the_meeting(
    model: OperatingModel,
) -> None:
    late = conflict(model)
    board = forum(levels=["Marketing board"])

    assert not agenda(model, board, late, today=TUESDAY).is_needed
    # The first level ends on Thursday 5 March, before the meeting of the 10th.
    (point,) = agenda(model, board, late, today=date(2026, 3, 4)).points
    assert point.decides == ("Ben (CMO)",)
    assert point.notes == ("Due before this meeting: Ada (CIO) decides by 5 Mar 2026.",)


def test_while_its_data_are_old_a_conflict_keeps_its_level(model: OperatingModel) -> None:
    reading = OldReading("jira", MONDAY, MONDAY.date())
    late = conflict(model, old_readings=(reading,))

    (point,) = agenda(model, forum(), late, today=date(2026, 3, 9)).points

    assert point.decides == ("Ada (CIO)",)
    assert "Rests on jira as last read on 2 Mar 2026" in point.notes[0]


def test_what_nobody_there_may_decide_is_no_point_and_names_who_may(
    model: OperatingModel,
) -> None:
    large = conflict(model, days=90)

    result = agenda(model, forum(members=("cio",)), large)

    assert not result.is_needed
    (other,) = result.unauthorised
    assert (other.conflict_id, other.who_may) == (large.id, ("Cleo (Chair)",))


def test_who_stands_in_for_a_member_who_is_away_is_there_instead(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("ada", "2026-03-02", "2026-03-06", "cleo"))

    result = agenda(model, forum(), conflict(model))
    next_week = agenda(model, forum(), conflict(model), today=date(2026, 3, 9))

    assert (result.chair, result.members) == ("Cleo for Ada (CIO)", ("Ben (CMO)",))
    (point,) = result.points
    assert point.decides == ("Cleo for Ada (CIO)",)
    assert point.may_decide == ("Cleo", "Ben")
    assert next_week.chair == "Ada (CIO)"


def test_who_stands_in_for_a_person_of_the_forum_is_there_instead(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("ada", "2026-03-02", "2026-03-06", "cleo"))

    result = agenda(model, forum(members=("ada",)), conflict(model))

    assert result.chair == "Cleo for Ada"
    assert [point.may_decide for point in result.points] == [("Cleo",)]


def test_what_only_an_absent_member_may_decide_is_no_point(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("ada", "2026-03-02", "2026-03-06"))

    result = agenda(model, forum(members=("cio",)), conflict(model))

    assert not result.is_needed
    assert result.chair == "Ada (CIO)"


def test_the_worst_and_then_the_soonest_come_first_whatever_the_order(
    model: OperatingModel,
) -> None:
    early = conflict(model, "A", opened_at=datetime(2026, 2, 27, 9, tzinfo=UTC))
    conflicts = [conflict(model, "B"), early, conflict(model, "C", Severity.CRITICAL)]

    for order in (conflicts, conflicts[::-1]):
        titles = [point.title for point in agenda(model, forum(), *order).points]
        assert titles == ["C is late", "A is late", "B is late"]


def taken(of: Conflict, at: datetime, awaits: str = "", until: date | None = None) -> TakenDecision:
    return TakenDecision(
        of.id, "move", "the date moves", "ada", "cio", "it", "cli", "", at, until, awaits
    )


def outcome(
    model: OperatingModel, taken_: TakenDecision, of: Conflict, *later: Event, today: date
) -> tuple[Outcome, str]:
    own = Event(of.id, "decided", taken_.decided_at)
    result = agenda(
        model, forum(), of, decisions=[taken_], events={of.id: [own, *later]}, today=today
    )
    (each,) = result.outcomes
    return each.outcome, each.detail


def test_each_decision_since_the_last_meeting_has_what_became_of_it(
    model: OperatingModel,
) -> None:
    late = conflict(model, status=Status.DECIDED)
    at, until = datetime(2026, 3, 3, 10, tzinfo=UTC), date(2026, 3, 6)
    promise = taken(late, at, "a new date of MK-201", until)
    soon, later = date(2026, 3, 5), date(2026, 3, 9)
    afterwards = datetime(2026, 3, 9, 6, tzinfo=UTC)
    missed = {"because": "a new date of MK-201 was to be there by 6 Mar 2026 and is not"}
    outgrown = {"because": "it has outgrown the right of CIO"}

    def became(*events: Event, today: date = later) -> tuple[Outcome, str]:
        return outcome(model, promise, late, *events, today=today)

    assert became(today=soon) == (Outcome.AWAITED, "a new date of MK-201 by 6 Mar 2026")
    assert became()[0] is Outcome.OVERDUE
    assert became(Event(late.id, "resolved", afterwards))[0] is Outcome.KEPT
    assert became(Event(late.id, "reopened", afterwards, missed))[0] is Outcome.OVERDUE
    assert became(Event(late.id, "reopened", afterwards, outgrown)) == (
        Outcome.REOPENED,
        "it has outgrown the right of CIO",
    )
    assert became(Event(late.id, "decided", afterwards))[0] is Outcome.REPLACED
    accepted = taken(late, at, until=date(2026, 4, 1))
    assert outcome(model, accepted, late, today=later) == (Outcome.IN_FORCE, "until 1 Apr 2026")


def test_what_was_decided_before_the_last_meeting_is_not_on_it(model: OperatingModel) -> None:
    late = conflict(model, status=Status.DECIDED)
    before = taken(late, datetime(2026, 3, 3, 8, 59, tzinfo=UTC))
    since = taken(late, datetime(2026, 3, 3, 9, tzinfo=UTC))

    result = agenda(model, forum(), late, decisions=[before, since], today=date(2026, 3, 4))

    assert [each.on for each in result.outcomes] == [TUESDAY]
    assert len(result.outcomes) == 1


def test_a_reopened_conflict_says_what_was_decided_before(model: OperatingModel) -> None:
    former = Decision(
        verdict="move",
        meaning="the date moves",
        person="ada",
        person_name="Ada",
        reason="",
        severity=Severity.MEDIUM,
        decided_at=MONDAY,
        role_name="CIO",
    )
    late = conflict(model, former_decision=former, reopened_because="it is 9 days late")

    (point,) = agenda(model, forum(), late).points

    assert point.notes == (
        "Open again: it is 9 days late. Before, the decision of Ada (CIO): the date moves.",
    )
