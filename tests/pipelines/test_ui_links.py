"""Addresses of Dagster pages: where a link about a conflict leads."""

from __future__ import annotations

import pytest

from model.conflicts import Status
from model.warehouse.ledger import read_conflicts
from pipelines.instance import Instance
from pipelines.ui_links import card_url

SITE = "https://dagster.example/plans/"


@pytest.mark.parametrize("status", list(Status))
def test_a_conflict_links_to_its_own_card_whatever_its_status(
    synced_instance: Instance, status: Status
) -> None:
    with synced_instance.engine.connect() as connection:
        conflicts = read_conflicts(connection).values()
    (late,) = (each for each in conflicts if each.finding.rule == "late_handover")

    url = card_url(SITE, late.model_copy(update={"status": status}))

    name = f"CDP-2_late_handover_{late.id}"
    assert url == f"https://dagster.example/plans/assets/conflict/{name}?view=events"


def test_a_conflict_of_an_earlier_version_has_its_id_for_a_name(
    synced_instance: Instance,
) -> None:
    with synced_instance.engine.connect() as connection:
        conflict = next(iter(read_conflicts(connection).values()))

    url = card_url(SITE, conflict.model_copy(update={"page": ""}))

    assert url.endswith(f"/assets/conflict/{conflict.id}?view=events")
