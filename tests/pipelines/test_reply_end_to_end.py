"""A reply that a person writes in Jira: every tool shows what it did after the next sync."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from connectors.spreadsheets.notes import read_notes
from model.conflicts import Status
from pipelines.instance import Instance
from pipelines.steps.sync import SyncResult
from tests.pipelines.small import SECRETS, Small, day
from tests.pipelines.syncing import (
    count_comments,
    jira_comments,
    late_handover,
    run_sync,
    stored_conflict,
)

pytestmark = pytest.mark.after_sync


def reply(small: Small, text: str, email: str = "jonas@example.com", on: str = "CDP-2") -> None:
    """Write a comment in Jira as the person with this address."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    answer = httpx.post(
        f"{small.sandbox.jira_url}/rest/api/3/issue/{on}/comment",
        auth=(email, SECRETS["JIRA_TOKEN"]),
        json={"body": {"type": "doc", "version": 1, "content": [paragraph]}},
        verify=False,
    )
    answer.raise_for_status()


def texts(node: Any) -> str:
    """All text of a document of Jira."""
    if isinstance(node, list):
        return "".join(map(texts, node))
    own = node.get("text", "") or node.get("attrs", {}).get("text", "")
    return own + texts(node.get("content", []))


def our_comments(small: Small, key: str = "CDP-2") -> str:
    return "\n".join(texts(comment["body"]) for comment in jira_comments(small, key))


def notes(small: Small) -> str:
    content = (small.home / "files" / "plan.xlsx").read_bytes()
    return "\n".join(note.text for note in read_notes(content).values())


def outcomes(result: SyncResult) -> list[str]:
    return [each.outcome.kind.value for each in result.replied.outcomes]


def test_a_decision_by_reply_shows_on_both_sides_by_the_end_of_the_same_sync(
    small: Small, instance: Instance
) -> None:
    conflict = stored_conflict(instance)
    before = count_comments(small)
    reply(small, f"/interlock {conflict.id} move to {day(30)} because the fair is later")
    replied = {**before, "CDP-2": before["CDP-2"] + 1}

    result = run_sync(instance, minutes=5)

    assert outcomes(result) == ["decided"]
    assert result.replied.counts == {"decided": 1}
    assert late_handover(run_sync(instance, minutes=6, write=False)).status is Status.DECIDED
    for shown in (our_comments(small), notes(small)):
        assert "Jonas Krüger" in shown
        assert "the fair is later" in shown
    assert count_comments(small) == replied


def test_what_is_not_understood_is_answered_by_an_edit_that_goes_with_the_next_reply(
    small: Small, instance: Instance
) -> None:
    conflict = stored_conflict(instance)
    reply(small, f"/interlock {conflict.id} mvoe it")
    before = count_comments(small)

    assert outcomes(run_sync(instance, minutes=5)) == ["not understood"]
    assert '"mvoe it" is no command. Reply “/interlock finish”' in our_comments(small)

    reply(small, f"/interlock {conflict.id} ack")
    assert outcomes(run_sync(instance, minutes=10)) == ["seen"]
    assert "is no command" not in our_comments(small)
    assert "Seen by Jonas Krüger" in our_comments(small)
    assert "Seen by Jonas Krüger" in notes(small)
    assert count_comments(small) == {**before, "CDP-2": before["CDP-2"] + 1}


def test_a_risk_that_is_raised_in_jira_is_a_conflict_with_comments_in_the_same_sync(
    small: Small, instance: Instance
) -> None:
    reply(small, f"/interlock risk needs CDP-3 by {day(5)} because we test on it", on="CDP-1")

    result = run_sync(instance, minutes=5)

    assert outcomes(result) == ["risk raised"]
    for key in ("CDP-1", "CDP-3"):
        assert "we test on it" in our_comments(small, key)
