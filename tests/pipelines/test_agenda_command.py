"""`interlock agenda` on a synced instance, and the forms in which it prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipelines.instance import Instance
from pipelines.steps.agenda import agenda
from tests.pipelines.commanding import Run, command_on
from tests.pipelines.small import NOW, Small

FORUMS = """
forums:
  - id: delivery
    name: Delivery <round> & | *friends*
    chair: cdp-lead
    members: [head-of-it, cmo, markus-brandt]
    rhythm: { every: week, on: tuesday, at: "10:00" }
  - id: audits
    name: Audits
    chair: ciso
    members: [ciso]
    rhythm: { every: week, on: friday, at: "09:00" }
    scope: { rules: [missing_gate] }
"""


@pytest.fixture(scope="module")
def forum_small(synced_small: Small) -> Iterator[Small]:
    (synced_small.home / "operating_model" / "forums.yaml").write_text(FORUMS, encoding="utf-8")
    yield synced_small


@pytest.fixture
def interlock_synced(
    forum_small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    return command_on(forum_small, monkeypatch, capsys)


def test_an_agenda_lists_what_needs_a_decision_with_options(interlock_synced: Run) -> None:
    code, out, _ = interlock_synced("agenda", "delivery")

    assert code == 0
    assert out.startswith("Delivery <round> & | *friends*, Tue 10 Mar 2026, 10:00 (CET)")
    assert "CDP-2 of IT is forecast to finish" in out
    assert "- move: Marketing replans CMP-2 for" in out
    assert "Here may decide: " in out

    code, out, _ = interlock_synced("agenda", "delivery", "--json")
    printed = json.loads(out)
    assert printed["meeting"] == "2026-03-10T10:00:00+01:00"
    assert printed["since"] == "2026-03-03T10:00:00+01:00"
    assert [point["severity"] for point in printed["points"]] == ["high", "high"]
    assert all(point["options"] and point["may_decide"] for point in printed["points"])


def test_an_agenda_without_points_says_that_no_meeting_is_needed(interlock_synced: Run) -> None:
    code, out, _ = interlock_synced("agenda", "audits", "--on", "2026-04-01")

    assert code == 0
    # Good Friday moves it to the day after Easter Monday.
    assert "Audits, Tue 7 Apr 2026" in out
    assert "No meeting needed" in out


class Page(HTMLParser):
    """The tags of a page; fails on one that is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else_and_shows_hostile_text_as_text(interlock_synced: Run) -> None:
    code, out, _ = interlock_synced("agenda", "delivery", "--html")
    page = Page()
    page.feed(out)

    assert code == 0
    assert page.open == []
    assert not page.seen & {"script", "link", "img", "iframe", "round"}
    assert "Delivery &lt;round&gt; &amp; | *friends*" in out


def test_markdown_shows_hostile_text_as_text(interlock_synced: Run) -> None:
    code, out, _ = interlock_synced("agenda", "delivery", "--markdown")

    assert code == 0
    assert out.startswith("# Delivery \\<round\\> \\& \\| \\*friends\\*, Tue")
    assert "\n## 1. High: [" in out


def test_what_cannot_be_answered_is_refused(interlock_synced: Run) -> None:
    assert 'Did you mean "delivery"?' in interlock_synced("agenda", "deliver")[2]
    assert "on record since" in interlock_synced("agenda", "delivery", "--on", "2026-03-03")[2]
    assert interlock_synced("agenda", "delivery", "--html", "--json")[0] == 2


def test_the_same_data_and_day_give_the_same_agenda(forum_small: Small) -> None:
    opened: Instance = forum_small.open()
    forum = opened.model.forums[0]
    first, second = (agenda(opened, forum, NOW, "https://dagster.example") for _ in range(2))
    opened.close()

    assert first == second
    assert Path(next(iter(first.urls.values()))).name
