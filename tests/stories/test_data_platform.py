"""An insurer's data platform: marketing waits for what IT treats as maintenance.

Finance holds the budget for another quarter, and a security audit stands in nobody's plan. Three
conflicts, each asked of the person who may decide it; two promises are not kept at first.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stories.company import Company, task
from tests.stories.story import Line, Story

MODEL = """
functions:
  - { id: it, name: IT, head: head-of-it }
  - { id: marketing, name: Marketing, head: cmo }
  - { id: security, name: Security, head: ciso }
  - { id: finance, name: Finance, head: cfo }
people:
  - { id: ida, name: Ida Falk, email: ida@example.com, identities: { jira: a-ida } }
  - { id: max, name: Max Reuss, email: max@example.com, identities: { jira: a-max } }
  - { id: sina, name: Sina Kaya, email: sina@example.com, identities: { jira: a-sina } }
  - { id: frieda, name: Frieda Holm, email: frieda@example.com, identities: { jira: a-frieda } }
  - { id: cord, name: Cord Jansen, email: cord@example.com, identities: { jira: a-cord } }
roles:
  - { id: head-of-it, name: Head of IT, function: it, holder: ida }
  - { id: cmo, name: CMO, function: marketing, holder: max }
  - { id: ciso, name: CISO, function: security, holder: sina }
  - { id: cfo, name: CFO, function: finance, holder: frieda }
  - { id: coo, name: COO, holder: cord }
initiatives:
  - { id: platform, name: Data Platform, labels: [platform], wbs: [P-100] }
decision_rights:
  - { id: gates, rules: [missing_gate], role: ciso, functions: [security] }
  - { id: money, rules: [funding_gap, burn_ahead], role: cfo, up_to: { value: 2000000 EUR } }
  - id: plan-of-it
    rules: [late_handover, priority_mismatch]
    role: head-of-it
    functions: [it]
    up_to: { days: 20 }
  - { id: everything, rules: [all], role: coo }
escalation_path:
  - { name: Accountable role, within: { critical: 2, high: 3, medium: 5, low: 10 } }
  - { name: COO, role: coo, within: { critical: 2, high: 3, medium: 5, low: 10 } }
"""
AUDIT = {
    "id": "security-audit",
    "name": "Security audit",
    "function": "security",
    "before": {"labels": ["go-live"]},
    "recognised_by": {"labels": ["security-audit"]},
    "authority": "ciso",
    "sla_days": 15,
}


def released_on(day: str) -> list[Line]:
    """The books of finance with the budget released on that day."""
    return [("B1", "Budget", "P-100", "2027-01-04", day, 900_000)]


COMPANY = Company(
    MODEL,
    projects={"DAT": "it", "MKT": "marketing", "SEC": "security"},
    issues=[
        task(
            "DAT-1",
            "Profile service",
            "2027-03-15",
            "2027-04-30",
            "a-ida",
            blocks=["MKT-1"],
            priority="Low",
            labels=["platform", "go-live"],
            fields={"WBS": "P-100"},
        ),
        task(
            "MKT-1",
            "Campaign of personal offers",
            "2027-05-03",
            "2027-05-28",
            "a-max",
            priority="High",
            labels=["platform"],
        ),
        task("SEC-1", "Renew certificates", "2027-03-01", "2027-03-05", "a-sina"),
    ],
    gates=[AUDIT],
    books=released_on("2027-03-01"),
)
HARM = "2027-05-03"
"""The campaign begins: without the platform, its audit or its money there is nothing to show."""


@pytest.mark.long
def test_a_platform_that_is_maintenance_to_it_unaudited_and_unfunded(
    begin: Callable[[Company], Story],
) -> None:
    story = begin(COMPANY)
    mismatch, audit = flagged_on_the_first_day(story)
    it_and_security_promise_by_reply(story, mismatch, audit)
    gap = finance_holds_the_budget_another_quarter(story)
    an_answer_in_a_file_counts_once_it_is_confirmed(story, gap)
    two_promises_are_not_kept(story, mismatch, gap)
    both_rise_to_the_coo(story, mismatch, gap)
    the_decisions_are_kept(story, mismatch, audit, gap)


def flagged_on_the_first_day(story: Story) -> tuple[str, str]:
    story.sync_on("2027-02-01")

    assert story.conflicts() == {
        "DAT-1 must not finish without “Security audit”, and no plan holds it": (
            "high: Sina Kaya (CISO) decides by Thu 4 Feb 2027"
        ),
        "DAT-1 has low priority in IT and holds up high work of Marketing": (
            "medium: Ida Falk (Head of IT) decides by Mon 8 Feb 2027"
        ),
    }
    mismatch = story.find("priority_mismatch", "DAT-1")
    audit = story.find("missing_gate", "DAT-1")
    assert (story.warning_days(mismatch, HARM), story.warning_days(audit, HARM)) == (63, 63)
    return mismatch, audit


def it_and_security_promise_by_reply(story: Story, mismatch: str, audit: str) -> None:
    story.on("2027-02-03")
    story.reply("DAT-1", "sina", f"/interlock {audit} plan @sina on 2027-04-05")
    story.reply("DAT-1", "ida", f"/interlock {mismatch} raise because marketing sells it")
    story.sync()

    assert story.state(audit) == (
        "decided by Sina Kaya (CISO): Sina Kaya plans “Security audit” before DAT-1 for "
        "5 Apr 2027, awaiting “Security audit” in a plan by 10 Feb 2027"
    )
    assert story.state(mismatch) == (
        "decided by Ida Falk (Head of IT): IT raises the priority of DAT-1, awaiting a higher "
        "priority of DAT-1 by 10 Feb 2027"
    )
    assert story.first_line("MKT-1") == "Decided: IT raises the priority of DAT-1."


def finance_holds_the_budget_another_quarter(story: Story) -> str:
    story.on("2027-02-08")
    labels = ["security-audit", "platform"]
    story.create("SEC", "sina", "Audit of the profiles", labels=labels, duedate="2027-04-05")
    story.save_books(released_on("2027-04-01"))
    story.sync()

    gap = story.find("funding_gap", "P-100")
    assert story.state(gap) == "high: Frieda Holm (CFO) decides by Thu 11 Feb 2027"
    assert story.state(story.find("missing_gate", "DAT-1")) == "resolved"
    # The money is missing on the day on which the work begins.
    assert story.warning_days(gap, "2027-03-15") == 25
    return gap


def an_answer_in_a_file_counts_once_it_is_confirmed(story: Story, gap: str) -> None:
    story.on("2027-02-09")
    story.answer_in_books("release by 2027-03-12", "Frieda Holm")
    story.sync()

    assert story.state(gap) == "high: Frieda Holm (CFO) decides by Thu 11 Feb 2027"
    (row,) = story.findings()
    assert "it counts once Frieda Holm confirms it" in row["Replies"]

    story.decide(gap, "frieda", "release", on="2027-03-12")
    assert story.state(gap) == (
        "decided by Frieda Holm (CFO): Finance releases the money for P-100 by 12 Mar 2027, "
        "awaiting the new day of release of the budget of P-100 by 16 Feb 2027"
    )


def two_promises_are_not_kept(story: Story, mismatch: str, gap: str) -> None:
    story.sync_on("2027-02-11")
    (row,) = story.findings()
    assert "Finance releases the money for P-100 by 12 Mar 2027." in row["Decision"]
    assert story.state(mismatch) == (
        "medium: Ida Falk (Head of IT) decides by Thu 18 Feb 2027; "
        "open again: a higher priority of DAT-1 was to be there by 10 Feb 2027 and is not"
    )

    story.sync_on("2027-02-17")
    assert story.state(gap) == (
        "high: Frieda Holm (CFO) decides by Mon 22 Feb 2027; open again: the new day of release "
        "of the budget of P-100 was to be there by 16 Feb 2027 and is not"
    )


def both_rise_to_the_coo(story: Story, mismatch: str, gap: str) -> None:
    story.notified()
    story.sync_on("2027-02-23")

    for conflict, before in ((mismatch, "Ida Falk (Head of IT)"), (gap, "Frieda Holm (CFO)")):
        assert "Cord Jansen (COO) decides by Thu 25 Feb 2027; escalated from " in story.state(
            conflict
        )
        assert f"escalated from {before}, who was to decide by" in story.state(conflict)
    assert {"a-cord of DAT-1", "a-cord of MKT-1"} <= set(story.notified())

    story.on("2027-02-24")
    story.decide(gap, "cord", "release", "the platform cannot wait", on="2027-03-12")
    story.reply("MKT-1", "cord", "/interlock raise because the campaign is sold")
    story.sync()
    assert story.state(mismatch).startswith("decided by Cord Jansen (COO): IT raises")


def the_decisions_are_kept(story: Story, mismatch: str, audit: str, gap: str) -> None:
    story.on("2027-02-26")
    story.save_books(released_on("2027-03-12"))
    story.edit("DAT-1", "ida", priority={"name": "High"})
    story.sync()

    assert story.conflicts() == {}
    assert story.events(gap) == [
        "opened 8 Feb 2027",
        "to be confirmed 9 Feb 2027",
        "decided 9 Feb 2027",
        "reopened 17 Feb 2027",
        "escalated 23 Feb 2027",
        "decided 24 Feb 2027",
        "resolved 26 Feb 2027",
    ]
    release = "Finance releases the money for P-100 by 12 Mar 2027"
    assert story.decisions(gap) == [f"frieda by cli: {release}", f"cord by cli: {release}"]
    assert story.decisions(mismatch) == [
        "ida by jira: IT raises the priority of DAT-1",
        "cord by jira: IT raises the priority of DAT-1",
    ]
    assert story.decisions(audit) == [
        "sina by jira: Sina Kaya plans “Security audit” before DAT-1 for 5 Apr 2027"
    ]
    assert story.is_record_whole()
