"""Comment: what each tool should say now, against what it says; only the difference is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from connectors.base import Connector
from model.comment_content import (
    CommentChange,
    CommentContent,
    CommentState,
    PostedComment,
    RefusedChange,
    Target,
)
from model.comments import CommentDiff, CommentKey, DesiredComment, RecordedComment, diff_comments
from model.conflicts import Conflict, Status
from model.findings import Label
from model.records import Ref
from model.warehouse.ledger import (
    commented_records,
    created_since,
    read_conflicts,
    read_posted,
    read_written,
    write_posted,
)
from model.warehouse.locks import exclusive_lock
from model.warehouse.lookup import WarehouseLookup
from model.wording import CommentAudience, build_content, build_withdrawal
from pipelines.instance import Instance
from pipelines.steps.detect import mentioned_ids
from pipelines.ui_links import card_url


@dataclass(frozen=True, slots=True)
class CommentResult:
    """How one connection's comments stand after the step; in a dry run nothing was written.

    `unchanged` comments said what they should already.
    """

    written: tuple[tuple[CommentChange, PostedComment], ...]
    refused: tuple[RefusedChange, ...]
    difference: CommentDiff

    @property
    def unchanged(self) -> int:
        return len(self.difference.unchanged)


def comment(instance: Instance, name: str, now: datetime, *, dry_run: bool) -> CommentResult:
    """Bring one connection's comments to what they should say; raises ConnectionFailed."""
    with (
        exclusive_lock(instance.engine, f"comments of {name}"),
        instance.connector(name) as connector,
    ):
        change = _difference(instance, connector, now)
        _remember(instance.engine, change, now)
        if dry_run:
            return CommentResult((), (), change)
        return _apply(instance.engine, connector, change, now)


def _difference(instance: Instance, connector: Connector, now: datetime) -> CommentDiff:
    with instance.engine.connect() as connection:
        written = read_written(connection, connector.name)
        wanted = _wanted(instance, connection, connector.name, written)
        created = created_since(connection, connector.name, _midnight(instance, now))
    found = connector.find_comments(list(dict.fromkeys(want.target for want in wanted)))
    ceilings = instance.deployment.comments.ceilings
    return diff_comments(wanted, found, written, ceilings, created)


def _wanted(
    instance: Instance,
    connection: Connection,
    name: str,
    written: Mapping[CommentKey, RecordedComment],
) -> list[DesiredComment]:
    """What every record of this connection should say about every conflict."""
    conflicts = list(read_conflicts(connection).values())
    lookup = WarehouseLookup(connection)
    ids = mentioned_ids(c.finding for c in conflicts) | set(commented_records(connection, name))
    labels = lookup.labels(ids)
    return [
        DesiredComment(_target(labels[record_id]), said, conflict.severity, conflict.changed_at)
        for conflict in conflicts
        for record_id, said in _remarks(instance, conflict, labels, name, written)
    ]


def _remarks(
    instance: Instance,
    conflict: Conflict,
    labels: Mapping[int, Label],
    name: str,
    written: Mapping[CommentKey, RecordedComment],
) -> Iterable[tuple[int, CommentContent]]:
    """One for each record that the conflict concerns, or concerned when it was commented on.

    A resolved conflict says so where it was commented on, and nowhere else. What was once marked
    as resolved is left alone: without an end, each sync would look at all comments ever made.
    """
    here = {i: Ref.parse(label.ref) for i, label in labels.items() if _is_of(label, name)}
    told = {
        i: written[conflict.id, ref] for i, ref in here.items() if (conflict.id, ref) in written
    }
    before = [i for i, comment_ in told.items() if comment_.state is not CommentState.RESOLVED]
    concerned = [i for i in conflict.finding.comment_on if i in here]
    audience = CommentAudience(name, card_url(instance.deployment.ui_url, conflict))
    said = build_content(conflict, labels, instance.model, audience)
    if conflict.status is Status.RESOLVED:
        yield from ((i, said) for i in before)
        return
    yield from ((i, said) for i in concerned)
    yield from ((i, build_withdrawal(conflict, audience)) for i in before if i not in concerned)


def _is_of(label: Label, name: str) -> bool:
    return label.ref.startswith(f"{name}:")


def _target(label: Label) -> Target:
    return Target(Ref.parse(label.ref), label.key, label.url)


def _midnight(instance: Instance, now: datetime) -> datetime:
    zone = ZoneInfo(instance.model.time_zone)
    return datetime.combine(instance.today(now), time(), tzinfo=zone)


def _remember(engine: Engine, change: CommentDiff, now: datetime) -> None:
    """Note comments as a run left them that was killed before it could note them."""
    with engine.begin() as connection:
        known = {
            (p.conflict_id, p.target): p.digest
            for all_ in read_posted(connection).values()
            for p in all_
        }
        for said, posted in change.unchanged:
            if known.get((posted.conflict_id, posted.target)) != said.digest:
                write_posted(connection, posted, said.digest, said.state, now)


def _apply(
    engine: Engine, connector: Connector, change: CommentDiff, now: datetime
) -> CommentResult:
    written: list[tuple[CommentChange, PostedComment]] = []
    refused: list[RefusedChange] = []
    by_place = {(c.content.conflict_id, c.target.ref): c for c in change.changes}
    for outcome in connector.apply(change.changes):
        if isinstance(outcome, RefusedChange):
            refused.append(outcome)
            continue
        done = by_place[outcome.conflict_id, outcome.target]
        with engine.begin() as connection:
            write_posted(connection, outcome, done.content.digest, done.content.state, now)
        written.append((done, outcome))
    return CommentResult(tuple(written), tuple(refused), change)
