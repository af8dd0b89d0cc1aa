"""Publishing the pages: cards and inboxes, each with a new event only where it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import dagster as dg
from sqlalchemy import Connection

from model.conflicts import Conflict, Status
from model.warehouse.held_findings import read_held_findings
from model.warehouse.ledger import (
    read_conflicts,
    read_decisions,
    read_events,
    read_posted_comments,
)
from model.warehouse.lookup import WarehouseLookup
from pipelines.cards.card import Life, card_page
from pipelines.cards.changes import changes_between
from pipelines.cards.connections import connection_lines
from pipelines.cards.history import escalated_from
from pipelines.cards.inbox import InboxContents, inbox_counts, inbox_page, reader_page
from pipelines.cards.page import Page, PageContext
from pipelines.cards.sections import InboxConflict
from pipelines.freshness import read_freshness, with_ages
from pipelines.instance import Instance
from pipelines.pages import INBOX_PAGE, reader_pages
from pipelines.steps.detect import mentioned_ids
from pipelines.ui_links import CARDS, own_site

LogEvent = Callable[[dg.AssetMaterialization], None]

_TAG = "interlock/"
_DIGEST = f"{_TAG}digest"
_SETTLED = timedelta(days=2)
"""How long after its end a resolved conflict's card may still change, by comments for example."""


def publish_pages(
    instance: Instance,
    dagster_instance: dg.DagsterInstance,
    log_event: LogEvent,
    now: datetime,
    *,
    every: bool = False,
) -> dict[str, int]:
    """Bring all cards and inboxes up to date; the counts of the inbox.

    A card is an asset of its own, named for its conflict, so a link to it leads to that conflict
    or nowhere. Cards of conflicts that were resolved some days ago are left alone, unless `every`.
    """
    with instance.engine.connect() as connection:
        conflicts = _read_conflicts(instance, connection, now, every=every)
        context = _read_context(instance, connection, conflicts, now)
        posted = read_posted_comments(connection)
        open_conflicts: list[InboxConflict] = []
        for conflict in conflicts:
            events = read_events(connection, conflict.id)
            life = Life(
                events, read_decisions(connection, conflict.id), posted.get(conflict.id, [])
            )
            _publish_card(conflict, life, context, dagster_instance, log_event)
            if conflict.status is Status.OPEN:
                sender = _sender(conflict, life, context)
                open_conflicts.append(InboxConflict(conflict, sender))
        contents = InboxContents(
            open_conflicts,
            [each for each in conflicts if each.decision is not None],
            read_held_findings(connection),
            list(connection_lines(instance, dagster_instance, connection)),
        )
    for reader in reader_pages(instance.model):
        page = reader_page(reader, contents, context)
        _publish(dg.AssetKey(reader.path), page, dagster_instance, log_event)
    inbox = inbox_page(contents, context)
    # Always, for Dagster plots its counts per run.
    log_event(dg.AssetMaterialization(dg.AssetKey(INBOX_PAGE), inbox.text, inbox.entries))
    return inbox_counts(contents, context)


def _read_conflicts(
    instance: Instance, connection: Connection, now: datetime, *, every: bool
) -> list[Conflict]:
    """The conflicts whose cards may have changed, with the ages that their data have now."""
    freshness = read_freshness(instance, connection, now)
    return [
        each
        for each in with_ages(read_conflicts(connection).values(), freshness)
        if every or each.resolved_at is None or now - each.resolved_at < _SETTLED
    ]


def _read_context(
    instance: Instance, connection: Connection, conflicts: Iterable[Conflict], now: datetime
) -> PageContext:
    lookup = WarehouseLookup(connection)
    record_ids = mentioned_ids(conflict.finding for conflict in conflicts)
    return PageContext(
        own_site(instance.deployment.ui_url),
        instance.model,
        instance.rules,
        instance.today(now),
        lookup.read_labels(record_ids),
        lookup.read_dates(record_ids),
    )


def _sender(conflict: Conflict, life: Life, context: PageContext) -> str | None:
    """The name of the person from whom an escalated conflict came to the one who decides now."""
    authority = conflict.escalation.authority
    if authority is None or conflict.escalation.level <= 1:
        return None
    person = escalated_from(life.events, authority.person)
    return context.person_name(person) if person else None


def _publish_card(
    conflict: Conflict,
    life: Life,
    context: PageContext,
    dagster_instance: dg.DagsterInstance,
    log_event: LogEvent,
) -> None:
    def describe_change(before: Mapping[str, str], at: datetime) -> str:
        changes = list(changes_between(before, conflict, context))
        what = "; ".join(changes) or "titles, dates or comments of its records"
        return f"Since {context.format_instant(at)}: {what}."

    page = card_page(conflict, life, context)
    key = dg.AssetKey((CARDS, conflict.page_name))
    _publish(key, page, dagster_instance, log_event, describe_change)


def _publish(
    key: dg.AssetKey,
    page: Page,
    dagster_instance: dg.DagsterInstance,
    log_event: LogEvent,
    describe_change: Callable[[Mapping[str, str], datetime], str] | None = None,
) -> None:
    """Log an event for a page if it differs from its last one."""
    # An unchanged page gets no new event: its history in Dagster then shows only real changes.
    records = dagster_instance.fetch_materializations(key, limit=1).records
    last = records[0].asset_materialization if records else None
    before = dict(last.tags or {}) if last else {}
    if before.get(_DIGEST) == page.digest:
        return
    entries = dict(page.entries)
    if last and describe_change:
        facts = {name.removeprefix(_TAG): value for name, value in before.items()}
        at = datetime.fromtimestamp(records[0].timestamp).astimezone()
        entries = {"changed": describe_change(facts, at), **entries}
    tags = {f"{_TAG}{name}": value for name, value in page.facts.items()} | {_DIGEST: page.digest}
    log_event(dg.AssetMaterialization(key, page.text, entries, tags=tags))
