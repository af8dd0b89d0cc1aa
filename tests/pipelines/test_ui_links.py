"""Addresses of Dagster pages: where a link about a conflict leads."""

from __future__ import annotations

import pytest

from model.conflicts import Status
from model.warehouse.ledger import read_conflicts
from pipelines.instance import Instance
from pipelines.ui_links import card_url

SITE = "https://dagster.example/plans/"


def test_an_open_conflict_links_to_its_card(synced_instance: Instance) -> None:
    with synced_instance.engine.connect() as connection:
        conflict = next(iter(read_conflicts(connection).values()))

    url = card_url(SITE, conflict)

    assert url == (
        f"https://dagster.example/plans/assets/conflict?view=partitions&partition={conflict.id}"
    )


@pytest.mark.parametrize("status", [Status.DECIDED, Status.RESOLVED])
def test_a_closed_conflict_links_to_the_inbox(synced_instance: Instance, status: Status) -> None:
    with synced_instance.engine.connect() as connection:
        conflict = next(iter(read_conflicts(connection).values()))

    url = card_url(SITE, conflict.model_copy(update={"status": status}))

    assert url == "https://dagster.example/plans/assets/inbox"
