"""`interlock decide`: record a verdict, with decision rights enforced."""

from __future__ import annotations

from typing import Annotated

import typer

from model.conflicts import VERDICT_MEANING, Verdict
from pipelines.cli.output import now, opened, said
from pipelines.steps.decide import record_decision

Conflict = Annotated[str, typer.Argument(help="The conflict's id, like C-1a2b3c4d5e.")]
Chosen = Annotated[Verdict, typer.Option("--verdict", help="What is decided.")]
Person = Annotated[
    str, typer.Option("--as", help="Who decides: a person's id or e-mail in the operating model.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, for everybody whom it concerns.")]


def decide(conflict: Conflict, verdict: Chosen, person: Person, reason: Reason) -> None:
    """Record a decision, if that person has the right to it; otherwise say who may.

    The comments follow with the next sync, or with `interlock comments`.
    """
    with opened() as instance:
        decided = record_decision(instance, conflict, verdict, person, reason, "cli", now())
    assert decided.decision is not None
    said(
        f"✓ {conflict} decided by {decided.decision.person_name}: {VERDICT_MEANING[verdict]}. "
        "Run `interlock comments` to tell everybody now"
    )
