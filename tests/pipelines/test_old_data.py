"""What happens while a tool cannot be read, over days, and when it can be read again.

Jira is read on the first day and then not for fourteen days, on a token that it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from connectors.spreadsheets.notes import read_notes
from model.conflicts import Conflict, Status
from model.warehouse.connection_states import read_gaps
from model.warehouse.ledger import read_conflicts
from pipelines.instance import Instance
from pipelines.steps.explain import explain_item
from pipelines.steps.sync import SyncResult
from tests.pipelines.small import HEALTHY_PLAN, JIRA, NOW, SALESFORCE, Small, day, make_small
from tests.pipelines.syncing import (
    decide_as,
    jira_comments,
    late_handover,
    rule_names,
    run_sync,
    stored_conflict,
    written_keys,
)

AGE = "Rests on it-jira as last read on 4 Mar 2026."
WAITS = f"{AGE} Its deadline waits meanwhile."
DAYS = range(1, 15)

SOLD_TWICE = {
    **SALESFORCE,
    "opportunities": [
        *SALESFORCE["opportunities"],
        {
            **SALESFORCE["opportunities"][0],
            "name": "Nord AG, agency brief",
            "close_date": day(5).isoformat(),
            "fields": {"Depends_On__c": "CMP-1"},
        },
    ],
}
"""One more deal, which closes three days before Marketing's CMP-1 is there, without Jira."""


TEASER = ("CMP-3", "Teaser", day(2), day(4), "Lena Vogt", "Planned", "CDP-3")
"""A row of Marketing's plan that needs CDP-3 eight working days before it is done."""


@pytest.fixture
def wider(tmp_path: Path, database: URL) -> Iterator[Small]:
    with running_sandbox(jira=JIRA, salesforce=SOLD_TWICE) as sandbox:
        yield make_small(tmp_path / "home", sandbox, database)


def without_jira(small: Small, days: Iterable[int], *, write: bool = True) -> dict[int, SyncResult]:
    with closing(small.open(JIRA_TOKEN="wrong")) as instance:
        return {number: run_sync(instance, days=number, write=write) for number in days}


def conflicts_in(instance: Instance) -> dict[str, Conflict]:
    with instance.engine.connect() as connection:
        return read_conflicts(connection)


def changes(results: Iterable[SyncResult]) -> list[tuple[str, bool]]:
    """The records whose comments were written, and whether that notified somebody."""
    return [
        (change.target.key, change.posted is None or change.notify)
        for result in results
        for commented in result.commented.values()
        for change, _ in commented.written
    ]


def resting_on_jira(conflicts: Iterable[Conflict]) -> list[Conflict]:
    return [conflict for conflict in conflicts if "it-jira" in conflict.finding.rests_on]


def read_events(small: Small, conflicts: Iterable[Conflict]) -> set[str]:
    """All that was ever recorded of these conflicts."""
    query = "select event from conflict_event where conflict_id = any(%s)"
    with closing(small.open()) as instance, instance.engine.connect() as connection:
        rows = connection.exec_driver_sql(query, ([each.id for each in conflicts],))
        return set(rows.scalars())


def change_settings(small: Small, **settings: Any) -> None:
    path = small.home / "interlock.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8")) | settings
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@pytest.mark.long
def test_fourteen_days_without_a_tool_open_worsen_escalate_and_notify_nothing_that_rests_on_it(
    wider: Small,
) -> None:
    with closing(wider.open()) as instance:
        run_sync(instance)
    results = without_jira(wider, DAYS)

    # On the first of these days, 24 hours after it was read, Jira is still fresh.
    before = resting_on_jira(results[1].detected.in_force)
    after = resting_on_jira(results[14].detected.in_force)
    assert len(before) == 2
    assert [each.model_copy(update={"old_readings": ()}) for each in after] == before
    assert {each.age_text for each in after} == {WAITS}
    assert read_events(wider, before) == {"opened"}
    concerned = {"CMP-2", "Nord AG, personal offers"}
    written = changes(results.values())
    assert sorted(each for each in written if each[0] in concerned) == [
        ("CMP-2", False),
        ("Nord AG, personal offers", False),
    ]


@pytest.mark.long
def test_meanwhile_what_rests_on_other_tools_goes_on_as_usual(wider: Small) -> None:
    with closing(wider.open()) as instance:
        first = run_sync(instance)
    results = without_jira(wider, DAYS)

    (other,) = set(first.detected.in_force) - set(resting_on_jira(first.detected.in_force))
    (later,) = (each for each in results[14].detected.in_force if each.id == other.id)
    assert other.finding.rests_on == ("marketing-plan", "sales")
    assert later.escalation.level > other.escalation.level
    assert sum(result.detected.events.get("escalated", 0) for result in results.values()) == 2
    assert ("CMP-1", True) in changes(results.values())


@pytest.mark.after_sync
def test_while_a_tool_that_cannot_be_read_is_still_fresh_conflicts_open_as_usual(
    small: Small, instance: Instance
) -> None:
    small.write_plan(*HEALTHY_PLAN, TEASER)

    on_the_next_day = without_jira(small, [1])[1]

    assert on_the_next_day.detected.events == {"opened": 1}
    assert not on_the_next_day.detected.held


@pytest.mark.after_sync
def test_a_new_finding_on_old_data_is_held_and_opens_when_the_tool_is_read_again(
    small: Small, instance: Instance
) -> None:
    small.write_plan(*HEALTHY_PLAN, TEASER)

    result = without_jira(small, [3])[3]
    back = run_sync(instance, days=4)

    (held,) = result.detected.held
    assert (held.rule, held.readings[0].connection) == ("late_handover", "it-jira")
    assert held.readings[0].read_at == NOW
    assert held.title.startswith("CDP-3 of IT is forecast to finish")
    assert result.detected.events == {}
    assert changes([result]) == [("Nord AG, personal offers", False)]
    assert back.detected.events == {"opened": 1}
    assert not back.detected.held


@pytest.mark.after_sync
def test_a_cause_that_is_gone_from_a_fresh_tool_alone_resolves_nothing_yet(
    small: Small, instance: Instance
) -> None:
    conflict = stored_conflict(instance)
    small.write_plan(HEALTHY_PLAN[0])

    result = without_jira(small, [3])[3]
    back = run_sync(instance, days=4)

    assert late_handover(result).id == conflict.id
    assert result.detected.events == {}
    assert back.detected.events == {"resolved": 1}


@pytest.mark.after_sync
def test_deadlines_wait_for_the_days_on_which_nobody_looked(
    small: Small, instance: Instance
) -> None:
    before = stored_conflict(instance)
    without_jira(small, [2, 9], write=False)

    back = run_sync(instance, days=13)
    again = run_sync(instance, days=13, minutes=30)

    after = late_handover(back)
    assert before.escalation.decide_by == date(2026, 3, 9)
    # Thursday was fresh until nine; Friday to the next Monday but one were not.
    assert len(after.unseen_days) == 7
    assert after.escalation.decide_by == date(2026, 3, 18)
    assert after.escalation.level == before.escalation.level
    assert (after.old_readings, after.age_text) == ((), "")
    assert back.detected.events == again.detected.events == {}
    assert not any(notified for _, notified in changes([back]))
    assert late_handover(again) == after
    assert written_keys(again) == {}


@pytest.mark.after_sync
def test_what_really_changed_is_told_as_soon_as_the_tool_is_read_again(
    small: Small, instance: Instance
) -> None:
    without_jira(small, [5])
    small.call_jira("PUT", "/rest/api/3/issue/CDP-2", {"fields": {"duedate": day(60).isoformat()}})

    back = run_sync(instance, days=13)

    assert late_handover(back).severity.name == "CRITICAL"
    assert back.detected.events["changed"] == 2
    assert ("CDP-2", True) in changes([back])


@pytest.mark.long
def test_syncs_on_every_day_and_one_at_the_end_leave_the_same_ledger(
    small: Small, tmp_path: Path, new_database: Callable[[], URL]
) -> None:
    twin = make_small(tmp_path / "twin", small.sandbox, new_database())
    ledgers = []
    for each, days in ((small, DAYS), (twin, ())):
        with closing(each.open()) as instance:
            run_sync(instance, write=False)
            without_jira(each, days, write=False)
            run_sync(instance, days=15, write=False)
            ledgers.append(conflicts_in(instance))

    assert ledgers[0] == ledgers[1]
    assert all(conflict.unseen_days for conflict in ledgers[0].values())


@pytest.mark.after_sync
def test_a_person_may_decide_while_the_data_are_old(small: Small, instance: Instance) -> None:
    conflict = stored_conflict(instance)
    without_jira(small, [3])
    decide_as(instance, conflict, "accept", "nina-scholz", "The fair is later")

    result = without_jira(small, [4])[4]

    decided = late_handover(result)
    assert (decided.status, decided.age_text) == (Status.DECIDED, AGE)
    assert changes([result]) == [("CMP-2", True)]


@pytest.mark.after_sync
def test_a_comment_that_is_missing_is_not_created_on_old_data(
    small: Small, instance: Instance
) -> None:
    # Written anew, the workbook has no notes.
    small.write_plan(*HEALTHY_PLAN)
    result = without_jira(small, [3])[3]
    back = run_sync(instance, days=4)

    reasons = {each.reason for each in result.commented["marketing-plan"].difference.postponed}
    assert reasons == {f"its conflict rests on {AGE.removeprefix('Rests on ').removesuffix('.')}"}
    assert changes([result]) == [("Nord AG, personal offers", False)]
    assert ("CMP-2", True) in changes([back])


def test_a_first_sync_opens_what_it_found_in_the_tools_that_it_could_read(wider: Small) -> None:
    result = without_jira(wider, [0])[0]

    assert rule_names(result) == ["broken_promise"]
    assert "CMP-1" in result.detected.in_force[0].wording.title
    assert not result.detected.held


@pytest.mark.after_sync
def test_what_rests_on_a_connection_that_was_removed_waits_until_somebody_decides(
    small: Small, instance: Instance
) -> None:
    small.remove_sales()

    with closing(small.open()) as reduced:
        result = run_sync(reduced, minutes=30)
        later = run_sync(reduced, days=40)

    (promise,) = (c for c in result.detected.in_force if c.finding.rule == "broken_promise")
    assert promise.age_text == (
        "Rests on sales as last read on 4 Mar 2026 (no longer connected). "
        "Its deadline waits meanwhile."
    )
    assert late_handover(result).old_readings == ()
    assert promise in later.detected.in_force
    assert late_handover(later).old_readings == ()


@pytest.mark.after_sync
def test_the_freshness_time_of_a_connection_goes_before_that_of_the_deployment(
    small: Small, instance: Instance
) -> None:
    change_settings(small, fresh_for=72)
    in_three_days = without_jira(small, [3])[3]
    small.write_settings(it_jira={"fresh_for": 48})
    change_settings(small, fresh_for=72)
    in_two = without_jira(small, [3])[3]

    assert late_handover(in_three_days).old_readings == ()
    assert late_handover(in_two).age_text == WAITS


@pytest.mark.after_sync
def test_time_alone_moves_no_forecast_of_a_tool_that_is_not_read(
    small: Small, instance: Instance
) -> None:
    before = explain_item(instance, "CDP-3", NOW)
    without_jira(small, [30], write=False)

    with closing(small.open(JIRA_TOKEN="wrong")) as unread:
        after = explain_item(unread, "CDP-3", NOW.replace(month=4))
    run_sync(instance, days=31, write=False)
    back = explain_item(instance, "CDP-3", NOW.replace(month=4, day=5))

    assert after.item.forecast_finish == before.item.forecast_finish
    assert str(after.item.old_reading) == "it-jira as last read on 4 Mar 2026"
    assert back.item.forecast_finish == date(2026, 4, 7)
    assert (before.item.old_reading, back.item.old_reading) == (None, None)


@pytest.mark.after_sync
def test_a_gap_is_kept_even_if_nothing_else_ran_before_the_next_one(
    small: Small, instance: Instance
) -> None:
    run_sync(instance, days=5, write=False)
    run_sync(instance, days=5, minutes=30, write=False)
    run_sync(instance, days=9, write=False)

    with instance.engine.connect() as connection:
        gaps = [each for each in read_gaps(connection) if each.connection == "it-jira"]
    assert [(gap.read_again_at - gap.last_read_at).days for gap in gaps] == [5, 3]


@pytest.mark.after_sync
def test_comments_say_how_old_their_data_are_and_stop_when_these_are_fresh(
    small: Small, instance: Instance
) -> None:
    without_jira(small, [3])
    note = (small.home / "files" / "plan.xlsx").read_bytes()
    run_sync(instance, days=4)

    assert any(AGE in each.text for each in read_notes(note).values())
    fresh = (small.home / "files" / "plan.xlsx").read_bytes()
    assert not any("Rests on" in each.text for each in read_notes(fresh).values())
    assert len(jira_comments(small, "CDP-2")) == 2
