"""The command: its output for people, its JSON, and its exit codes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from openpyxl import load_workbook

from model.rules import words
from pipelines.cli.exit_codes import ExitCode
from tests.pipelines.commanding import Run, command_on
from tests.pipelines.small import HEALTHY_PLAN, Small, day


@pytest.fixture
def synced_interlock(
    synced_small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """The command on a synced instance that all tests of this module share, to read it."""
    return command_on(synced_small, monkeypatch, capsys)


def test_check_finds_everything_in_order(synced_interlock: Run) -> None:
    code, out, _ = synced_interlock("check")

    assert code == 0
    assert "✓ it-jira has all that it needs" in out


def test_a_problem_that_only_limits_a_sync_is_marked_and_does_not_fail_the_check(
    interlock: Run, small: Small
) -> None:
    path = small.home / "files" / "plan.xlsx"
    book = load_workbook(path)
    book["Sheet"]["H3"] = "Task"
    book.save(path)

    code, out, _ = interlock("check")

    assert code == 0
    assert "! marketing-plan: " in out


def test_conflicts_as_json_are_a_list_of_objects(interlock: Run) -> None:
    interlock("sync", "--json")

    code, out, _ = interlock("conflicts", "--json")

    listed = json.loads(out)
    assert code == 0
    assert {conflict["rule"] for conflict in listed} == {"late_handover", "broken_promise"}
    fields = {"id", "rule", "severity", "status", "title", "functions", "subjects", "authority"}
    fields |= {"decide_by", "impact", "comments"}
    assert all(fields <= conflict.keys() for conflict in listed)
    assert sum(len(conflict["comments"]) for conflict in listed) == 4


def test_before_the_first_sync_the_list_of_conflicts_says_that_nothing_was_read(
    interlock: Run,
) -> None:
    code, out, err = interlock("conflicts")

    assert (code, out) == (0, "")
    assert "nothing was read yet" in err
    assert "interlock sync" in err
    assert interlock("conflicts", "--json")[1] == "[]\n"


def test_a_tool_that_shows_no_record_is_named_with_what_to_look_at(
    interlock: Run, small: Small
) -> None:
    small.sandbox.jira.issues.clear()

    code, out, _ = interlock("sync")

    assert code == 0
    assert "! it-jira: its tool shows no record" in out
    assert "! sales" not in out


def test_a_sync_prints_what_it_wrote_and_where(interlock: Run) -> None:
    code, out, _ = interlock("sync")

    assert code == 0
    assert "4 comments written" in out
    assert "/browse/CDP-2?focusedCommentId=" in out


def test_a_dry_run_shows_every_word_first(synced_interlock: Run) -> None:
    code, out, _ = synced_interlock("comments", "--dry-run")

    assert code == 0
    assert "it-jira CDP-2: would be created" in out
    assert "decides by" in out
    assert "4 comments would be written" in out


def allow_one_new_comment_per_day(small: Small) -> None:
    settings = small.home / "interlock.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("mode: write", "mode: write\n  per_day: 1"), encoding="utf-8")


def test_a_dry_run_names_the_comments_that_a_ceiling_postpones(
    interlock: Run, small: Small
) -> None:
    allow_one_new_comment_per_day(small)
    interlock("sync", "--dry-run")

    _, out, _ = interlock("comments", "--dry-run")

    assert "postponed: it-jira CDP-2 C-" in out
    assert "3 comments would be written" in out


def test_comments_as_json_have_one_shape_before_and_after_they_are_written(
    interlock: Run, small: Small
) -> None:
    allow_one_new_comment_per_day(small)
    interlock("sync", "--dry-run")
    _, preview, _ = interlock("comments", "--dry-run")

    _, before_json, _ = interlock("comments", "--dry-run", "--json")
    code, after_json, _ = interlock("comments", "--json")

    before, after = json.loads(before_json), json.loads(after_json)
    assert code == 0
    actions = [(comment["action"], comment["written"]) for comment in before["comments"]]
    assert actions == [("create", False), ("postpone", False), ("create", False), ("create", False)]
    assert [comment["written"] for comment in after["comments"]] == [True, False, True, True]
    unwritten = [comment | {"written": False, "url": None} for comment in after["comments"]]
    assert before == {**after, "comments": unwritten}
    first, postponed, *_ = after["comments"]
    assert (first["key"], first["reason"]) == ("CDP-2", None)
    assert "focusedCommentId" in first["url"]
    assert first["text"] in preview
    assert "1 new comments a day" in postponed["reason"]
    assert "decides by" in postponed["text"]


def test_a_comment_that_will_be_resolved_is_listed_with_its_address(
    interlock: Run, small: Small
) -> None:
    interlock("sync")
    small.write_plan(HEALTHY_PLAN[0], (*HEALTHY_PLAN[1][:-1], ""))
    _, sync_json, _ = interlock("sync", "--dry-run", "--json")

    _, preview_json, _ = interlock("comments", "--dry-run", "--json")

    previewed, sync_output = json.loads(preview_json), json.loads(sync_json)
    (resolved,) = previewed["comments"]
    assert (resolved["action"], resolved["key"]) == ("resolve", "CDP-2")
    assert "focusedCommentId" in resolved["url"]
    assert {key: sync_output[key] for key in previewed} == previewed


def test_a_refused_comment_is_listed_with_reason_and_remedy(interlock: Run, small: Small) -> None:
    interlock("sync", "--dry-run")
    small.write_plan(HEALTHY_PLAN[0])

    code, out, _ = interlock("comments", "--json")

    (refused,) = [each for each in json.loads(out)["comments"] if not each["written"]]
    assert code == ExitCode.REFUSED
    assert refused["action"] == "create"
    assert "no row of" in refused["reason"]
    assert refused["remedy"]
    assert refused["retryable"] is False


def test_a_sync_without_writing_counts_the_comments_it_would_write(interlock: Run) -> None:
    _, out, _ = interlock("sync", "--dry-run")

    assert "Dry run: no comment was written, 4 would be, 0 up to date" in out
    assert "comments written" not in out


def test_explain_prints_the_chain_and_writes_its_timeline(
    synced_interlock: Run, tmp_path: Path
) -> None:
    timeline = tmp_path / "chain.svg"

    code, out, _ = synced_interlock("explain", "CMP-2", "--svg", str(timeline))

    assert code == 0
    assert "CDP-1 Consent store" in out
    assert timeline.read_text(encoding="utf-8").startswith("<svg")


def test_what_is_done_is_not_forecast(interlock: Run, small: Small) -> None:
    small.write_plan(("CMP-1", "Brief agency", day(-9), day(-2), "Lena Vogt", "Done", ""))
    interlock("sync", "--dry-run")

    _, out, _ = interlock("explain", "CMP-1")

    assert "done " in out
    assert "forecast" not in out
    assert "slack" not in out


def test_a_past_day_is_explained_as_of_its_end_in_the_time_zone_of_the_model(
    synced_interlock: Run,
) -> None:
    _, out, _ = synced_interlock("explain", "CDP-1", "--as-of", day(-4).isoformat())

    assert f"– {words.format_day(day(-4))}" in out
    assert "Its planned date has passed" not in out


def test_a_future_day_cannot_be_explained(synced_interlock: Run) -> None:
    code, _, err = synced_interlock("explain", "CDP-1", "--as-of", day(1).isoformat())

    assert code == 2
    assert "in the future" in err


def test_a_file_that_cannot_be_written_is_named(synced_interlock: Run, tmp_path: Path) -> None:
    timeline = tmp_path / "nowhere" / "chain.svg"

    code, _, err = synced_interlock("explain", "CDP-1", "--svg", str(timeline))

    assert code == 1
    assert err == f"✗ {timeline}: No such file or directory\n"


def test_an_unreachable_tool_does_not_stop_comments_in_the_others(
    interlock: Run, small: Small
) -> None:
    interlock("sync", "--dry-run")
    small.write_settings(it_jira={"token_env": "SALESFORCE_CLIENT_SECRET"})

    code, out, err = interlock("comments")

    assert code == 1
    assert "2 comments written" in out
    assert "it-jira" in err
    _, out, _ = interlock("comments", "--json")
    assert "it-jira" in json.loads(out)["failures"]


def test_a_conflict_is_explained_by_its_id(synced_interlock: Run) -> None:
    _, listed, _ = synced_interlock("conflicts", "--json")

    code, out, _ = synced_interlock("explain", json.loads(listed)[0]["id"])

    assert code == 0
    assert "downstream" in out


def test_options_for_items_are_refused_for_a_conflict(
    synced_interlock: Run, tmp_path: Path
) -> None:
    _, listed, _ = synced_interlock("conflicts", "--json")
    timeline = tmp_path / "chain.svg"

    code, _, err = synced_interlock("explain", json.loads(listed)[0]["id"], "--svg", str(timeline))

    assert code == 2
    assert "--svg" in err
    assert not timeline.exists()


def test_a_decision_without_a_verdict_lists_the_options_in_the_words_of_the_conflict(
    synced_interlock: Run,
) -> None:
    _, listed, _ = synced_interlock("conflicts", "--json")
    (late,) = [each for each in json.loads(listed) if each["rule"] == "late_handover"]

    code, out, _ = synced_interlock("decide", late["id"])

    assert code == 0
    assert "IT finishes CDP-2 by …" in out
    assert "dismiss" in out
    assert f"until={late['needed_by']}" in out


def test_a_field_of_an_option_without_its_value_is_refused(synced_interlock: Run) -> None:
    _, listed, _ = synced_interlock("conflicts", "--json")
    conflict = json.loads(listed)[0]["id"]

    code, _, err = synced_interlock(
        "decide", conflict, "--verdict", "accept", "--set", "until", "--as", "aylin-demir"
    )

    assert code == ExitCode.REFUSED
    assert "NAME=VALUE" in err


def test_a_person_without_the_right_is_refused_with_the_name_of_who_may_decide(
    synced_interlock: Run,
) -> None:
    _, listed, _ = synced_interlock("conflicts", "--json")
    conflict = json.loads(listed)[0]["id"]

    code, _, err = synced_interlock(
        "decide", conflict, "--verdict", "accept", "--as", "aylin-demir", "--reason", "Fine"
    )

    assert code == ExitCode.REFUSED
    assert "Ask" in err


def test_a_decision_is_recorded_and_shown(interlock: Run) -> None:
    interlock("sync", "--dry-run")
    _, listed, _ = interlock("conflicts", "--json")
    first = json.loads(listed)[0]
    assert (first["level"], first["level_name"]) == (1, "Accountable role")

    code, out, _ = interlock(
        "decide",
        first["id"],
        "--verdict",
        "accept",
        "--as",
        first["authority"]["person"],
        "--reason",
        "The fair can wait",
    )

    assert code == 0
    assert "decided" in out
    _, listed, _ = interlock("conflicts", "--json")
    (decided,) = [each for each in json.loads(listed) if each["id"] == first["id"]]
    assert decided["status"] == "decided"
    assert decided["decision"]["reason"] == "The fair can wait"


def test_a_decision_as_json_is_the_decided_conflict(interlock: Run) -> None:
    interlock("sync", "--dry-run")
    _, listed, _ = interlock("conflicts", "--json")
    first = json.loads(listed)[0]
    chosen = ("--verdict", "move", "--as", first["authority"]["person"], "--reason", "Later")

    code, out, _ = interlock("decide", first["id"], *chosen, "--json")

    assert code == 0
    assert json.loads(out)["decision"]["verdict"] == "move"


def test_a_promise_is_listed_as_awaited_and_the_day_after_as_overdue(
    interlock: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    interlock("sync", "--dry-run")
    _, listed, _ = interlock("conflicts", "--json")
    (late,) = [each for each in json.loads(listed) if each["rule"] == "late_handover"]
    day, person = late["needed_by"], late["authority"]["person"]
    interlock("decide", late["id"], "--verdict", "finish", "--as", person)

    _, awaited, _ = interlock("conflicts")
    after = datetime.fromisoformat(f"{day}T12:00:00+00:00") + timedelta(days=1)
    monkeypatch.setattr("pipelines.cli.conflicts.now", lambda: after)
    _, listed, _ = interlock("conflicts", "--json")
    (overdue,) = [each for each in json.loads(listed) if each["id"] == late["id"]]

    assert "decided, awaiting CDP-2 by" in " ".join(awaited.split())
    assert overdue["awaited"] == {"what": "CDP-2", "by": day, "overdue": True}


def test_every_problem_of_the_configuration_is_printed_with_its_line(
    interlock: Run, small: Small
) -> None:
    text = (small.home / "interlock.yaml").read_text(encoding="utf-8")
    broken = text.replace("tool: jira", "tool: jirra").replace("function: sales", "funktion: sales")
    (small.home / "interlock.yaml").write_text(broken, encoding="utf-8")

    code, _, err = interlock("conflicts")

    assert code == 2
    assert "jirra" in err
    assert "funktion" in err
    assert err.count("interlock.yaml:") >= 2


def test_an_unreachable_warehouse_is_reported_without_its_password(
    interlock: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://someone:hidden-password@127.0.0.1:1/nothing"
    monkeypatch.setenv("INTERLOCK_WAREHOUSE_URL", url)

    code, _, err = interlock("conflicts")

    assert code == ExitCode.NO_WAREHOUSE
    assert "INTERLOCK_WAREHOUSE_URL" in err
    assert "hidden-password" not in err


def test_an_unknown_name_is_an_error(synced_interlock: Run) -> None:
    code, _, err = synced_interlock("explain", "CDP-99")

    assert code == ExitCode.MISCONFIGURED
    assert "CDP-99" in err


def test_a_folder_that_is_no_instance_is_named_with_how_to_create_one(
    interlock: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INTERLOCK_HOME", str(tmp_path))

    code, _, err = interlock("conflicts")

    assert code == 2
    assert str(tmp_path) in err
    assert "interlock init" in err


def test_the_version_is_that_of_the_package(synced_interlock: Run) -> None:
    assert synced_interlock("--version") == (0, f"interlock {version('interlock')}\n", "")
