"""Addresses of Dagster pages, from the configured base address."""

from __future__ import annotations

from urllib.parse import quote

from model.conflicts import Conflict

CODE_LOCATION = "interlock"


def card_path(conflict: Conflict) -> str:
    """The card of a conflict on Dagster's own site: its partition of the asset `conflict`."""
    return f"/assets/conflict?view=partitions&partition={quote(partition_key(conflict))}"


def card_url(ui_url: str, conflict: Conflict) -> str:
    """The card of a conflict, for readers in other tools."""
    return ui_url.rstrip("/") + card_path(conflict)


def partition_key(conflict: Conflict) -> str:
    """Short, and sorting worst first: `1-C-1a2b3c4d5e`, 1 being critical."""
    return f"{4 - conflict.severity}-{conflict.id}"
