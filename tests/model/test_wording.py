"""The words of a comment in each state of its conflict."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from model.comment_content import CommentContent, CommentState, MentionSpan, Paragraph
from model.conflicts import Conflict, Decision, EscalationStatus, NamedAuthority, Status
from model.findings import ChainStep, Finding, Label, Severity, Wording
from model.operating_model.schema import OperatingModel
from model.wording import CommentAudience, build_content, build_withdrawal, to_plain_text
from tests.model.operating_model.small_model import small_model

# 22:30 UTC on 3 March is 23:30 in Berlin; an hour later it is the 4th there, and not in UTC.
EVENING = datetime(2026, 3, 3, 22, 30, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
LABELS = {
    1: Label(1, "it:work_item:1", "CDP-12", "Build", "https://jira.test/CDP-12", "it", None),
    2: Label(2, "sales:deal:2", "Acme", "Acme", None, "sales", None),
}
CHAIN = (
    ChainStep(1, date(2026, 3, 6), date(2026, 3, 9), 'field "Due"', 'column "Depends on"'),
    ChainStep(2, date(2026, 3, 10), date(2026, 3, 12)),
)
BEN = NamedAuthority(role="cmo", role_name="CMO", person="ben", person_name="Ben")
IN_JIRA = CommentAudience("jira", "https://dagster.test/card")


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
    )
    escalation = EscalationStatus(
        level=1,
        level_name="Accountable role",
        authority=BEN,
        decide_by=date(2026, 3, 13),
        otherwise="it goes to Cleo (Chair)",
    )
    values: dict[str, Any] = {
        "id": finding.conflict_id,
        "status": status,
        "finding": finding,
        "wording": Wording("CDP-12 is late", ("It is late.", "Acme waits."), "Who moves?"),
        "escalation": escalation,
        "opened_at": EVENING,
        "changed_at": EVENING,
    }
    return Conflict(**(values | changes))


def decided(meaning: str, at: datetime) -> Conflict:
    decision = Decision(
        verdict="finish",
        meaning=meaning,
        person="ben",
        person_name="Ben",
        reason="The fair is later",
        severity=Severity.HIGH,
        decided_at=at,
    )
    return conflict(Status.DECIDED, decision=decision)


def overdue(**changes: Any) -> Conflict:
    escalation = conflict().escalation.model_copy(update=changes)
    return conflict(escalation=escalation)


def mentions(content: CommentContent) -> list[MentionSpan]:
    spans = [span for b in content.blocks if isinstance(b, Paragraph) for span in b.spans]
    return [span for span in spans if isinstance(span, MentionSpan)]


def test_an_open_conflict_says_what_breaks_why_who_decides_and_what_happens_otherwise(
    model: OperatingModel,
) -> None:
    content = build_content(conflict(), LABELS, model, IN_JIRA)

    assert content.state is CommentState.OPEN
    assert to_plain_text(content).splitlines() == [
        "High: CDP-12 is late",
        "It is late. Acme waits.",
        (
            '- CDP-12 (https://jira.test/CDP-12) Build: due 6 Mar 2026 (field "Due"), '
            'forecast 9 Mar 2026; the next waits for it (column "Depends on")'
        ),
        "- Acme: closes 10 Mar 2026, the work for it is there on 12 Mar 2026",
        "Who moves?",
        "@Ben (CMO) decides by 13 Mar 2026. Otherwise it goes to Cleo (Chair).",
        f"Interlock {conflict().id} (https://dagster.test/card)",
    ]


def test_whoever_decides_is_mentioned_by_their_identity_in_the_tool_of_the_readers(
    model: OperatingModel,
) -> None:
    elsewhere = CommentAudience("erp", IN_JIRA.card_url)

    assert mentions(build_content(conflict(), LABELS, model, IN_JIRA)) == [
        MentionSpan("Ben", "acc-ben")
    ]
    assert mentions(build_content(conflict(), LABELS, model, elsewhere)) == [
        MentionSpan("Ben", None)
    ]


def test_a_conflict_that_nobody_may_decide_says_so(model: OperatingModel) -> None:
    text = to_plain_text(build_content(overdue(authority=None), LABELS, model, IN_JIRA))

    assert "Nobody has the right to decide this; the operating model needs one." in text
    assert "@" not in text


def test_past_the_last_deadline_it_says_that_it_is_still_undecided(model: OperatingModel) -> None:
    text = to_plain_text(build_content(overdue(overdue=True), LABELS, model, IN_JIRA))

    assert "@Ben (CMO) was to decide by 13 Mar 2026. It is still undecided." in text
    assert "Otherwise" not in text


def test_a_decided_conflict_says_what_was_decided_by_whom_and_why(model: OperatingModel) -> None:
    content = build_content(decided("IT finishes CDP-18 by May", EVENING), LABELS, model, IN_JIRA)

    assert content.state is CommentState.DECIDED
    assert to_plain_text(content).splitlines()[:4] == [
        "Decided: CDP-12 is late",
        "IT finishes CDP-18 by May.",
        "Decided by Ben on 3 Mar 2026. Reason: The fair is later",
        "It is late. Acme waits.",
    ]


def test_a_meaning_begins_with_a_capital_and_keeps_its_own(model: OperatingModel) -> None:
    text = to_plain_text(
        build_content(decided("the date of CDP-18", NIGHT), LABELS, model, IN_JIRA)
    )

    assert "\nThe date of CDP-18.\n" in text


def test_days_are_those_of_the_organisations_own_zone(model: OperatingModel) -> None:
    resolved = conflict(Status.RESOLVED, resolved_at=NIGHT)

    decided_text = to_plain_text(build_content(decided("it", NIGHT), LABELS, model, IN_JIRA))
    resolved_text = to_plain_text(build_content(resolved, LABELS, model, IN_JIRA))

    assert "Decided by Ben on 4 Mar 2026." in decided_text
    assert "The cause is gone since 4 Mar 2026; nothing is left to decide here." in resolved_text


def test_a_record_that_a_conflict_no_longer_concerns_is_marked_as_resolved() -> None:
    content = build_withdrawal(conflict(), IN_JIRA)

    assert content.state is CommentState.RESOLVED
    assert content.marker == f"interlock:{conflict().id}"
    assert content.heading == "Resolved here: CDP-12 is late"


def test_a_findings_file_gets_its_columns(model: OperatingModel) -> None:
    facts = dict(build_content(conflict(), LABELS, model, IN_JIRA).facts)

    assert facts["Functions"] == "IT, sales"
    assert facts["Concerns"] == "CDP-12, Acme"
    assert facts["Who decides"] == "Ben (CMO)"
    assert facts["Decide by"] == "2026-03-13"
    assert facts["Decision"] == ""
    nobody = dict(build_content(overdue(authority=None), LABELS, model, IN_JIRA).facts)
    assert nobody["Who decides"] == "nobody"
    done = dict(build_content(decided("it", NIGHT), LABELS, model, IN_JIRA).facts)
    assert done["Decision"] == "It. Decided by Ben. Reason: The fair is later"
