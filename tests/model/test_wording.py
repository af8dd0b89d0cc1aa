"""The words of a comment in each state of its conflict."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from model.comment_content import (
    Bullets,
    CommentContent,
    CommentForm,
    CommentState,
    LinkSpan,
    MentionSpan,
    Paragraph,
    Span,
    TextSpan,
)
from model.conflicts import (
    Conflict,
    Decision,
    EscalationStatus,
    FollowingLevel,
    NamedAuthority,
    Status,
)
from model.findings import Briefing, ChainStep, Finding, Label, Severity, Wording
from model.freshness import OldReading
from model.operating_model.schema import OperatingModel
from model.wording import (
    CommentAudience,
    build_content,
    build_story,
    build_withdrawal,
    to_plain_text,
)
from tests.model.operating_model.small_model import small_model

# 22:30 UTC on 3 March is 23:30 in Berlin; an hour later it is the 4th there, and not in UTC.
EVENING = datetime(2026, 3, 3, 22, 30, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
CARD = "https://dagster.test/card"
LABELS = {
    1: Label(1, "it:work_item:1", "CDP-12", "Build", "https://jira.test/CDP-12", "it", None),
    2: Label(2, "sales:deal:2", "Acme", "Acme", None, "sales", None),
}
CHAIN = (
    ChainStep(1, date(2026, 3, 6), date(2026, 3, 9), 'field "Due"', 'column "Depends on"'),
    ChainStep(2, date(2026, 3, 10), date(2026, 3, 12)),
)
BEN = NamedAuthority(role="cmo", role_name="CMO", person="ben", person_name="Ben")
WORDING = Wording(
    "CDP-12 is late",
    ("It is late.", "Acme waits."),
    "Who moves?",
    briefings=(
        Briefing((1,), "Sales needs your CDP-12 by 6 Mar 2026", reasons=("Acme waits for it.",)),
        Briefing((2,), "Acme waits for CDP-12", "tell the customer {by}", ("CDP-12 is late.",)),
    ),
)
ON_ITEM = CommentAudience("jira", CARD, 1)
ON_DEAL = CommentAudience("sales", CARD, 2)
IN_NOTE = CommentAudience("jira", CARD, 1, CommentForm(45, has_links=False))


@pytest.fixture
def model(tmp_path: Path) -> OperatingModel:
    return small_model(tmp_path)


def conflict(status: Status = Status.OPEN, **changes: Any) -> Conflict:
    finding = Finding(
        rule="late_handover",
        about=("CDP-12",),
        severity=Severity.HIGH,
        functions=("it", "sales"),
        subjects=(1, 2),
        comment_on=(1,),
        chain=CHAIN,
        rests_on=("jira", "sales"),
    )
    escalation = EscalationStatus(
        level=1,
        level_name="Accountable role",
        authority=BEN,
        decide_by=date(2026, 3, 13),
        otherwise="it goes to Cleo (Chair), who then has until 17 Mar 2026",
        following=FollowingLevel(person_name="Cleo", decide_by=date(2026, 3, 17)),
    )
    values: dict[str, Any] = {
        "id": finding.conflict_id,
        "status": status,
        "finding": finding,
        "wording": WORDING,
        "escalation": escalation,
        "opened_at": EVENING,
        "changed_at": EVENING,
    }
    return Conflict(**(values | changes))


def decision(meaning: str, at: datetime, **changes: Any) -> Decision:
    values: dict[str, Any] = {
        "verdict": "finish",
        "meaning": meaning,
        "person": "ben",
        "person_name": "Ben",
        "reason": "The fair is later",
        "severity": Severity.HIGH,
        "decided_at": at,
    }
    return Decision(**(values | changes))


def decided(meaning: str, at: datetime, **changes: Any) -> Conflict:
    return conflict(Status.DECIDED, decision=decision(meaning, at, **changes))


def escalated(**changes: Any) -> Conflict:
    return conflict(escalation=conflict().escalation.model_copy(update=changes))


def spans(content: CommentContent) -> list[Span]:
    return [
        span
        for block in content.blocks
        for line in (block.items if isinstance(block, Bullets) else (block.spans,))
        for span in line
    ]


def text(content: CommentContent) -> str:
    return to_plain_text(content)


def test_an_open_conflict_says_what_the_owner_has_to_know_why_who_decides_and_what_follows(
    model: OperatingModel,
) -> None:
    content = build_content(conflict(), LABELS, model, ON_ITEM)

    assert content.state is CommentState.OPEN
    assert text(content).splitlines() == [
        "Sales needs your CDP-12 by 6 Mar 2026.",
        "- Acme waits for it.",
        "Who moves?",
        "@Ben (CMO) decides by 13 Mar 2026; otherwise it goes to Cleo, who has until 17 Mar 2026.",
        f"Interlock ({CARD}) · from jira and sales",
    ]


def test_another_reader_gets_another_first_line_and_a_request_instead_of_the_question(
    model: OperatingModel,
) -> None:
    lines = text(build_content(conflict(), LABELS, model, ON_DEAL)).splitlines()

    assert lines[0] == "Acme waits for CDP-12: please tell the customer by 13 Mar 2026."
    assert "Who moves?" not in lines


def owned_by(account: str) -> dict[int, Label]:
    return LABELS | {1: replace(LABELS[1], owner=account)}


def test_an_owner_who_has_to_decide_is_asked_for_the_decision_first(model: OperatingModel) -> None:
    lines = text(build_content(conflict(), owned_by("acc-ben"), model, ON_ITEM)).splitlines()

    assert lines[:3] == [
        "Please decide by 13 Mar 2026: Who moves?",
        "- Sales needs your CDP-12 by 6 Mar 2026.",
        "- Acme waits for it.",
    ]
    assert lines.count("Who moves?") == 0


def test_each_owner_who_has_to_agree_is_asked_also_when_the_time_is_over(
    model: OperatingModel,
) -> None:
    both = escalated(awaited=(BEN.model_copy(update={"person": "ada"}), BEN), overdue=True)

    for account in ("acc-ada", "acc-ben"):
        lines = text(build_content(both, owned_by(account), model, ON_ITEM)).splitlines()
        assert lines[0] == "Please decide now: Who moves?"


@pytest.mark.parametrize(
    ("account", "connection"), [("acc-ada", "jira"), ("acc-ben", "sales"), ("", "jira")]
)
def test_an_owner_who_decides_nothing_is_told_what_is_new(
    model: OperatingModel, account: str, connection: str
) -> None:
    audience = CommentAudience(connection, CARD, 1)

    lines = text(build_content(conflict(), owned_by(account), model, audience)).splitlines()

    assert lines[0] == "Sales needs your CDP-12 by 6 Mar 2026."


def test_a_short_comment_asks_the_owner_who_decides_in_few_words(model: OperatingModel) -> None:
    short = CommentAudience("jira", CARD, 1, CommentForm(most_words=20))

    lines = text(build_content(conflict(), owned_by("acc-ben"), model, short)).splitlines()

    assert lines[0] == "Please decide by 13 Mar 2026."


def test_a_record_to_which_the_rule_says_nothing_gets_the_title_and_the_day(
    model: OperatingModel,
) -> None:
    elsewhere = CommentAudience("jira", CARD, 9)

    lines = text(build_content(conflict(), LABELS, model, elsewhere)).splitlines()

    assert lines[:3] == [
        "CDP-12 is late: somebody has to decide by 13 Mar 2026.",
        "- It is late.",
        "- Acme waits.",
    ]


def test_keys_of_other_records_are_links_where_the_tool_has_links(model: OperatingModel) -> None:
    link = LinkSpan("CDP-12", "https://jira.test/CDP-12")

    assert link in spans(build_content(conflict(), LABELS, model, ON_DEAL))
    note = CommentAudience("sheet", CARD, 2, CommentForm(has_links=False))
    assert link not in spans(build_content(conflict(), LABELS, model, note))


def test_no_id_of_the_conflict_is_visible(model: OperatingModel) -> None:
    for audience in (ON_ITEM, ON_DEAL, IN_NOTE):
        assert "C-" not in text(build_content(conflict(), LABELS, model, audience))


def test_a_short_comment_keeps_who_decides_by_when_and_what_follows(model: OperatingModel) -> None:
    form = CommentForm(most_words=24)
    short = CommentAudience("jira", CARD, 1, form)

    assert text(build_content(conflict(), LABELS, model, short)).splitlines() == [
        "Sales needs your CDP-12 by 6 Mar 2026.",
        "@Ben decides by 13 Mar 2026; otherwise Cleo by 17 Mar 2026.",
        f"Interlock ({CARD})",
    ]


def test_whoever_decides_is_mentioned_by_their_identity_in_the_tool_of_the_readers(
    model: OperatingModel,
) -> None:
    elsewhere = CommentAudience("erp", CARD, 1)

    here = spans(build_content(conflict(), LABELS, model, ON_ITEM))
    there = spans(build_content(conflict(), LABELS, model, elsewhere))

    assert [each for each in here if isinstance(each, MentionSpan)] == [
        MentionSpan("Ben", "acc-ben")
    ]
    assert [each for each in there if isinstance(each, MentionSpan)] == [MentionSpan("Ben", None)]


def test_a_conflict_that_nobody_may_decide_says_so(model: OperatingModel) -> None:
    words = text(build_content(escalated(authority=None), LABELS, model, ON_ITEM))

    assert "Nobody has the right to decide this; the operating model needs one." in words
    assert "@" not in words


def test_past_the_last_deadline_it_says_that_it_is_still_undecided(model: OperatingModel) -> None:
    words = text(build_content(escalated(overdue=True), LABELS, model, ON_DEAL))

    assert "please tell the customer now." in words
    assert "@Ben (CMO) was to decide by 13 Mar 2026; it is still undecided." in words
    assert "otherwise" not in words


def test_where_nobody_stands_above_it_says_that_too(model: OperatingModel) -> None:
    last = escalated(following=None, otherwise="it stays undecided, for nobody stands above them")

    words = text(build_content(last, LABELS, model, ON_ITEM))

    assert "; otherwise it stays undecided, for nobody stands above them." in words


def test_a_conflict_that_is_open_again_says_why_and_what_had_been_decided(
    model: OperatingModel,
) -> None:
    again = conflict(former_decision=decision("it waits", EVENING), reopened_because="it grew")

    lines = text(build_content(again, LABELS, model, ON_ITEM)).splitlines()

    assert lines[1] == "Open again: it grew. Before, the decision of Ben: it waits."


def test_a_decided_conflict_says_what_was_decided_by_whom_and_why(model: OperatingModel) -> None:
    it_is = decided(
        "IT finishes CDP-18 by May", EVENING, awaits="CDP-18 by May", until=date(2026, 5, 1)
    )
    content = build_content(it_is, LABELS, model, ON_ITEM)

    assert content.state is CommentState.DECIDED
    assert text(content).splitlines() == [
        "Decided: IT finishes CDP-18 by May.",
        "- Decided by Ben on 3 Mar 2026.",
        "- Awaiting CDP-18 by May by 1 May 2026.",
        "- Reason: The fair is later.",
        "- It holds up to severity high.",
        "- It was about this: CDP-12 is late.",
        f"Interlock ({CARD}) · from jira and sales",
    ]


def test_days_are_those_of_the_organisations_own_zone(model: OperatingModel) -> None:
    resolved = conflict(Status.RESOLVED, resolved_at=NIGHT)

    assert "by Ben on 4 Mar 2026." in text(
        build_content(decided("it", NIGHT), LABELS, model, ON_ITEM)
    )
    assert text(build_content(resolved, LABELS, model, ON_ITEM)).splitlines() == [
        "Resolved: the cause is gone since 4 Mar 2026, and nothing is left to do.",
        "- It was about this: CDP-12 is late.",
        f"Interlock ({CARD}) · from jira and sales",
    ]


def test_a_conflict_that_another_one_took_over_points_to_its_comment(model: OperatingModel) -> None:
    merged = conflict(Status.RESOLVED, resolved_at=NIGHT, merged_into="C-1")

    heading = build_content(merged, LABELS, model, ON_ITEM).heading

    assert heading == "Resolved here: our other comment about the same matter says it all."


def test_a_record_that_a_conflict_no_longer_concerns_is_marked_as_resolved() -> None:
    content = build_withdrawal(conflict(), ON_ITEM)

    assert content.state is CommentState.RESOLVED
    assert content.marker == f"interlock:{conflict().id}"
    assert content.heading.startswith("Resolved here: the conflict no longer concerns this")


def test_old_data_are_named_also_in_a_note(model: OperatingModel) -> None:
    old = conflict(old_readings=(OldReading("jira", EVENING, date(2026, 3, 3)),))

    full = text(build_content(old, LABELS, model, ON_ITEM))
    note = text(build_content(old, LABELS, model, IN_NOTE))

    assert "Rests on jira as last read on 3 Mar 2026. Its deadline waits meanwhile." in full
    assert "Rests on jira as last read on 3 Mar 2026." in note


def test_a_findings_file_gets_its_columns(model: OperatingModel) -> None:
    facts = dict(build_content(conflict(), LABELS, model, ON_ITEM).facts)

    assert facts["What"] == "CDP-12 is late"
    assert facts["Explanation"] == "It is late. Acme waits."
    assert facts["Functions"] == "IT, sales"
    assert facts["Concerns"] == "CDP-12, Acme"
    assert facts["Who decides"] == "Ben (CMO)"
    assert facts["Decide by"] == "2026-03-13"
    assert facts["Decision"] == ""
    nobody = dict(build_content(escalated(authority=None), LABELS, model, ON_ITEM).facts)
    assert nobody["Who decides"] == "nobody"
    done = dict(build_content(decided("it", NIGHT), LABELS, model, ON_ITEM).facts)
    assert done["Decision"] == (
        "It. Decided by Ben. Reason: The fair is later. It holds up to severity high."
    )


def test_the_whole_story_has_the_chain_and_every_sentence(model: OperatingModel) -> None:
    assert text(build_story(conflict(), LABELS, model, CARD)).splitlines() == [
        "High: CDP-12 is late",
        "It is late. Acme waits.",
        (
            '- CDP-12 (https://jira.test/CDP-12) Build: due 6 Mar 2026 (field "Due"), '
            'forecast 9 Mar 2026; the next waits for it (column "Depends on")'
        ),
        "- Acme: closes 10 Mar 2026, the work for it is there on 12 Mar 2026",
        "Who moves?",
        (
            "Ben (CMO) decides by 13 Mar 2026. Otherwise it goes to Cleo (Chair), who then has "
            "until 17 Mar 2026."
        ),
        f"Interlock {conflict().id} ({CARD})",
    ]


def test_the_story_of_a_decided_conflict_begins_with_the_decision(model: OperatingModel) -> None:
    words = text(build_story(decided("the date of CDP-18", NIGHT), LABELS, model, CARD))

    assert words.startswith("Decided: CDP-12 is late\nThe date of CDP-18. Decided by Ben on 4 Mar")


def test_a_line_break_in_a_title_makes_no_line_of_ours(model: OperatingModel) -> None:
    broken = conflict(wording=Wording("A\nHigh: forged", ("B.",), "C?"))

    content = build_content(broken, LABELS, model, CommentAudience("jira", CARD, 9))

    assert text(content).splitlines()[0].startswith("A High: forged: ")
    assert isinstance(content.blocks[-1], Paragraph)
    assert TextSpan("C?") in spans(content)
