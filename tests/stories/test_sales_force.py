"""A sales force is redesigned, and the CRM migration that it waits for slips by two weeks.

Three workstreams wait for the migration. Two of them agree with IT at once. The vice-presidents of
IT and of sales operations do not, for three weeks, until the COO ends it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stories.company import Company, task
from tests.stories.story import Story

MODEL = """
functions:
  - { id: it, name: IT, head: vp-it }
  - { id: territories, name: Sales Operations, head: vp-sales-ops }
  - { id: pay, name: Compensation, head: head-of-pay }
  - { id: training, name: Sales Training, head: head-of-training }
people:
  - { id: ines, name: Ines Moreau, email: ines@example.com, identities: { jira: a-ines } }
  - { id: viktor, name: Viktor Lund, email: viktor@example.com, identities: { jira: a-viktor } }
  - { id: paula, name: Paula Stern, email: paula@example.com, identities: { jira: a-paula } }
  - { id: timo, name: Timo Haas, email: timo@example.com, identities: { jira: a-timo } }
  - { id: carla, name: Carla Ortiz, email: carla@example.com, identities: { jira: a-carla } }
roles:
  - { id: vp-it, name: VP IT, function: it, holder: ines }
  - { id: vp-sales-ops, name: VP Sales Operations, function: territories, holder: viktor }
  - { id: head-of-pay, name: Head of Compensation, function: pay, holder: paula }
  - { id: head-of-training, name: Head of Training, function: training, holder: timo }
  - { id: coo, name: COO, holder: carla }
decision_rights:
  - id: plan-of-it
    rules: [late_handover]
    role: vp-it
    functions: [it]
    up_to: { days: 20 }
    agreement: both
  - { id: everything, rules: [all], role: coo }
escalation_path:
  - { name: Those concerned, within: { critical: 5, high: 15, medium: 15, low: 15 } }
  - { name: COO, role: coo, within: { critical: 2, high: 3, medium: 3, low: 5 } }
forums:
  - id: board
    name: Transformation board
    chair: coo
    members: [coo, vp-it, vp-sales-ops]
    rhythm: { every: week, on: wednesday, at: "10:00" }
"""
COMPANY = Company(
    MODEL,
    projects={"CRM": "it", "TER": "territories", "PAY": "pay", "TRN": "training"},
    issues=[
        task(
            "CRM-1",
            "Migrate accounts",
            "2027-01-11",
            "2027-02-19",
            "a-ines",
            blocks=["CRM-2"],
            status="In Progress",
        ),
        task(
            "CRM-2",
            "CRM cutover",
            "2027-02-22",
            "2027-03-05",
            "a-ines",
            blocks=["TER-1", "PAY-1", "TRN-1"],
        ),
        task("TER-1", "Assign territories", "2027-03-08", "2027-03-26", "a-viktor"),
        task("PAY-1", "Commission targets", "2027-03-08", "2027-03-19", "a-paula"),
        task("TRN-1", "Train the teams", "2027-03-08", "2027-03-19", "a-timo"),
    ],
)
HARM = "2027-03-08"
"""The day on which three workstreams would begin and have no CRM."""


BOTH = "high: Ines Moreau (VP IT) and {} decide by Mon 22 Feb 2027"
VIKTOR = "Viktor Lund (VP Sales Operations)"


@pytest.mark.long
def test_a_migration_that_slips_two_weeks_hits_three_workstreams_until_the_coo_decides(
    begin: Callable[[Company], Story],
) -> None:
    story = begin(COMPANY)
    assert not story.sync_on("2027-01-29").detected.in_force

    territories, pay, training = flagged_on_the_day_of_the_slip(story)
    two_workstreams_agree_with_it(story, territories, pay, training)
    two_vice_presidents_disagree_for_three_weeks(story, territories)
    the_coo_ends_it(story, territories)
    the_decision_is_kept(story, territories, pay, training)


def flagged_on_the_day_of_the_slip(story: Story) -> tuple[str, str, str]:
    story.on("2027-02-01")
    story.plan("CRM-1", "ines", due="2027-03-05")
    story.sync()

    needs = "CRM-2 of IT is forecast to finish 10 working days later than {} needs"
    functions = {
        "Sales Operations": VIKTOR,
        "Compensation": "Paula Stern (Head of Compensation)",
        "Sales Training": "Timo Haas (Head of Training)",
    }
    assert story.conflicts() == {
        needs.format(function): BOTH.format(head) for function, head in functions.items()
    }
    territories, pay, training = (story.find("late_handover", name) for name in functions)
    assert story.warning_days(territories, HARM) == 25
    return territories, pay, training


def two_workstreams_agree_with_it(story: Story, territories: str, pay: str, training: str) -> None:
    story.on("2027-02-02")
    story.reply("TRN-1", "timo", "/interlock move 2027-03-22 because the trainers are free then")
    story.reply("CRM-2", "ines", f"/interlock {training} move")
    story.decide(pay, "ines", "move", on="2027-03-22")
    story.decide(pay, "paula", "move")
    story.reply(
        "CRM-2", "ines", f"/interlock {territories} move 22 March 2027 because the data are poor"
    )
    story.sync()

    assert story.state(training) == (
        "decided by Timo Haas (Head of Training) and Ines Moreau (VP IT): Sales Training replans "
        "TRN-1 for 22 Mar 2027, awaiting a new date of TRN-1 by 9 Feb 2027"
    )
    assert story.decisions(pay) == ["paula by cli: Compensation replans PAY-1 for 22 Mar 2027"]
    assert story.state(territories) == (
        f"high: {VIKTOR} decides by Mon 22 Feb 2027; agreed by Ines Moreau (VP IT), awaits {VIKTOR}"
    )


def two_vice_presidents_disagree_for_three_weeks(story: Story, territories: str) -> None:
    story.on("2027-02-03")
    story.plan("PAY-1", "paula", "2027-04-02", start="2027-03-22")
    story.plan("TRN-1", "timo", "2027-04-02", start="2027-03-22")
    story.reply("TER-1", "viktor", "/interlock finish 5 March 2027 because April is too late")
    story.sync()

    contradicted = (
        "Proposed by Ines Moreau (VP IT): Sales Operations replans TER-1 for 22 Mar 2027. "
        "Reason: the data are poor. "
        f"Counter-proposal by {VIKTOR}: IT finishes CRM-2 by 5 Mar 2027. "
        "Reason: April is too late."
    )
    for key in ("CRM-2", "TER-1"):
        assert contradicted in " ".join(story.comments(key))
    assert list(story.conflicts()) == [
        "CRM-2 of IT is forecast to finish 10 working days later than Sales Operations needs"
    ]

    story.on("2027-02-10")
    story.reply("CRM-2", "ines", f"/interlock {territories} move 29 March 2027")
    story.sync()
    assert f"awaits {VIKTOR}" in story.state(territories)

    story.notified()
    story.sync_on("2027-02-22")
    assert f"{VIKTOR} decides by Mon 22 Feb 2027" in story.state(territories)
    assert story.notified() == []


def the_coo_ends_it(story: Story, territories: str) -> None:
    story.sync_on("2027-02-23")
    assert story.state(territories).startswith(
        "high: Carla Ortiz (COO) decides by Thu 25 Feb 2027; escalated from Ines Moreau (VP IT) "
        f"and {VIKTOR}, who were to decide by 22 Feb 2027; proposed by {VIKTOR}, counter-proposal"
    )
    assert {"a-carla of CRM-2", "a-carla of TER-1"} <= set(story.notified())
    # Nothing else: that CRM-2 cannot begin before CRM-1 is done makes its plan no stale one.
    assert story.agenda("board") == [
        "CRM-2 of IT is forecast to finish 10 working days later than Sales Operations needs"
    ]

    story.on("2027-02-24")
    story.reply("TER-1", "carla", "/interlock finish 12 March 2027 because each gives a week")
    story.sync()
    decided = (
        "decided by Carla Ortiz (COO): IT finishes CRM-2 by 12 Mar 2027, "
        "awaiting CRM-2 by 12 Mar 2027"
    )
    assert story.state(territories) == decided

    story.on("2027-02-25")
    story.plan("CRM-1", "ines", due="2027-02-26")
    story.plan("CRM-2", "ines", due="2027-03-12", start="2027-03-01")
    story.reply("TER-1", "viktor", "/interlock finish 5 March 2027 because I insist")
    story.sync()
    assert story.state(territories) == decided
    assert "It stands decided by Carla Ortiz (COO), whose right reaches further" in " ".join(
        story.comments("TER-1")
    )


def the_decision_is_kept(story: Story, *conflicts: str) -> None:
    story.on("2027-03-12")
    story.move_to("CRM-1", "ines", "Done")
    story.move_to("CRM-2", "ines", "Done")
    story.sync()

    assert [story.state(each) for each in conflicts] == ["resolved"] * 3
    assert story.events(conflicts[0]) == [
        "opened 1 Feb 2027",
        "agreed 2 Feb 2027",
        "counter-proposed 3 Feb 2027",
        "counter-proposed 10 Feb 2027",
        "escalated 23 Feb 2027",
        "decided 24 Feb 2027",
        "resolved 12 Mar 2027",
    ]
    assert story.decisions(conflicts[0]) == ["carla by jira: IT finishes CRM-2 by 12 Mar 2027"]
    assert story.is_record_whole()
    assert story.why("CRM-2") == [
        "CRM-1 took 10 since 1 Feb 2027",
        "CRM-1 took -5 since 25 Feb 2027",
    ]
