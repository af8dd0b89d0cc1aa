"""A fintech whose products show green while the platform below them shows red.

No rule compares the two colours yet. What is found instead: nobody updates the blocked platform
while a product waits for it, its new date is too late for the product, and money is used faster
than the work progresses, long before the spend passes the budget by four million.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.steps.decide import DecisionRefused
from tests.stories.company import Company, task
from tests.stories.story import Line, Story

MODEL = """
functions:
  - { id: product, name: Product, head: cpo }
  - { id: platform, name: Platform, head: cto }
  - { id: finance, name: Finance, head: cfo }
people:
  - { id: pia, name: Pia Sommer, email: pia@example.com, identities: { jira: a-pia } }
  - { id: theo, name: Theo Lang, email: theo@example.com, identities: { jira: a-theo } }
  - { id: fay, name: Fay Nolan, email: fay@example.com, identities: { jira: a-fay } }
  - { id: elena, name: Elena Roth, email: elena@example.com, identities: { jira: a-elena } }
roles:
  - { id: cpo, name: CPO, function: product, holder: pia }
  - { id: cto, name: CTO, function: platform, holder: theo }
  - { id: cfo, name: CFO, function: finance, holder: fay }
  - { id: ceo, name: CEO, holder: elena }
decision_rights:
  - { id: money, rules: [burn_ahead], role: cfo, up_to: { value: 4000000 EUR } }
  - id: plan-of-the-platform
    rules: [stale_plan, late_handover]
    role: cto
    functions: [platform]
    up_to: { days: 30 }
  - { id: everything, rules: [all], role: ceo }
escalation_path:
  - { name: Accountable role, within: { critical: 2, high: 3, medium: 5, low: 5 } }
  - { name: CEO, role: ceo, within: { critical: 2, high: 3, medium: 5, low: 5 } }
"""


def books(*orders: int, budget: int = 12) -> list[Line]:
    """The books with a budget and monthly orders from January on, in millions."""
    return [("B1", "Budget", "L-1", "2027-01-04", "2027-01-04", budget * 1_000_000)] + [
        (f"O{month}", "Order", "L-1", f"2027-{month:02}-15", "", millions * 1_000_000)
        for month, millions in enumerate(orders, start=1)
    ]


def turned(day: str, before: str, after: str) -> dict[str, str]:
    """A change of status in the history of an issue of the CTO."""
    at = f"{day}T09:00:00Z"
    return {"at": at, "by": "a-theo", "field": "status", "from": before, "to": after}


COMPANY = Company(
    MODEL,
    projects={"PAY": "product", "PLT": "platform"},
    issues=[
        task(
            "PAY-1",
            "Instant payments",
            "2027-05-03",
            "2027-05-28",
            "a-pia",
            status="In Progress",
            fields={"Percent done": 90},
        ),
        task(
            "PLT-1",
            "Ledger",
            "2027-01-11",
            "2027-04-30",
            "a-theo",
            blocks=["PAY-1"],
            status="Blocked",
            changes=[
                turned("2027-01-11", "To Do", "In Progress"),
                turned("2027-01-29", "In Progress", "Blocked"),
            ],
        ),
        task(
            "PLT-2",
            "Core migration",
            "2027-01-11",
            "2027-06-30",
            "a-theo",
            status="In Progress",
            fields={"WBS": "L-1", "Percent done": 20},
        ),
        task("PLT-3", "Second region", "2027-07-01", "2027-12-17", "a-theo", fields={"WBS": "L-1"}),
    ],
    books=books(1),
)


OVERSPENT = "2027-04-19"
"""The day on which the books show four million more than the budget."""


@pytest.mark.long
def test_green_products_on_a_red_platform_that_passes_its_budget_by_four_million(
    begin: Callable[[Company], Story],
) -> None:
    story = begin(COMPANY)
    assert not story.sync_on("2027-02-12").detected.in_force

    the_red_platform_is_found_by_its_silence(story)
    its_new_date_is_too_late_for_the_green_product(story)
    burn = money_is_ahead_of_the_work(story)
    the_acceptance_ends_where_its_right_ends(story, burn)
    the_chief_executive_cuts_and_the_cut_is_kept(story, burn)


def the_red_platform_is_found_by_its_silence(story: Story) -> None:
    story.sync_on("2027-02-15")
    assert story.conflicts() == {
        "PLT-1 of Platform, which Product waits for, has not been touched for 11 working days": (
            "low: Theo Lang (CTO) decides by Mon 22 Feb 2027"
        )
    }
    stale = story.find("stale_plan", "PLT-1")
    # Instant payments are to be there by 28 May, and show 90 %.
    assert story.warning_days(stale, "2027-05-28") == 70

    story.on("2027-02-16")
    story.reply("PLT-1", "theo", "/interlock replan by 19 Feb because the vendor answers then")
    story.sync()
    assert story.state(stale) == (
        "decided by Theo Lang (CTO): Platform gives PLT-1 new dates by 19 Feb 2027, "
        "awaiting new dates of PLT-1 by 19 Feb 2027"
    )


def its_new_date_is_too_late_for_the_green_product(story: Story) -> None:
    story.on("2027-02-19")
    story.plan("PLT-1", "theo", due="2027-06-11")
    story.sync()
    assert story.conflicts() == {
        "PLT-1 of Platform is forecast to finish 10 working days later than Product needs": (
            "high: Theo Lang (CTO) decides by Wed 24 Feb 2027"
        )
    }
    assert story.first_line("PAY-1") == (
        "PLT-1 “Ledger”, which your PAY-1 needs by 28 May 2027, is forecast to finish on "
        "11 Jun 2027."
    )

    late = story.find("late_handover", "PLT-1")
    story.decide(late, "theo", "move", on="2027-06-25")
    assert "awaiting a new date of PAY-1 by 26 Feb 2027" in story.state(late)
    story.plan("PAY-1", "pia", due="2027-06-25")


def money_is_ahead_of_the_work(story: Story) -> str:
    story.on("2027-02-22")
    story.save_books(books(1, 5))
    story.progress("PLT-2", "theo", 35)
    story.sync()

    assert story.conflicts() == {
        "L-1 has used 50 % of its budget with 17 % of the work done": (
            "critical: Fay Nolan (CFO) decides by Wed 24 Feb 2027"
        )
    }
    burn = story.find("burn_ahead", "L-1")
    assert story.warning_days(burn, OVERSPENT) == 38
    story.decide(burn, "fay", "accept", "the orders are for the year", until="2027-04-30")
    assert story.state(burn).startswith("decided by Fay Nolan (CFO): accepted until 30 Apr 2027")
    return burn


def the_acceptance_ends_where_its_right_ends(story: Story, burn: str) -> None:
    story.on("2027-03-22")
    story.move_to("PLT-1", "theo", "Done")
    story.progress("PLT-2", "theo", 60)
    story.save_books(books(1, 5, 4))
    story.sync()

    assert list(story.conflicts()) == [
        "L-1 has used 83 % of its budget with 30 % of the work done",
    ]
    assert story.state(burn).startswith(
        "critical: Elena Roth (CEO) decides by Wed 24 Mar 2027; open again: 6,"
    )
    assert "a-elena of PLT-3" in story.notified()
    with pytest.raises(DecisionRefused, match="Ask Elena Roth"):
        story.decide(burn, "fay", "accept", until="2027-04-30")

    story.sync_on("2027-03-25")
    assert "overdue" in story.state(burn)


def the_chief_executive_cuts_and_the_cut_is_kept(story: Story, burn: str) -> None:
    story.on(OVERSPENT)
    story.save_books(books(1, 5, 4, 6))
    story.progress("PLT-2", "theo", 82)
    story.sync()
    (row,) = story.findings()
    assert row["Finding"] == (
        "16,000,000 EUR of your budget of 12,000,000 EUR for L-1 are used, with 40 % of the work "
        "done: please say now whether the rest is enough."
    )

    how = "PLT-3 is dropped and 4,000,000 EUR are added"
    story.decide(burn, "elena", "cut", "one region pays", how=how)
    assert story.state(burn) == (
        "decided by Elena Roth (CEO): Platform cuts the rest of L-1 to its budget: "
        f"{how}, awaiting a plan of L-1 that its budget pays for by 26 Apr 2027"
    )

    story.on("2027-04-23")
    story.move_to("PLT-3", "theo", "Dropped")
    story.save_books(books(1, 5, 4, 6, budget=16))
    story.sync()
    assert story.conflicts() == {}
    assert story.events(burn) == [
        "opened 22 Feb 2027",
        "decided 22 Feb 2027",
        "reopened 22 Mar 2027",
        "undecided 25 Mar 2027",
        "decided 19 Apr 2027",
        "resolved 23 Apr 2027",
    ]
    assert story.decisions(burn) == [
        "fay by cli: accepted until 30 Apr 2027: both carry the risk as it stands",
        f"elena by cli: Platform cuts the rest of L-1 to its budget: {how}",
    ]
    assert story.is_record_whole()
