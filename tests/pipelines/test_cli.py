"""The command: what people and machines read, and the exit codes that scripts act on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from model.rules import words
from model.rules.options import STANDARD_OPTIONS
from pipelines.cli import app
from tests.pipelines.small import HEALTHY_PLAN, NOW, Small, day

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def interlock(
    small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run the command on the small instance: exit code, standard output, standard error."""
    for name, value in {**small.environment, "INTERLOCK_HOME": str(small.home)}.items():
        monkeypatch.setenv(name, value)
    for command in ("comments", "decide", "explain", "sync"):
        monkeypatch.setattr(f"pipelines.cli.{command}.now", lambda: NOW)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["interlock", *arguments])
        with pytest.raises(SystemExit) as ended:
            app.main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return run


def test_check_finds_everything_in_order(interlock: Run) -> None:
    code, out, _ = interlock("check")

    assert code == 0
    assert "✓ it-jira can be read and commented on" in out


def test_conflicts_come_to_machines_as_a_list_of_objects(interlock: Run) -> None:
    interlock("sync", "--json")

    code, out, _ = interlock("conflicts", "--json")

    found = json.loads(out)
    assert code == 0
    assert {one["rule"] for one in found} == {"late_handover", "broken_promise"}
    wanted = {"id", "rule", "severity", "status", "title", "functions", "subjects", "authority"}
    wanted |= {"decide_by", "impact", "comments"}
    assert all(wanted <= one.keys() for one in found)
    assert sum(len(one["comments"]) for one in found) == 4


def test_a_sync_tells_people_what_it_wrote_and_where(interlock: Run) -> None:
    code, out, _ = interlock("sync")

    assert code == 0
    assert "4 comments written" in out
    assert "/browse/CDP-2?focusedCommentId=" in out


def test_a_dry_run_shows_every_word_first(interlock: Run) -> None:
    interlock("sync", "--dry-run")

    code, out, _ = interlock("comments", "--dry-run")

    assert code == 0
    assert "it-jira CDP-2: would be created" in out
    assert "decides by" in out
    assert "4 comments would be written" in out


def one_new_comment_a_day(small: Small) -> None:
    settings = small.home / "interlock.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("mode: write", "mode: write\n  per_day: 1"), encoding="utf-8")


def test_a_dry_run_names_the_comments_that_wait_below_a_ceiling(
    interlock: Run, small: Small
) -> None:
    one_new_comment_a_day(small)
    interlock("sync", "--dry-run")

    _, out, _ = interlock("comments", "--dry-run")

    assert "postponed: it-jira CDP-2 C-" in out
    assert "3 comments would be written" in out


def test_comments_come_to_machines_in_one_shape_before_and_after_they_are_written(
    interlock: Run, small: Small
) -> None:
    one_new_comment_a_day(small)
    interlock("sync", "--dry-run")
    _, words_first, _ = interlock("comments", "--dry-run")

    _, shown, _ = interlock("comments", "--dry-run", "--json")
    code, done, _ = interlock("comments", "--json")

    before, after = json.loads(shown), json.loads(done)
    assert code == 0
    actions = [(each["action"], each["written"]) for each in before["comments"]]
    assert actions == [("create", False), ("postpone", False), ("create", False), ("create", False)]
    assert [one["written"] for one in after["comments"]] == [True, False, True, True]
    unwritten = [one | {"written": False, "url": None} for one in after["comments"]]
    assert before == {**after, "comments": unwritten}
    first, postponed, *_ = after["comments"]
    assert (first["key"], first["reason"]) == ("CDP-2", None)
    assert "focusedCommentId" in first["url"]
    assert first["text"] in words_first
    assert "1 new comments a day" in postponed["reason"]
    assert "decides by" in postponed["text"]


def test_a_comment_that_will_be_resolved_is_told_with_its_address(
    interlock: Run, small: Small
) -> None:
    interlock("sync")
    small.write_plan(HEALTHY_PLAN[0], (*HEALTHY_PLAN[1][:-1], ""))
    _, synced, _ = interlock("sync", "--dry-run", "--json")

    _, shown, _ = interlock("comments", "--dry-run", "--json")

    told, sync_told = json.loads(shown), json.loads(synced)
    (resolved,) = told["comments"]
    assert (resolved["action"], resolved["key"]) == ("resolve", "CDP-2")
    assert "focusedCommentId" in resolved["url"]
    assert {key: sync_told[key] for key in told} == told


def test_a_refused_comment_is_told_with_its_reason_and_remedy(interlock: Run, small: Small) -> None:
    interlock("sync", "--dry-run")
    small.write_plan(HEALTHY_PLAN[0])

    code, out, _ = interlock("comments", "--json")

    (refused,) = [one for one in json.loads(out)["comments"] if not one["written"]]
    assert code == 1
    assert refused["action"] == "create"
    assert "no row of" in refused["reason"]
    assert refused["remedy"]
    assert refused["retryable"] is False


def test_a_sync_that_may_not_write_says_how_many_comments_it_would(interlock: Run) -> None:
    _, out, _ = interlock("sync", "--dry-run")

    assert "0 comments written" in out
    assert "4 would be written" in out


def test_explain_prints_the_chain_and_writes_its_picture(interlock: Run, small: Small) -> None:
    interlock("sync", "--dry-run")
    picture = small.home / "chain.svg"

    code, out, _ = interlock("explain", "CMP-2", "--svg", str(picture))

    assert code == 0
    assert "CDP-1 Consent store" in out
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_what_is_done_is_not_forecast(interlock: Run, small: Small) -> None:
    small.write_plan(("CMP-1", "Brief agency", day(-9), day(-2), "Lena Vogt", "Done", ""))
    interlock("sync", "--dry-run")

    _, out, _ = interlock("explain", "CMP-1")

    assert "done " in out
    assert "forecast" not in out
    assert "slack" not in out


def test_explaining_a_past_day_counts_it_to_its_end_in_the_model_s_time_zone(
    interlock: Run,
) -> None:
    interlock("sync", "--dry-run")

    _, out, _ = interlock("explain", "CDP-1", "--as-of", day(-4).isoformat())

    assert f"– {words.format_day(day(-4))}" in out
    assert "Its planned date has passed" not in out


def test_a_day_yet_to_come_cannot_be_explained(interlock: Run) -> None:
    interlock("sync", "--dry-run")

    code, _, err = interlock("explain", "CDP-1", "--as-of", day(1).isoformat())

    assert code == 2
    assert "yet to come" in err


def test_a_file_that_cannot_be_written_is_named(interlock: Run, small: Small) -> None:
    interlock("sync", "--dry-run")
    picture = small.home / "nowhere" / "chain.svg"

    code, _, err = interlock("explain", "CDP-1", "--svg", str(picture))

    assert code == 1
    assert err == f"✗ {picture}: No such file or directory\n"


def test_one_tool_out_of_reach_keeps_no_other_from_being_commented_on(
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


def test_a_conflict_is_explained_by_its_id(interlock: Run) -> None:
    interlock("sync", "--dry-run")
    _, listed, _ = interlock("conflicts", "--json")

    code, out, _ = interlock("explain", json.loads(listed)[0]["id"])

    assert code == 0
    assert "downstream" in out


def test_what_only_an_item_has_is_refused_for_a_conflict(interlock: Run, small: Small) -> None:
    interlock("sync", "--dry-run")
    _, listed, _ = interlock("conflicts", "--json")
    picture = small.home / "chain.svg"

    code, _, err = interlock("explain", json.loads(listed)[0]["id"], "--svg", str(picture))

    assert code == 2
    assert "--svg" in err
    assert not picture.exists()


def test_the_help_names_each_standard_option_with_its_meaning(interlock: Run) -> None:
    _, out, _ = interlock("decide", "--help")

    words = " ".join(out.split())
    assert all(f"{option.id} {option.meaning}" in words for option in STANDARD_OPTIONS)


def test_a_person_without_the_right_is_refused_and_told_who_may(interlock: Run) -> None:
    interlock("sync", "--dry-run")
    _, listed, _ = interlock("conflicts", "--json")
    conflict = json.loads(listed)[0]["id"]

    code, _, err = interlock(
        "decide", conflict, "--verdict", "accept", "--as", "aylin-demir", "--reason", "Fine"
    )

    assert code == 1
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
    (decided,) = [one for one in json.loads(listed) if one["id"] == first["id"]]
    assert decided["status"] == "decided"
    assert decided["decision"]["reason"] == "The fair can wait"


def test_a_decision_comes_to_machines_as_the_conflict_it_decides(interlock: Run) -> None:
    interlock("sync", "--dry-run")
    _, listed, _ = interlock("conflicts", "--json")
    first = json.loads(listed)[0]
    chosen = ("--verdict", "move", "--as", first["authority"]["person"], "--reason", "Later")

    code, out, _ = interlock("decide", first["id"], *chosen, "--json")

    assert code == 0
    assert json.loads(out)["decision"]["verdict"] == "move"


def test_every_problem_of_the_configuration_is_told_with_its_line(
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


def test_a_warehouse_that_does_not_answer_is_said_without_its_password(
    interlock: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://someone:hidden-password@127.0.0.1:1/nothing"
    monkeypatch.setenv("INTERLOCK_WAREHOUSE_URL", url)

    code, _, err = interlock("conflicts")

    assert code == 1
    assert "INTERLOCK_WAREHOUSE_URL" in err
    assert "hidden-password" not in err


def test_an_unknown_name_is_an_error_of_its_own(interlock: Run) -> None:
    code, _, err = interlock("explain", "CDP-99")

    assert code == 1
    assert "CDP-99" in err


def test_a_folder_that_is_no_instance_is_named_with_the_way_to_make_one(
    interlock: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INTERLOCK_HOME", str(tmp_path))

    code, _, err = interlock("conflicts")

    assert code == 2
    assert str(tmp_path) in err
    assert "interlock init" in err


def test_the_version_is_the_package_s(interlock: Run) -> None:
    assert interlock("--version") == (0, f"interlock {version('interlock')}\n", "")
