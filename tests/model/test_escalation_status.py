"""Where a conflict stands on the escalation path, in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from model.conflicts import EscalationStatus, FollowingLevel, NamedAuthority
from model.escalation_status import deadline_text, escalation_status_at
from model.findings import Finding, Impact, Severity
from model.operating_model.schema import OperatingModel
from tests.model.operating_model.small_model import small_model

OPENED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # a Friday
LATE = Finding("late_handover", ("x",), Severity.HIGH, ("it",), (), (), Impact(3))


@pytest.fixture
def model(tmp_path: Path) -> OperatingModel:
    return small_model(tmp_path)


def status(model: OperatingModel, now: datetime) -> EscalationStatus:
    return escalation_status_at(model, now)(LATE, OPENED)


def test_a_status_names_the_level_its_authority_and_what_follows(model: OperatingModel) -> None:
    assert status(model, OPENED) == EscalationStatus(
        level=1,
        level_name="Accountable role",
        authority=NamedAuthority(role="cio", role_name="CIO", person="ada", person_name="Ada"),
        decide_by=date(2026, 11, 24),
        otherwise="it goes to Ben (CMO), who then has until 26 Nov 2026",
        following=FollowingLevel(person_name="Ben", decide_by=date(2026, 11, 26)),
    )


def test_after_the_last_level_nobody_follows(model: OperatingModel) -> None:
    last = status(model, datetime(2026, 11, 27, 12, tzinfo=UTC))

    assert (last.level, last.overdue) == (3, False)
    assert deadline_text(last) == (
        "decides by",
        (
            "Escalated from Ben (CMO), who was to decide by 26 Nov 2026. "
            "Otherwise it stays undecided, for nobody stands above them."
        ),
    )


def test_once_the_last_deadline_has_passed_the_conflict_is_still_undecided(
    model: OperatingModel,
) -> None:
    passed = status(model, datetime(2026, 12, 7, 12, tzinfo=UTC))

    assert passed.overdue
    assert deadline_text(passed) == (
        "was to decide by",
        "Escalated from Ben (CMO), who was to decide by 26 Nov 2026. It is still undecided.",
    )


def test_a_conflict_that_nobody_may_decide_has_no_authority(model: OperatingModel) -> None:
    without_rights = model.model_copy(update={"decision_rights": ()})

    assert status(without_rights, OPENED).authority is None
