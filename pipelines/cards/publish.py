"""Keeping the cards: one dynamic partition an open conflict, a new event only when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import Any

import dagster as dg

from model.conflicts import Status
from model.warehouse.ledger import read_conflicts, read_posted
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

    A partition is named by its conflict's id, which no change of severity touches, so a link to
    a card holds while the conflict is open. Of one that is no more, the last event says why.
    """
    cards = _cards(instance)
    shown = list(dagster_instance.get_dynamic_partitions(PARTITIONS))
    for key, metadata in _farewells(instance, shown, cards).items():
        log_event(dg.AssetMaterialization(CARD, partition=key, metadata=metadata))
    _list(dagster_instance, shown, list(cards))
    for key, metadata in cards.items():
        digest = hashlib.sha256(repr(metadata).encode()).hexdigest()[:16]
        if _last_digest(dagster_instance, key) != digest:
            log_event(
                dg.AssetMaterialization(
                    CARD, partition=key, metadata=metadata, tags={_DIGEST: digest}
                )
            )


def _cards(instance: Instance) -> dict[str, dict[str, Any]]:
    """The cards by conflict, worst first."""
    with instance.engine.connect() as connection:
        conflicts = read_conflicts(connection, Status.OPEN).values()
        lookup = WarehouseLookup(connection)
        named = mentioned_ids(one.finding for one in conflicts)
        labels, dates = lookup.labels(named), lookup.dates(named)
        posted = read_posted(connection)
    functions = {function.id: function.name for function in instance.model.functions}
    known = CardContext(labels, dates, functions, own_site(instance.deployment.ui_url))
    return {one.id: card_metadata(one, known, posted.get(one.id, [])) for one in conflicts}


def _farewells(
    instance: Instance, shown: Sequence[str], cards: Mapping[str, object]
) -> dict[str, dict[str, Any]]:
    gone = [key for key in shown if key not in cards]
    if not gone:
        return {}
    with instance.engine.connect() as connection:
        closed = read_conflicts(connection, Status.DECIDED, Status.RESOLVED)
    return {key: closing_metadata(closed[key]) for key in gone if key in closed}


def _list(
    dagster_instance: dg.DagsterInstance, shown: Sequence[str], wanted: Sequence[str]
) -> None:
    """Dagster lists partitions in the order of their making: those out of it are made anew."""
    pairs = zip(shown, wanted, strict=False)
    kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    for key in shown[kept:]:
        dagster_instance.delete_dynamic_partition(PARTITIONS, key)
    dagster_instance.add_dynamic_partitions(PARTITIONS, list(wanted[kept:]))


def _last_digest(dagster_instance: dg.DagsterInstance, key: str) -> str | None:
    """What the last event of a card said; None for a new one."""
    events = dagster_instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=CARD, asset_partitions=[key]), limit=1
    ).records
    last = events[0].asset_materialization if events else None
    return (last.tags or {}).get(_DIGEST) if last else None
