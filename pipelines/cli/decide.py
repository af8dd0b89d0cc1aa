"""`interlock decide`: record a verdict; the operating model says who may decide."""

from __future__ import annotations

from pipelines.cli.conflicts import conflict_to_json, read_listed_conflicts
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_json, print_line
from pipelines.steps.decide import record_decision


def decide(conflict: str, verdict: str, person: str, reason: str, *, json: bool) -> None:
    """Record a decision and print what follows from it; raises DecisionRefused."""
    with open_home_instance() as instance:
        decided = record_decision(instance, conflict, verdict, person, reason, "cli", now())
        _, labels, posted = read_listed_conflicts(instance)
    if json:
        print_json(conflict_to_json(decided, labels, posted.get(conflict, [])))
        return
    assert decided.decision is not None
    print_line(
        f"✓ {conflict} decided by {decided.decision.person_name}: {decided.decision.meaning}. "
        "Run `interlock comments` to write it into the tools now"
    )
