"""Publishing the cards: one dynamic partition per open conflict, a new event only on a change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import Any

import dagster as dg

from model.conflicts import Status
from model.warehouse.ledger import read_conflicts, read_posted_comments
from model.warehouse.lookup import WarehouseLookup
from pipelines.assets.keys import CARD
from pipelines.cards.card import CardContext, card_metadata, closing_metadata
from pipelines.instance import Instance
from pipelines.steps.detect import mentioned_ids
from pipelines.ui_links import own_site

PARTITIONS = "conflicts"
CARDS = dg.DynamicPartitionsDefinition(name=PARTITIONS)
_DIGEST = "interlock/digest"


def publish_cards(
    instance: Instance,
    dagster_instance: dg.DagsterInstance,
    log_event: Callable[[dg.AssetMaterialization], None],
) -> None:
    """Make the partitions of `conflict` the open conflicts, and bring their cards up to date.

    A partition is named by its conflict's id, which never changes, so a link to a card works
    while the conflict is open. The last event of a closed conflict says why it is closed.
    """
    cards = _build_cards(instance)
    listed = list(dagster_instance.get_dynamic_partitions(PARTITIONS))
    for key, metadata in _build_closing_cards(instance, listed, cards).items():
        log_event(dg.AssetMaterialization(CARD, partition=key, metadata=metadata))
    _list_partitions(dagster_instance, listed, list(cards))
    for key, metadata in cards.items():
        # An unchanged card gets no new event: its history in Dagster then shows only real changes.
        digest = hashlib.sha256(repr(metadata).encode()).hexdigest()[:16]
        if _read_last_digest(dagster_instance, key) != digest:
            log_event(
                dg.AssetMaterialization(
                    CARD, partition=key, metadata=metadata, tags={_DIGEST: digest}
                )
            )


def _build_cards(instance: Instance) -> dict[str, dict[str, Any]]:
    """The cards of all open conflicts by conflict id, worst first."""
    with instance.engine.connect() as connection:
        conflicts = read_conflicts(connection, Status.OPEN).values()
        lookup = WarehouseLookup(connection)
        record_ids = mentioned_ids(conflict.finding for conflict in conflicts)
        labels, dates = lookup.read_labels(record_ids), lookup.read_dates(record_ids)
        posted = read_posted_comments(connection)
    function_names = instance.model.function_names
    context = CardContext(
        labels, dates, function_names, instance.rules, own_site(instance.deployment.ui_url)
    )
    return {
        conflict.id: card_metadata(conflict, context, posted.get(conflict.id, []))
        for conflict in conflicts
    }


def _build_closing_cards(
    instance: Instance, listed: Sequence[str], cards: Mapping[str, object]
) -> dict[str, dict[str, Any]]:
    """The last card of each conflict that is still listed but no longer open."""
    closed_ids = [key for key in listed if key not in cards]
    if not closed_ids:
        return {}
    with instance.engine.connect() as connection:
        closed = read_conflicts(connection, Status.DECIDED, Status.RESOLVED)
    return {key: closing_metadata(closed[key]) for key in closed_ids if key in closed}


def _list_partitions(
    dagster_instance: dg.DagsterInstance, listed: Sequence[str], wanted: Sequence[str]
) -> None:
    """Make the list of partitions equal `wanted`, in this order."""
    # Dagster lists partitions in the order in which they were added and cannot reorder them, so
    # everything behind the first difference is removed and added again.
    pairs = zip(listed, wanted, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    for key in listed[same:]:
        dagster_instance.delete_dynamic_partition(PARTITIONS, key)
    dagster_instance.add_dynamic_partitions(PARTITIONS, list(wanted[same:]))


def _read_last_digest(dagster_instance: dg.DagsterInstance, key: str) -> str | None:
    """The digest of the card as last published; None for a new one."""
    events = dagster_instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=CARD, asset_partitions=[key]), limit=1
    ).records
    last = events[0].asset_materialization if events else None
    return (last.tags or {}).get(_DIGEST) if last else None
