"""A claims migration: IT is measured on stability, Operations on headcount.

No rule finds that the two goals are opposed, and no plan states that Operations waits for the
cutover: it is found because Operations raises the risk by hand. The decision about it is reopened
as often as the cutover leaves what was accepted, and goes to the COO once it leaves the right of
IT.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.steps.decide import DecisionRefused
from tests.stories.company import Company, task
from tests.stories.story import Story

MODEL = """
functions:
  - { id: it, name: IT, head: head-of-it }
  - { id: operations, name: Operations, head: head-of-operations }
people:
  - id: hanna
    name: Hanna Vogel
    email: hanna@example.com
    identities: { jira: a-hanna }
    absences: [{ from: 2027-04-12, to: 2027-04-23 }]
  - { id: dario, name: Dario Conti, email: dario@example.com, identities: { jira: a-dario } }
  - { id: omar, name: Omar Haddad, email: omar@example.com, identities: { jira: a-omar } }
  - { id: celia, name: Celia Brandt, email: celia@example.com, identities: { jira: a-celia } }
roles:
  - { id: head-of-it, name: Head of IT, function: it, holder: hanna, deputy: dario }
  - { id: head-of-operations, name: Head of Operations, function: operations, holder: omar }
  - { id: coo, name: COO, holder: celia }
decision_rights:
  - id: plan-of-it
    rules: [late_handover, raised_risk]
    role: head-of-it
    functions: [it]
    up_to: { days: 10 }
  - { id: everything, rules: [all], role: coo }
escalation_path:
  - { name: Accountable role, within: { critical: 2, high: 3, medium: 5, low: 10 } }
  - { name: COO, role: coo, within: { critical: 2, high: 3, medium: 5, low: 10 } }
"""
COMPANY = Company(
    MODEL,
    projects={"CLM": "it", "OPS": "operations"},
    issues=[
        task("CLM-1", "Claims cutover", "2027-05-03", "2027-05-28", "a-dario"),
        task("OPS-1", "End 40 temporary contracts", "2027-06-01", "2027-06-30", "a-omar"),
    ],
)
HARM = "2027-06-30"
"""Forty contracts end; without the new system the claims of a month stay unhandled."""


def test_a_cutover_that_one_function_delays_at_the_cost_of_another(
    begin: Callable[[Company], Story],
) -> None:
    story = begin(COMPANY)
    risk = operations_raises_the_risk_while_the_head_of_it_is_away(story)
    the_deputy_promises_the_date(story, risk)
    it_moves_the_date_so_that_its_head_has_to_decide_again(story, risk)
    it_moves_the_date_beyond_the_right_of_its_head(story, risk)
    the_coo_decides_and_it_is_kept(story, risk)


def operations_raises_the_risk_while_the_head_of_it_is_away(story: Story) -> str:
    story.on("2027-04-12")
    story.reply(
        "OPS-1",
        "omar",
        "/interlock risk needs CLM-1 by 28 May because IT puts stability before our contracts",
    )
    story.sync()

    risk = story.find("raised_risk", "OPS-1 of Operations needs CLM-1 of IT by 28 May 2027")
    assert story.state(risk) == (
        "medium: Dario Conti for Hanna Vogel (Head of IT) decides by Mon 19 Apr 2027"
    )
    # Its owner is the one who decides it in the place of the head.
    assert story.first_line("CLM-1") == (
        "Please decide by 19 Apr 2027: Can IT finish CLM-1 by 28 May 2027, or does Operations plan "
        "without it?"
    )
    assert story.warning_days(risk, HARM) == 55
    return risk


def the_deputy_promises_the_date(story: Story, risk: str) -> None:
    story.on("2027-04-14")
    story.reply("OPS-1", "omar", "/interlock finish 28 May")
    story.reply("CLM-1", "dario", "/interlock finish 28 May because the freeze begins in June")
    story.sync()

    assert story.state(risk) == (
        "decided by Dario Conti for Hanna Vogel (Head of IT): IT finishes CLM-1 by 28 May 2027, "
        "awaiting CLM-1 by 28 May 2027"
    )
    for key in ("CLM-1", "OPS-1"):
        assert story.first_line(key) == "Decided: IT finishes CLM-1 by 28 May 2027."
    # Who has no right decides nothing, and is told who has it.
    assert (
        "Omar Haddad has no right to decide raised_risk. "
        "Ask Dario Conti for Hanna Vogel (Head of IT) or Celia Brandt (COO)."
    ) in " ".join(story.comments("OPS-1"))


def it_moves_the_date_so_that_its_head_has_to_decide_again(story: Story, risk: str) -> None:
    story.on("2027-04-27")
    story.plan("CLM-1", "dario", start="2027-05-17", due="2027-06-11")
    story.sync()

    assert story.state(risk) == (
        "medium: Hanna Vogel (Head of IT) decides by Tue 4 May 2027; "
        "open again: it is 10 working days late, and 0 were accepted"
    )
    assert story.first_line("OPS-1") == (
        "Omar Haddad says that OPS-1 needs CLM-1 by 28 May 2027, but it is forecast for "
        "11 Jun 2027."
    )
    assert story.first_line("CLM-1") == (
        "Omar Haddad of OPS-1 needs CLM-1 by 28 May 2027, but it is forecast for 11 Jun 2027."
    )
    story.decide(risk, "hanna", "accept", "two weeks of tests", until="2027-06-11", days="10")
    assert story.state(risk).startswith("decided by Hanna Vogel (Head of IT): accepted until")


def it_moves_the_date_beyond_the_right_of_its_head(story: Story, risk: str) -> None:
    story.on("2027-05-14")
    story.plan("CLM-1", "dario", start="2027-08-16", due="2027-09-10")
    story.sync()

    assert story.state(risk) == (
        "medium: Celia Brandt (COO) decides by Mon 24 May 2027; "
        "open again: it is 75 working days late, and 10 were accepted"
    )
    assert "a-celia of CLM-1" in story.notified()
    with pytest.raises(DecisionRefused, match="Ask Celia Brandt"):
        story.decide(risk, "hanna", "accept", until="2027-09-10")
    story.decide(risk, "celia", "finish", "claims come before the freeze", on="2027-06-25")
    story.plan("CLM-1", "dario", start="2027-05-31", due="2027-06-25")


def the_coo_decides_and_it_is_kept(story: Story, risk: str) -> None:
    story.on("2027-06-24")
    story.move_to("CLM-1", "dario", "Done")
    story.sync()

    assert story.state(risk) == "resolved"
    assert story.decisions(risk) == [
        "dario by jira: IT finishes CLM-1 by 28 May 2027",
        "hanna by cli: accepted until 11 Jun 2027: both carry the risk as it stands",
        "celia by cli: IT finishes CLM-1 by 25 Jun 2027",
    ]
    assert story.events(risk) == [
        "opened 12 Apr 2027",
        "decided 14 Apr 2027",
        "reopened 27 Apr 2027",
        "decided 27 Apr 2027",
        "reopened 14 May 2027",
        "decided 14 May 2027",
        "resolved 24 Jun 2027",
    ]
    assert story.is_record_whole()
