"""A GitHub repository in a whole instance: its plan is computed with the others', and commented."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from connectors.sandbox.github.host import StoredIssue
from tests.pipelines.small import JIRA, SALESFORCE, Small, day, make_small
from tests.pipelines.syncing import run_sync, written_keys

CREATED = f"{day(-30)}T09:00:00Z"
GITHUB = {
    "repositories": [
        {
            "name": "acme/site",
            "milestones": [
                {"title": "Spring", "due": day(12).isoformat(), "at": CREATED},
                {"title": "Summer", "due": day(60).isoformat(), "at": CREATED},
            ],
            "issues": [
                {
                    "title": "Landing page",
                    "body": "- [ ] the profile service CDP-2",
                    "milestone": "Spring",
                    "assignee": "lena",
                    "created": CREATED,
                },
                {
                    "title": "Switch the page over",
                    "blocked_by": ["acme/site#1"],
                    "milestone": "Summer",
                    "created": CREATED,
                },
            ],
        }
    ]
}
CONNECTION = {
    "tool": "github",
    "function": "marketing",
    "repositories": ["acme/site"],
    "token_env": "GITHUB_TOKEN",
}


@pytest.fixture
def small(tmp_path: Path, database: URL) -> Iterator[Small]:
    with running_sandbox(jira=JIRA, salesforce=SALESFORCE, github=GITHUB) as sandbox:
        small = make_small(tmp_path / "home", sandbox, database)
        settings = small.home / "interlock.yaml"
        content = yaml.safe_load(settings.read_text())
        content["connections"]["site"] = CONNECTION | {"url": f"{sandbox.github_url}/api/v3"}
        settings.write_text(yaml.safe_dump(content, sort_keys=False))
        yield small


def issues(small: Small) -> list[StoredIssue]:
    return small.sandbox.github.repositories[0].issues


def test_an_issue_that_waits_for_late_work_elsewhere_is_commented_once(small: Small) -> None:
    instance = small.open(GITHUB_TOKEN="sandbox-token")
    result = run_sync(instance)
    assert "acme/site#1" in written_keys(result)["site"]
    (comment,) = issues(small)[0].comments
    assert "CDP\\-2" in comment.body
    # Our comment moved `updated_at`, so the issue is read again, and nothing follows from it.
    again = run_sync(instance, minutes=5)
    instance.close()
    assert written_keys(again) == {}
    assert issues(small)[0].comments == [comment]
