"""A change that is too large to be true is held until it is confirmed or released."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from model.operating_model.identity import Identity, IdentityKind
from model.warehouse.connection_states import read_times
from model.warehouse.holds import Hold, read_holds
from pipelines.cli.comment_output import print_comments
from pipelines.instance import Instance
from pipelines.steps.map import NothingHeld, release
from pipelines.steps.mass_change import find_confirm_from, is_every_file_changed
from pipelines.steps.sync import SyncResult
from tests.pipelines.saved import CopyDatabase, SavedSmall, sync_and_save
from tests.pipelines.small import (
    EXPORT,
    HEALTHY_PLAN,
    JIRA,
    NOW,
    SALESFORCE,
    Small,
    day,
    issue,
    make_small,
)
from tests.pipelines.syncing import count_comments, rule_names, run_sync, written_keys
from tests.pipelines.test_cli import command_on

LENA = Identity(IdentityKind.ID, "lena-vogt")
MANY = 27
"""Issues beside those of the small instance."""
CONFLICTS = ["broken_promise", "late_handover"]
pytestmark = pytest.mark.after_sync


def many_issues() -> dict[str, Any]:
    further = [
        issue(f"CDP-{number}", f"Work {number}", day(10), day(-1)) for number in range(4, 4 + MANY)
    ]
    return {**JIRA, "issues": [*JIRA["issues"], *further]}


@pytest.fixture(scope="module")
def saved_small(
    tmp_path_factory: pytest.TempPathFactory,
    new_database: Callable[[], URL],
    copy_database: CopyDatabase,
) -> Iterator[SavedSmall]:
    """The instance with many issues, after its first sync."""
    with running_sandbox(jira=many_issues(), salesforce=SALESFORCE) as sandbox:
        home = tmp_path_factory.mktemp("many") / "home"
        yield sync_and_save(make_small(home, sandbox, new_database()), copy_database)


def empty_jira(small: Small) -> dict[str, Any]:
    """Let Jira answer as if it had no issues; returns what it had."""
    site = small.sandbox.jira
    issues, site.issues = dict(site.issues), {}
    return issues


def move_half_of_the_dates(small: Small) -> None:
    for stored in list(small.sandbox.jira.issues.values())[3 : 3 + MANY // 2 + 2]:
        small.call_jira(
            "PUT", f"/rest/api/3/issue/{stored.id}", {"fields": {"duedate": f"{day(25)}"}}
        )


def present_items(instance: Instance, name: str = "it-jira") -> int:
    with instance.engine.connect() as connection:
        query = (
            "select count(*) from record r join work_item w on w.record_id = r.id "
            f"where w.valid_to is null and r.connection = '{name}'"
        )
        return int(connection.exec_driver_sql(query).scalar_one())


def held_names(instance: Instance) -> list[str]:
    with instance.engine.connect() as connection:
        return list(read_holds(connection))


def read_minutes(instance: Instance, name: str = "it-jira") -> float:
    """How many minutes after NOW the connection counts as read."""
    with instance.engine.connect() as connection:
        read_at = read_times(connection, [name])[name]
    assert read_at is not None
    return (read_at - NOW).total_seconds() / 60


def assert_nothing_happened(result: SyncResult, small: Small, comments: dict[str, int]) -> None:
    assert result.detected.events == {}
    assert rule_names(result) == CONFLICTS
    assert written_keys(result) == {}
    assert count_comments(small) == comments


def test_a_tool_that_answers_with_nothing_for_all_records_is_held_and_changes_nothing(
    small: Small, instance: Instance
) -> None:
    comments = count_comments(small)
    issues = empty_jira(small)

    held = run_sync(instance, minutes=5)

    hold = held.mapped["it-jira"].hold
    assert hold is not None
    assert (hold.removed, hold.altered, hold.present) == (MANY + 3, 0, MANY + 3)
    assert set(hold.examples) < {f"CDP-{number}" for number in range(1, 4 + MANY)}
    assert present_items(instance) == MANY + 3
    assert read_minutes(instance) == 0
    assert held.detected.events == {}

    small.sandbox.jira.issues = issues
    back = run_sync(instance, minutes=10)

    assert held_names(instance) == []
    assert "second read" in back.mapped["it-jira"].confirmed
    assert read_minutes(instance) == 10
    assert_nothing_happened(back, small, comments)


def test_a_removal_that_a_second_read_repeats_is_taken_over(
    small: Small, instance: Instance
) -> None:
    empty_jira(small)
    run_sync(instance, minutes=5)

    confirmed = run_sync(instance, minutes=10, write=False)

    assert "confirmed by a second read" in confirmed.mapped["it-jira"].confirmed
    assert confirmed.mapped["it-jira"].ended == MANY + 3
    assert present_items(instance) == 0
    assert held_names(instance) == []
    assert read_minutes(instance) == 10


def test_half_of_the_dates_altered_at_once_are_held_and_then_confirmed(
    small: Small, instance: Instance
) -> None:
    move_half_of_the_dates(small)

    held = run_sync(instance, minutes=5)
    confirmed = run_sync(instance, minutes=10)

    hold = held.mapped["it-jira"].hold
    assert hold is not None
    assert (hold.removed, hold.altered) == (0, MANY // 2 + 2)
    assert confirmed.mapped["it-jira"].changed == MANY // 2 + 2
    assert held_names(instance) == []


def test_a_second_read_that_differs_massively_is_held_anew(
    small: Small, instance: Instance
) -> None:
    issues = empty_jira(small)
    run_sync(instance, minutes=5)
    small.sandbox.jira.issues = issues
    move_half_of_the_dates(small)

    again = run_sync(instance, minutes=10)

    hold = again.mapped["it-jira"].hold
    assert hold is not None
    assert (hold.removed, hold.altered) == (0, MANY // 2 + 2)
    assert present_items(instance) == MANY + 3
    assert run_sync(instance, minutes=15).mapped["it-jira"].hold is None


@pytest.mark.parametrize(
    "left",
    [range(12), range(18), range(12, 27)],
    ids=["more", "fewer", "mostly others"],
)
def test_a_second_read_that_removes_other_records_is_held_anew(
    small: Small, instance: Instance, left: range
) -> None:
    issues = list(empty_jira(small).items())
    small.sandbox.jira.issues = dict(issues[:15])
    run_sync(instance, minutes=5, write=False)
    small.sandbox.jira.issues = dict(issues[n] for n in left)

    other = run_sync(instance, minutes=15, write=False)

    hold = other.mapped["it-jira"].hold
    assert hold is not None
    assert hold.removed == MANY + 3 - len(left)
    assert hold.confirm_from == NOW + timedelta(minutes=20)
    assert present_items(instance) == MANY + 3
    again = run_sync(instance, minutes=20, write=False)
    assert "confirmed by a second read" in again.mapped["it-jira"].confirmed
    assert present_items(instance) == len(left)


def test_a_second_read_that_brings_some_of_an_emptied_tool_back_is_held_anew(
    small: Small, instance: Instance
) -> None:
    issues = empty_jira(small)
    run_sync(instance, minutes=5, write=False)
    small.sandbox.jira.issues = dict(list(issues.items())[:3])

    hold = run_sync(instance, minutes=15, write=False).mapped["it-jira"].hold

    assert hold is not None
    assert hold.removed == MANY
    assert present_items(instance) == MANY + 3


def test_a_second_read_that_brings_nearly_all_back_ends_a_hold(
    small: Small, instance: Instance
) -> None:
    issues = empty_jira(small)
    run_sync(instance, minutes=5, write=False)
    small.sandbox.jira.issues = dict(list(issues.items())[: MANY + 1])

    back = run_sync(instance, minutes=6, write=False)

    assert "was not mapped" in back.mapped["it-jira"].confirmed
    assert present_items(instance) == MANY + 1


def test_a_second_read_within_the_set_minutes_confirms_nothing(
    small: Small, instance: Instance
) -> None:
    empty_jira(small)
    run_sync(instance, minutes=5)

    too_early = run_sync(instance, minutes=9)

    hold = too_early.mapped["it-jira"].hold
    assert hold is not None
    assert "from 2026-03-04 09:10 UTC on confirms it; to accept it now: interlock" in str(hold)
    assert present_items(instance) == MANY + 3
    assert run_sync(instance, minutes=10).mapped["it-jira"].hold is None


def test_data_that_are_back_end_a_hold_before_the_set_minutes_are_over(
    small: Small, instance: Instance
) -> None:
    issues = empty_jira(small)
    run_sync(instance, minutes=5)
    small.sandbox.jira.issues = issues

    assert run_sync(instance, minutes=6).mapped["it-jira"].hold is None
    assert present_items(instance) == MANY + 3


def test_the_same_run_is_no_second_read(small: Small, instance: Instance) -> None:
    empty_jira(small)
    run_sync(instance, minutes=5)

    again = run_sync(instance, minutes=5)

    assert again.mapped["it-jira"].hold is not None


def test_a_released_change_is_taken_over_at_once_and_recorded(
    small: Small, instance: Instance
) -> None:
    empty_jira(small)
    run_sync(instance, minutes=5)

    released = release(instance, "it-jira", LENA, "The project moved", "cli", NOW)

    assert released.ended == MANY + 3
    assert held_names(instance) == []
    assert read_minutes(instance) == 5
    with instance.engine.connect() as connection:
        (row,) = connection.exec_driver_sql("select * from hold_release").mappings()
    assert (row["person"], row["reason"], row["removed"]) == (
        "lena-vogt",
        "The project moved",
        MANY + 3,
    )
    with pytest.raises(NothingHeld, match="nothing of it-jira is held"):
        release(instance, "it-jira", LENA, "Again", "cli", NOW)


def test_a_hold_does_not_stop_the_other_connections(small: Small, instance: Instance) -> None:
    empty_jira(small)
    late = ("CMP-3", "Late", day(1), day(2), "Lena Vogt", "Planned", "")
    small.write_plan(*HEALTHY_PLAN, late)

    result = run_sync(instance, minutes=5)

    assert held_names(instance) == ["it-jira"]
    assert result.mapped["marketing-plan"].changed == 1
    assert read_minutes(instance, "marketing-plan") == 5


def test_an_emptied_workbook_is_held_and_its_return_changes_nothing(
    small: Small, instance: Instance
) -> None:
    comments = count_comments(small)
    full = (small.home / "files" / "plan.xlsx").read_bytes()
    small.write_plan()

    held = run_sync(instance, minutes=5)

    assert held.mapped["marketing-plan"].hold is not None
    assert present_items(instance, "marketing-plan") == len(HEALTHY_PLAN)
    assert held.detected.events == {}
    (small.home / "files" / "plan.xlsx").write_bytes(full)
    assert_nothing_happened(run_sync(instance, minutes=10), small, comments)
    assert held_names(instance) == []


def test_of_comments_on_rows_that_a_hold_keeps_one_is_named(
    small: Small, instance: Instance, capsys: pytest.CaptureFixture[str]
) -> None:
    small.write_plan()
    result = run_sync(instance, minutes=5)
    commented = result.commented["marketing-plan"]
    assert commented.refused
    commented = replace(commented, refused=commented.refused * 3)

    print_comments({"marketing-plan": commented}, dry_run=False, held=result.holds)

    first, more = capsys.readouterr().err.splitlines()
    assert 'has the key "CMP-2" for itself. Put the row back' in first
    assert "marketing-plan: 2 more comments refused alike while its last change is held" in more


def test_a_second_read_of_an_unchanged_workbook_confirms_nothing_for_a_working_day(
    small: Small, instance: Instance
) -> None:
    small.write_plan()
    run_sync(instance, minutes=5)

    again = run_sync(instance, minutes=10)

    hold = again.mapped["marketing-plan"].hold
    assert hold is not None
    assert "once each file has changed" in str(hold)
    assert again.detected.events == {}
    assert held_names(run_at(instance, days=1)) == ["marketing-plan"]
    assert held_names(run_at(instance, days=1, minutes=5)) == []
    assert present_items(instance, "marketing-plan") == 0


def run_at(instance: Instance, *, days: int, minutes: int = 0) -> Instance:
    run_sync(instance, days=days, minutes=minutes, write=False)
    return instance


def test_a_workbook_that_somebody_changed_since_confirms_a_hold_at_once(
    small: Small, instance: Instance
) -> None:
    rows = [(f"CMP-{n}", "Work", day(1), day(8), "Lena Vogt", "Planned", "") for n in range(30)]
    small.write_plan(*rows)
    run_sync(instance, minutes=5)
    small.write_plan(*rows[:10])
    assert run_sync(instance, minutes=10).mapped["marketing-plan"].hold is not None
    small.write_plan(*rows[:9], ("CMP-9", "Other work", *rows[9][2:]))

    confirmed = run_sync(instance, minutes=15, write=False)

    assert "confirmed by a second read" in confirmed.mapped["marketing-plan"].confirmed
    assert present_items(instance, "marketing-plan") == 10


def test_a_note_that_interlock_writes_does_not_confirm_a_hold(
    small: Small, instance: Instance
) -> None:
    further = [(f"CMP-{n}", "W", day(1), day(8), "Lena Vogt", "Planned", "") for n in range(3, 20)]
    small.write_plan(*HEALTHY_PLAN, *further)
    run_sync(instance, write=False)
    small.write_plan(*HEALTHY_PLAN)
    held = run_sync(instance, minutes=5)
    assert "marketing-plan" in written_keys(held)

    again = run_sync(instance, minutes=10)

    assert again.mapped["marketing-plan"].hold is not None


def test_a_change_to_another_file_confirms_nothing() -> None:
    held = Hold("plans", NOW, NOW, 9, 0, 9, (), NOW, {"a.xlsx": "1", "b.xlsx": "2"})

    assert not is_every_file_changed(held, {"a.xlsx": "1", "b.xlsx": "3"})
    assert is_every_file_changed(held, {"a.xlsx": "3", "b.xlsx": "4"})
    assert is_every_file_changed(held, {"c.xlsx": "1"})
    assert not is_every_file_changed(replace(held, files={}), {})
    assert not is_every_file_changed(held, None)


def test_a_working_day_for_a_file_ends_behind_days_off(instance: Instance) -> None:
    limit = instance.deployment.mass_change
    friday = NOW + timedelta(days=2)

    def days_until_confirmed(now: datetime) -> int:
        return (find_confirm_from(instance.model, limit, now, is_of_files=True) - now).days

    assert [days_until_confirmed(friday + timedelta(days=n)) for n in range(4)] == [3, 3, 2, 1]


def test_an_emptied_export_changes_nothing(small: Small, instance: Instance) -> None:
    comments = count_comments(small)
    small.write_export("".join(EXPORT.splitlines(keepends=True)[:2]))

    for minutes in (5, 10):
        assert_nothing_happened(run_sync(instance, minutes=minutes), small, comments)

    with instance.engine.connect() as connection:
        lines = connection.exec_driver_sql("select count(*) from spend where valid_to is null")
        assert lines.scalar_one() == 3


def test_a_csv_plan_that_was_emptied_does_not_count_as_read_until_it_is_whole_again(
    small: Small,
) -> None:
    plan = small.home / "files" / "plan.csv"
    headings = "ID,Task,Start,End,Owner,Status,Depends on\n"
    rows = "".join(f"CMP-{n},Work,{day(1)},{day(8)},,Planned,\n" for n in range(30))
    plan.write_text(headings + rows, encoding="utf-8")
    small.write_settings(marketing_plan={"path": "files/plan.csv"})
    with closing(small.open()) as instance:
        run_sync(instance, minutes=5, write=False)
        plan.write_text(headings, encoding="utf-8")

        emptied = [run_sync(instance, minutes=minutes, write=False) for minutes in (10, 15)]

        for result in emptied:
            reason = result.failures["marketing-plan"].reason
            assert reason.startswith("files/plan.csv lost most of its 30 rows; it may be cut off")
        assert present_items(instance, "marketing-plan") == 30
        assert read_minutes(instance, "marketing-plan") == 5
        plan.write_text(headings + rows, encoding="utf-8")
        assert run_sync(instance, minutes=20, write=False).failures == {}
        assert read_minutes(instance, "marketing-plan") == 20


def test_one_empty_answer_does_not_remove_the_few_records_of_a_stream(
    small: Small, instance: Instance
) -> None:
    comments = count_comments(small)
    org = small.sandbox.salesforce
    deals = dict(org.records["Opportunity"])
    org.records["Opportunity"].clear()

    held = run_sync(instance, minutes=5)

    assert held.mapped["sales"].hold is not None
    org.records["Opportunity"].update(deals)
    assert_nothing_happened(run_sync(instance, minutes=10), small, comments)


def test_half_of_a_stream_is_held_although_the_connection_has_many_other_records(
    tmp_path: Path, database: URL
) -> None:
    versions = [{"name": f"Release {number}"} for number in range(21)]
    first, *others = JIRA["projects"]
    jira = {**many_issues(), "projects": [{**first, "versions": versions}, *others]}
    with running_sandbox(jira=jira, salesforce=SALESFORCE) as sandbox:
        small = make_small(tmp_path / "home", sandbox, database)
        with closing(small.open()) as instance:
            run_sync(instance, write=False)
            for id_ in list(sandbox.jira.versions)[:10]:
                del sandbox.jira.versions[id_]

            hold = run_sync(instance, minutes=5, write=False).mapped["it-jira"].hold

            assert hold is not None
            assert (hold.removed, hold.present) == (10, 51)


def test_records_that_land_again_with_the_same_content_are_no_change(
    small: Small, instance: Instance
) -> None:
    with instance.engine.begin() as connection:
        connection.exec_driver_sql("update landing set seq = nextval('landing_seq')")

    result = run_sync(instance, minutes=5)

    assert result.mapped["it-jira"].rows == MANY + 3
    assert result.mapped["it-jira"].hold is None


def test_a_changed_mapping_is_no_mass_change(small: Small, instance: Instance) -> None:
    small.write_settings(it_jira={"function": "marketing"})

    with closing(small.open()) as changed:
        result = run_sync(changed, minutes=5)

    assert result.mapped["it-jira"].changed == MANY + 3
    assert result.mapped["it-jira"].hold is None


def test_a_mapping_killed_before_the_hold_is_saved_is_held_by_the_next(
    small: Small, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_jira(small)

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("pipelines.steps.mapping.save_hold", die)
        run_sync(instance, minutes=5)
    assert present_items(instance) == MANY + 3

    result = run_sync(instance, minutes=10)

    assert result.mapped["it-jira"].hold is not None
    assert result.detected.events == {}


def test_the_limits_are_settings(small: Small, instance: Instance) -> None:
    move_half_of_the_dates(small)
    wider = instance.deployment.mass_change.model_copy(update={"share": 0.9})
    deployment = instance.deployment.model_copy(update={"mass_change": wider})
    object.__setattr__(instance, "deployment", deployment)

    assert run_sync(instance, minutes=5).mapped["it-jira"].hold is None


def test_the_command_names_a_hold_and_releases_it(
    small: Small,
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    empty_jira(small)
    interlock = command_on(small, monkeypatch, capsys)
    monkeypatch.setattr("pipelines.cli.release.now", lambda: NOW)

    code, _, err = interlock("sync")
    assert code == 1
    assert f"would remove {MANY + 3} and alter 0 of {MANY + 3} records" in err
    assert "interlock release it-jira" in err

    chosen = ("release", "it-jira", "--reason", "archived", "--as")
    for stranger in ("ada", "ada@example.com", "Lena Vogt"):
        code, _, err = interlock(*chosen, stranger)
        assert (code, f'"{stranger}" is no person of the operating model' in err) == (4, True)

    code, out, _ = interlock(*chosen, "Lena.Vogt@nordlicht.example")
    assert (code, f"{MANY + 3} ended" in out) == (0, True)
    code, _, err = interlock("release", "it-jira", "--reason", "archived")
    assert (code, "nothing of it-jira is held" in err) == (4, True)
