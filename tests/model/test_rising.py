"""A conflict that nobody decides, day by day: its level, its deadline and whom it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from model.comment_content import CommentContent, MentionSpan, Paragraph, PostedComment, Target
from model.comments import Ceilings, DesiredComment, RecordedComment, diff_comments
from model.conflicts import Conflict
from model.escalation_status import escalation_status_at
from model.findings import Finding, Impact, Severity, Wording
from model.ledger import WordedFinding, update_ledger
from model.operating_model.schema import OperatingModel
from model.records import Ref
from model.wording import CommentAudience, build_content, to_plain_text
from tests.model.operating_model.away import away, model_with
from tests.model.operating_model.small_model import small_model

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
TARGET = Target(Ref.parse("jira:work_item:1"), "CDP-18")
LATE = WordedFinding(
    Finding("late_handover", ("x",), Severity.HIGH, ("it",), (), (), Impact(3)),
    Wording("CDP-18 is late", (), "Who moves?"),
)
Day = tuple[int, int, str | None, date]


@pytest.fixture
def model(tmp_path: Path) -> OperatingModel:
    return small_model(tmp_path)


def run(ledger: dict[str, Conflict], model: OperatingModel, day: int) -> tuple[Conflict, list[str]]:
    """The conflict after a run so many days after the Friday, and the events of that run."""
    now = FRIDAY + timedelta(days=day)
    update = update_ledger(
        ledger, [LATE], escalation_status_at(model, now), lambda _decision, _finding: None, now
    )
    ledger |= {conflict.id: conflict for conflict in update.conflicts}
    return next(iter(ledger.values())), [event.event for event in update.events]


def run_on(model: OperatingModel, days: Iterable[int]) -> Conflict:
    ledger: dict[str, Conflict] = {}
    for day in days:
        conflict, _ = run(ledger, model, day)
    return conflict


def content_of(conflict: Conflict, model: OperatingModel) -> CommentContent:
    return build_content(conflict, {}, model, CommentAudience("jira", "https://dagster.test/card"))


def mentioned(content: CommentContent) -> list[str]:
    spans = [span for b in content.blocks if isinstance(b, Paragraph) for span in b.spans]
    return [span.name for span in spans if isinstance(span, MentionSpan)]


def summary(conflict: Conflict) -> tuple[int, str | None, str]:
    escalation = conflict.escalation
    return escalation.level, escalation.authority_id, escalation.decide_by.strftime("%d %b")


def test_each_day_has_its_level_its_authority_and_its_deadline(model: OperatingModel) -> None:
    ledger: dict[str, Conflict] = {}
    seen = []
    for day in range(13):
        conflict, events = run(ledger, model, day)
        if events:
            seen.append((day, events, *summary(conflict)))

    assert seen == [
        (0, ["opened"], 1, "ada", "24 Nov"),
        (5, ["escalated"], 2, "ben", "26 Nov"),
        (7, ["escalated"], 3, "cleo", "30 Nov"),
        (11, ["undecided"], 3, "cleo", "30 Nov"),
    ]


@pytest.mark.parametrize("absent", [None, ("ben", ""), ("ada", ""), ("ada", "dan"), ("cleo", "")])
@pytest.mark.parametrize("days", [(0, 12), (0, 3, 6, 12), (0, 7, 8, 12)])
def test_runs_that_were_skipped_change_nothing_about_the_outcome(
    tmp_path: Path, absent: tuple[str, str] | None, days: tuple[int, ...]
) -> None:
    absences = [away(absent[0], "2026-11-23", "2026-11-27", absent[1])] if absent else []
    model = model_with(tmp_path, *absences)

    for last in (6, 8, 12):
        run_days = [day for day in days if day < last] + [last]
        daily, skipping = run_on(model, range(last + 1)), run_on(model, run_days)
        assert daily.escalation == skipping.escalation


def test_each_rise_names_the_new_authority_once_and_says_from_whom_it_comes(
    model: OperatingModel,
) -> None:
    first, second, third = (run_on(model, range(days)) for days in (1, 6, 8))

    assert [mentioned(content_of(each, model)) for each in (first, second, third)] == [
        ["Ada"],
        ["Ben"],
        ["Cleo"],
    ]
    assert (
        "Escalated from Ada (CIO), who was to decide by 24 Nov 2026.\n"
        "@Ben (CMO) decides by 26 Nov 2026; otherwise it goes to Cleo, who has until 30 Nov 2026."
    ) in to_plain_text(content_of(second, model))


def test_a_rise_edits_the_comment_and_notifies_and_the_days_after_it_do_not(
    model: OperatingModel,
) -> None:
    ledger: dict[str, Conflict] = {}
    posted: list[PostedComment] = []
    recorded: dict[tuple[str, Ref], RecordedComment] = {}
    notified = []
    for day in range(13):
        conflict, _ = run(ledger, model, day)
        content = content_of(conflict, model)
        desired = DesiredComment(TARGET, content, conflict.severity, conflict.changed_at)
        diff = diff_comments([desired], posted, recorded, Ceilings(), 0)
        for change in diff.changes:
            posted = [PostedComment(TARGET.ref, conflict.id, "1", content.digest)]
            recorded[conflict.id, TARGET.ref] = RecordedComment(
                content.digest, content.state, FRIDAY + timedelta(days=day)
            )
            notified.append((day, change.posted is not None, change.notify, mentioned(content)))

    assert notified == [
        (0, False, True, ["Ada"]),
        (5, True, True, ["Ben"]),
        (7, True, True, ["Cleo"]),
        (11, True, True, ["Cleo"]),
    ]


def test_a_deputy_is_named_for_whom_they_stand_in(tmp_path: Path) -> None:
    model = model_with(tmp_path, away("ada", "2026-11-23", "2026-12-04", "dan"))

    ledger: dict[str, Conflict] = {}
    events = [run(ledger, model, day)[1] for day in range(4)]
    content = content_of(next(iter(ledger.values())), model)

    assert events == [["opened"], ["handed on"], [], []]
    assert mentioned(content) == ["Dan"]
    assert (
        "Ada is away until 4 Dec 2026.\n@Dan for Ada (CIO) decides by 24 Nov 2026; otherwise"
    ) in to_plain_text(content)


@pytest.mark.parametrize("day", range(1, 13))
def test_a_conflict_that_becomes_more_severe_falls_to_no_lower_level_and_gets_no_more_time(
    model: OperatingModel, day: int
) -> None:
    ledger: dict[str, Conflict] = {}
    for each in range(day + 1):
        before, _ = run(ledger, model, each)
    now = FRIDAY + timedelta(days=day)
    worse = replace(LATE, finding=replace(LATE.finding, severity=Severity.CRITICAL))

    update = update_ledger(
        ledger, [worse], escalation_status_at(model, now), lambda _decision, _finding: None, now
    )

    after = update.conflicts[0].escalation
    assert after.level >= before.escalation.level
    assert after.level > before.escalation.level or after.decide_by <= before.escalation.decide_by
    assert after.overdue == before.escalation.overdue
