from __future__ import annotations

import httpx

from tests.connectors.sandbox.documents import DATA, V3


def test_an_issue_page_shows_fields_links_and_comments(jira: httpx.Client) -> None:
    mention = {"type": "mention", "attrs": {"id": "u-anna", "text": "@Anna Berg"}}
    link = {"type": "link", "attrs": {"href": "https://interlock.example/c/1"}}
    strong = {"type": "text", "text": "9 days late", "marks": [{"type": "strong"}]}
    linked = {"type": "text", "text": "card", "marks": [link]}
    body = {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [strong, mention, linked]}],
    }
    jira.post(f"{V3}/issue/CDP-1/comment", json={"body": body})
    html = jira.get("/browse/CDP-1").text
    for fragment in (
        "<h1>Consent store</h1>",
        "30 Nov 2026",
        '<a href="/browse/CDP-3">CDP-3</a>',
        "<strong>9 days late</strong>",
        '<span class="mention">@Anna Berg</span>',
        '<a href="https://interlock.example/c/1">card</a>',
        "Two weeks more.",
    ):
        assert fragment in html


def test_the_comment_that_a_link_names_is_highlighted(jira: httpx.Client) -> None:
    [comment] = jira.get(f"{V3}/issue/CDP-1/comment").json()["comments"]
    page = jira.get("/browse/CDP-1", params={"focusedCommentId": comment["id"]})
    assert f'class="card comment focused" id="comment-{comment["id"]}"' in page.text


def test_text_from_records_is_escaped(jira: httpx.Client) -> None:
    markup = "<script>alert(1)</script>"
    link = {"type": "link", "attrs": {"href": "javascript:alert(1)"}}
    text = {"type": "text", "text": markup, "marks": [link]}
    body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}]}
    jira.put(f"{V3}/issue/CDP-1", json={"fields": {"summary": markup, "labels": [markup]}})
    jira.post(f"{V3}/issue/CDP-1/comment", json={"body": body})
    for page in ("/", "/browse/CDP-1"):
        html = jira.get(page).text
        assert "<script" not in html
        assert "javascript:" not in html
        assert "&lt;script&gt;" in html


def test_a_deal_page_shows_posts_and_history(salesforce: httpx.Client, deal: str) -> None:
    segments = [
        {"type": "MarkupBegin", "markupType": "Paragraph"},
        {"type": "Text", "text": "<b>Late</b>"},
        {"type": "Link", "url": "javascript:alert(1)"},
        {"type": "MarkupEnd", "markupType": "Paragraph"},
    ]
    post = {"feedElementType": "FeedItem", "subjectId": deal}
    salesforce.post(
        f"{DATA}/chatter/feed-elements", json=post | {"body": {"messageSegments": segments}}
    )
    html = salesforce.get(f"/lightning/r/Opportunity/{deal}/view").text
    assert "<p>&lt;b&gt;Late&lt;/b&gt;javascript:alert(1)</p>" in html
    assert 'href="javascript' not in html
    assert "30 Nov 2026" in html
    assert "Sam &lt;b&gt;Sales&lt;/b&gt;" in html


def test_lists_link_to_every_issue_and_deal(
    jira: httpx.Client, salesforce: httpx.Client, deal: str
) -> None:
    assert 'href="/browse/HELP-1"' in jira.get("/").text
    assert f'href="/lightning/r/Opportunity/{deal}/view"' in salesforce.get("/").text


def test_a_missing_record_has_a_not_found_page(
    jira: httpx.Client, salesforce: httpx.Client
) -> None:
    assert jira.get("/browse/CDP-99").status_code == 404
    assert salesforce.get("/lightning/r/Opportunity/006x/view").status_code == 404
