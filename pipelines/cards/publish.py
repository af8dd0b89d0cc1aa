"""Keeping the cards: one dynamic partition an open conflict, a new event only when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import dagster as dg

from model.conflicts import Status
from model.warehouse.ledger import read_conflicts, read_posted
from model.warehouse.lookup import WarehouseLookup
from pipelines.cards.card import card_metadata
from pipelines.instance import Instance
from pipelines.steps.detect import named_in
from pipelines.ui_links import partition_key

CARD = dg.AssetKey("conflict")
CARDS = dg.DynamicPartitionsDefinition(name="conflicts")
_DIGEST = "digest"


def publish_cards(
    instance: Instance,
    dagster_instance: dg.DagsterInstance,
    log_event: Callable[[dg.AssetMaterialization], None],
) -> None:
    """Make the partitions of `conflict` the open conflicts, and bring their cards up to date."""
    cards = _cards(instance)
    shown = set(dagster_instance.get_dynamic_partitions(str(CARDS.name)))
    for stale in shown - cards.keys():
        dagster_instance.delete_dynamic_partition(str(CARDS.name), stale)
    dagster_instance.add_dynamic_partitions(str(CARDS.name), sorted(cards.keys() - shown))
    for key, metadata in sorted(cards.items()):
        digest = hashlib.sha256(repr(metadata).encode()).hexdigest()[:16]
        if _last_digest(dagster_instance, key) != digest:
            log_event(
                dg.AssetMaterialization(CARD, partition=key, metadata={**metadata, _DIGEST: digest})
            )


def _cards(instance: Instance) -> dict[str, dict[str, Any]]:
    with instance.engine.connect() as connection:
        conflicts = read_conflicts(connection, Status.OPEN).values()
        lookup = WarehouseLookup(connection)
        named = named_in(one.finding for one in conflicts)
        labels, dates = lookup.labels(named), lookup.dates(named)
        posted = read_posted(connection)
    names = {function.id: function.name for function in instance.model.functions}
    return {
        partition_key(one): card_metadata(one, labels, dates, names, posted.get(one.id, []))
        for one in conflicts
    }


def _last_digest(dagster_instance: dg.DagsterInstance, key: str) -> str | None:
    """What the last event of a card said; None for a new one."""
    events = dagster_instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=CARD, asset_partitions=[key]), limit=1
    ).records
    if not events or events[0].asset_materialization is None:
        return None
    found = events[0].asset_materialization.metadata.get(_DIGEST)
    return str(found.value) if found else None
