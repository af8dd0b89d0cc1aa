"""`interlock decide`: record a verdict, with decision rights enforced."""

from __future__ import annotations

from typing import Annotated

import typer

from model.conflicts import VERDICT_MEANING, Verdict
from pipelines.cli.conflicts import read, shown
from pipelines.cli.output import Json, as_json, now, opened, said
from pipelines.steps.decide import record_decision

Conflict = Annotated[str, typer.Argument(help="The conflict's id, like C-1a2b3c4d5e.")]
Chosen = Annotated[Verdict, typer.Option("--verdict", help="What is decided.")]
Person = Annotated[
    str, typer.Option("--as", help="Who decides: a person's id or e-mail in the operating model.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, for everybody whom it concerns.")]


def decide(
    conflict: Conflict, verdict: Chosen, person: Person, reason: Reason, json: Json = False
) -> None:
    """Record a decision, if that person has the right to it; otherwise say who may.

    hold: the function that is late makes the date. move: the function that waits plans later.
    accept: both carry the risk as it stands. dismiss: it is not a conflict.

    The comments follow with the next sync, or with `interlock comments`. Exit code 1 when the
    decision does not count.
    """
    with opened() as instance:
        decided = record_decision(instance, conflict, verdict, person, reason, "cli", now())
        _, labels, posted = read(instance)
    if json:
        as_json(shown(decided, labels, posted.get(conflict, [])))
        return
    assert decided.decision is not None
    said(
        f"✓ {conflict} decided by {decided.decision.person_name}: {VERDICT_MEANING[verdict]}. "
        "Run `interlock comments` to tell everybody now"
    )
