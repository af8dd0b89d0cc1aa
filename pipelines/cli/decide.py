"""`interlock decide`: record a verdict, with decision rights enforced."""

from __future__ import annotations

from model.conflicts import VERDICT_MEANING, Verdict
from pipelines.cli.conflicts import read, shown
from pipelines.cli.opening import opened
from pipelines.cli.output import as_json, now, said
from pipelines.steps.decide import record_decision


def decide(conflict: str, verdict: str, person: str, reason: str, *, json: bool) -> None:
    """Record a decision and say what follows; raises DecisionRefused."""
    chosen = Verdict(verdict)
    with opened() as instance:
        decided = record_decision(instance, conflict, chosen, person, reason, "cli", now())
        _, labels, posted = read(instance)
    if json:
        as_json(shown(decided, labels, posted.get(conflict, [])))
        return
    assert decided.decision is not None
    said(
        f"✓ {conflict} decided by {decided.decision.person_name}: {VERDICT_MEANING[chosen]}. "
        "Run `interlock comments` to tell everybody now"
    )
