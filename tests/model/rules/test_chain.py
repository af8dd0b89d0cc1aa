"""The chain of a finding stays readable however long the plan's own is."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from model.findings import Finding, Severity
from model.records import State
from model.rules.drafts import FindingDraft, complete_drafts
from tests.model.rules.plans import Row, build_context, keys, run_rule

OVERDUE = Row("IT-0", state=State.IN_PROGRESS, finish=date(2026, 2, 27))
WAITS = Row("MKT-1", "marketing", start=date(2026, 3, 5), finish=date(2026, 3, 6))


def chain_of(hops: int) -> list[str]:
    rows = [OVERDUE, *(Row(f"IT-{n}", days=1) for n in range(1, hops)), WAITS]
    links = [(before.key, after.key) for before, after in pairwise(rows)]
    context = build_context(*rows, links=links)
    (finding,) = run_rule("late_handover", context)
    return keys(context, [step.record_id for step in finding.chain])


def test_a_short_chain_is_shown_whole():
    assert chain_of(6) == ["IT-0", "IT-1", "IT-2", "IT-3", "IT-4", "IT-5", "MKT-1"]


def test_a_very_long_chain_is_shown_by_its_source_and_its_last_steps():
    steps = chain_of(60)
    assert len(steps) == 13
    assert steps[:2] == ["IT-0", "IT-49"]
    assert steps[-2:] == ["IT-59", "MKT-1"]


def test_a_draft_without_a_chain_becomes_a_finding_without_a_chain() -> None:
    context = build_context(OVERDUE, WAITS)
    bare = Finding("any_rule", ("D-1",), Severity.LOW, ("it",), (), ())

    (finding,) = complete_drafts(context, [FindingDraft(bare)])

    assert finding.chain == ()
    assert finding.about == ("D-1",)
