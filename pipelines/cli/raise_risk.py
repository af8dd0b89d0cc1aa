"""`interlock raise`: open a conflict by hand, or withdraw one's own."""

from __future__ import annotations

from datetime import date

from model.operating_model.identity import identity_of_text
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_line
from pipelines.steps.raise_risk import raise_at_command, withdraw_at_command


def raise_risk(record: str, needs: str, by: date, because: str, person: str) -> None:
    """Raise a risk and print its conflict's id; raises RiskRefused."""
    who = identity_of_text(person)
    with open_home_instance() as instance:
        conflict_id = raise_at_command(instance, record, needs, by, because, who, now())
    print_line(f"✓ {conflict_id} raised: the next sync opens it and writes its comments")


def withdraw_risk(record: str, needs: str, person: str) -> None:
    """Withdraw a risk that this person has raised; raises RiskRefused."""
    with open_home_instance() as instance:
        conflict_id = withdraw_at_command(instance, record, needs, identity_of_text(person), now())
    print_line(f"✓ {conflict_id} withdrawn: the next sync resolves it")
