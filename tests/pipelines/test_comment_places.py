"""Where a comment stands, and what looking for it costs: records without comments, ceilings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from pipelines.cli.exit_codes import ExitCode
from tests.pipelines.commanding import Run, command_on
from tests.pipelines.small import JIRA, SALESFORCE, Small, day, issue, make_small
from tests.pipelines.syncing import jira_comments

RELEASE = {"name": "2.0", "release_date": day(5).isoformat()}
CUSTOMER_DATA, *OTHERS = JIRA["projects"]
WITH_RELEASE = {
    **JIRA,
    "projects": [{**CUSTOMER_DATA, "versions": [RELEASE]}, *OTHERS],
    "issues": [issue("CDP-1", "Consent store", day(16), day(-10), fix_versions=["2.0"])],
}
"""A release that is late because its only issue is, and for which Marketing waits."""


def waiting_for(name: str, key: str = "CMP-1") -> tuple[object, ...]:
    return (key, "Launch", day(6), day(9), "Lena Vogt", "Planned", name)


@pytest.fixture
def release(tmp_path: Path, database: URL) -> Iterator[Small]:
    with running_sandbox(jira=WITH_RELEASE, salesforce=SALESFORCE) as sandbox:
        small = make_small(tmp_path / "home", sandbox, database)
        small.write_plan(waiting_for("CDP 2.0"))
        yield small


@pytest.fixture
def interlock_on_release(
    release: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    return command_on(release, monkeypatch, capsys)


def test_a_conflict_on_a_release_is_commented_on_the_issue_that_drives_its_date(
    interlock_on_release: Run, release: Small
) -> None:
    code, out, err = interlock_on_release("sync")

    assert (code, err) == (ExitCode.SUCCESS, "")
    assert re.search(r"on a release, so C-\w+ is not shown on CDP 2.0 but on CDP-1", out)
    (comment,) = jira_comments(release, "CDP-1")
    assert "CDP 2.0" in str(comment["body"])
    code, out, _ = interlock_on_release("comments")
    assert code == ExitCode.SUCCESS
    assert "0 comments written, 3 up to date" in out
    assert "is not shown on CDP 2.0" in out


def test_a_sync_says_once_where_a_conflict_is_not_shown_and_again_when_that_changes(
    interlock_on_release: Run, release: Small
) -> None:
    assert "is not shown on CDP 2.0 but on CDP-1" in interlock_on_release("sync")[1]

    assert "is not shown" not in interlock_on_release("sync")[1]

    release.call_jira("PUT", "/rest/api/3/issue/CDP-1", {"fields": {"fixVersions": []}})
    (version,) = release.sandbox.jira.versions.values()
    version["releaseDate"] = day(8).isoformat()
    out = interlock_on_release("sync")[1]
    assert re.search(r"so C-\w+ is not shown on CDP 2.0$", out, re.MULTILINE)


def test_where_no_issue_drives_a_release_its_conflict_is_named_and_nothing_fails(
    interlock_on_release: Run, release: Small
) -> None:
    release.call_jira("PUT", "/rest/api/3/issue/CDP-1", {"fields": {"fixVersions": []}})
    (version,) = release.sandbox.jira.versions.values()
    version["releaseDate"] = day(8).isoformat()

    code, out, err = interlock_on_release("sync", "--json")

    assert (code, err) == (ExitCode.SUCCESS, "")
    (displaced,) = json.loads(out)["displaced"]
    assert (displaced["key"], displaced["instead"]) == ("CDP 2.0", None)
    out = interlock_on_release("comments")[1]
    assert re.search(r"so C-\w+ is not shown on CDP 2.0$", out, re.MULTILINE)


def test_comments_beyond_the_ceiling_cost_no_request(
    tmp_path: Path,
    database: URL,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    numbers = range(10, 20)
    late = [issue(f"CDP-{n}", f"Part {n}", day(16), day(-10)) for n in numbers]
    with running_sandbox(jira={**JIRA, "issues": late}, salesforce=SALESFORCE) as sandbox:
        small = make_small(tmp_path / "home", sandbox, database)
        rows = [waiting_for(f"CDP-{n}", f"CMP-{n}") for n in numbers]
        small.write_plan(*rows)
        settings = small.home / "interlock.yaml"
        settings.write_text(
            settings.read_text().replace("mode: write", "mode: write\n  per_day: 2")
        )
        run = command_on(small, monkeypatch, capsys)
        run("sync")
        small.call_jira("DELETE", "/_sandbox/requests")

        code, out, _ = run("sync")

        requests = small.call_jira("GET", "/_sandbox/requests").json()
    assert code == ExitCode.SUCCESS
    assert out.count("postponed: it-jira") == 8
    # The two comments that stand there already are looked at, in case somebody deleted them.
    asked = {entry["path"] for entry in requests if entry["path"].endswith("/comment")}
    assert len(asked) == 2
