"""What people write in the tools themselves reaches the conflict in the next sync."""

from __future__ import annotations

import httpx
import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from pipelines.instance import Instance
from tests.pipelines.replying import TOBIAS
from tests.pipelines.small import Small
from tests.pipelines.syncing import run_sync, stored_conflict

LINE = "── Answer below this line ──"


def reply_in_jira(small: Small, words: str) -> None:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": words}]}
    body = {"body": {"type": "doc", "version": 1, "content": [paragraph]}}
    url = f"{small.sandbox.jira_url}/rest/api/3/issue/CDP-2/comment"
    account = ("t@example.com", "sandbox-token")
    httpx.post(url, json=body, auth=account, verify=False).raise_for_status()


def reply_on_the_deal(small: Small, words: str) -> None:
    url = small.sandbox.salesforce_url
    session = httpx.post(
        f"{url}/_sandbox/sessions", json={"username": "sam@example.com"}, verify=False
    ).json()
    (post, *_) = small.sandbox.salesforce.records["FeedItem"].values()
    values = {"FeedItemId": post["Id"], "CommentBody": words}
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    path = f"{url}/services/data/v62.0/sobjects/FeedComment"
    httpx.post(path, json=values, headers=headers, verify=False).raise_for_status()


def answer_in_the_workbook(small: Small, words: str) -> None:
    path = small.home / "files" / "plan.xlsx"
    book = load_workbook(path)
    cells = [
        cell
        for row in book.active.iter_rows()
        for cell in row
        if cell.comment and LINE in cell.comment.text
    ]
    for cell in cells:
        cell.comment = Comment(f"{cell.comment.text}\n{words}", "Lena")
    assert cells
    book.save(path)


@pytest.mark.after_sync
def test_replies_in_each_tool_are_followed_once_and_shown_everywhere(
    small: Small, instance: Instance
) -> None:
    """What people typed into a file stays there."""
    conflict = stored_conflict(instance)
    reply_in_jira(small, f"/interlock {conflict.id} ack")
    reply_on_the_deal(small, "/interlock ack")
    answer_in_the_workbook(small, "ack")

    result = run_sync(instance, minutes=20)

    assert not result.replied.failures
    assert result.replied.read == {
        "it-jira": 1,
        "sales": 1,
        "marketing-plan": 1,
        "finance-erp": 0,
    }
    outcomes = {each.reply.reply.record.connection: each for each in result.replied.outcomes}
    assert outcomes["it-jira"].outcome.kind == "seen"
    assert outcomes["it-jira"].reply.reply.author == TOBIAS
    assert outcomes["marketing-plan"].outcome.kind == "seen"
    again = run_sync(instance, minutes=40)
    assert sum(again.replied.read.values()) == 0
    assert again.replied.outcomes == ()
    book = load_workbook(small.home / "files" / "plan.xlsx")
    notes = [c.comment.text for row in book.active.iter_rows() for c in row if c.comment]
    assert any(text.endswith(f"{LINE}\nack") for text in notes)
