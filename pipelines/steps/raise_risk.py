"""Raise a risk by hand."""

from __future__ import annotations

from model.conflicts import Conflict
from model.replies import Command
from model.replies.outcomes import Outcome, OutcomeKind
from pipelines.steps.asked import Asked


def raise_by_reply(_asked: Asked, _command: Command) -> Outcome:
    return Outcome(OutcomeKind.REFUSED, None, "risks cannot be raised yet.")


def withdraw_by_reply(_asked: Asked, conflict: Conflict) -> Outcome:
    return Outcome(OutcomeKind.REFUSED, conflict.id, "risks cannot be raised yet.")
