"""Comment: compare a tool's comments with their desired state, and write only the difference."""

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
    count_comments_created_since,
    read_commented_records,
    read_conflicts,
    read_posted_comments,
    read_recorded_comments,
    write_posted_comment,
)
from model.warehouse.locks import exclusive_lock
from model.warehouse.lookup import WarehouseLookup
from model.wording import CommentAudience, build_content, build_withdrawal
from pipelines.instance import Instance
from pipelines.steps.detect import mentioned_ids
from pipelines.ui_links import card_url


@dataclass(frozen=True, slots=True)
class CommentResult:
    """The changes written and refused in one connection, and the whole difference.

    After a dry run nothing is written; the difference says what would be.
    """

    written: tuple[tuple[CommentChange, PostedComment], ...]
    refused: tuple[RefusedChange, ...]
    difference: CommentDiff

    @property
    def unchanged(self) -> int:
        """The number of comments that were up to date already."""
        return len(self.difference.unchanged)


def comment(instance: Instance, name: str, now: datetime, *, dry_run: bool) -> CommentResult:
    """Bring the comments of one connection to their desired state; raises ConnectionFailed."""
    with (
        exclusive_lock(instance.engine, f"comments of {name}"),
        instance.connector(name) as connector,
    ):
        difference = _compute_difference(instance, connector, now)
        _record_unchanged(instance.engine, difference, now)
        if dry_run:
            return CommentResult((), (), difference)
        return _apply_changes(instance.engine, connector, difference, now)


def _compute_difference(instance: Instance, connector: Connector, now: datetime) -> CommentDiff:
    with instance.engine.connect() as connection:
        recorded = read_recorded_comments(connection, connector.name)
        desired = _desired_comments(instance, connection, connector.name, recorded)
        created_today = count_comments_created_since(
            connection, connector.name, start_of_day(instance, now)
        )
    # Several conflicts may concern one record, which is read only once.
    targets = list(dict.fromkeys(each.target for each in desired))
    present = connector.find_comments(targets)
    ceilings = instance.deployment.comments.ceilings
    return diff_comments(desired, present, recorded, ceilings, created_today)


def start_of_day(instance: Instance, now: datetime) -> datetime:
    """The last midnight before `now` in the model's time zone, from which daily ceilings count."""
    zone = ZoneInfo(instance.model.time_zone)
    return datetime.combine(instance.today(now), time(), tzinfo=zone)


def _desired_comments(
    instance: Instance,
    connection: Connection,
    name: str,
    recorded: Mapping[CommentKey, RecordedComment],
) -> list[DesiredComment]:
    """All comments that the records of one connection should have."""
    conflicts = list(read_conflicts(connection).values())
    lookup = WarehouseLookup(connection)
    record_ids = mentioned_ids(conflict.finding for conflict in conflicts)
    labels = lookup.read_labels(record_ids | set(read_commented_records(connection, name)))
    return [
        DesiredComment(_target(labels[record_id]), content, conflict.severity, conflict.changed_at)
        for conflict in conflicts
        for record_id, content in _conflict_contents(instance, conflict, labels, name, recorded)
    ]


def _conflict_contents(
    instance: Instance,
    conflict: Conflict,
    labels: Mapping[int, Label],
    name: str,
    recorded: Mapping[CommentKey, RecordedComment],
) -> Iterable[tuple[int, CommentContent]]:
    """The comments about one conflict, by id of the record of this connection that carries them.

    A record that the conflict concerns gets the conflict, one that it no longer concerns gets a
    withdrawal. Once the conflict is resolved, only records with a comment are told so.
    """
    refs = {i: Ref.parse(label.ref) for i, label in labels.items() if _belongs_to(label, name)}
    # A comment that was marked as resolved is final: without that, every sync would have to look
    # at all comments ever written.
    commented = [
        i
        for i, ref in refs.items()
        if (conflict.id, ref) in recorded
        and recorded[conflict.id, ref].state is not CommentState.RESOLVED
    ]
    concerned = [i for i in conflict.finding.comment_on if i in refs]
    audience = CommentAudience(name, card_url(instance.deployment.ui_url, conflict))
    content = build_content(conflict, labels, instance.model, audience)
    if conflict.status is Status.RESOLVED:
        yield from ((i, content) for i in commented)
        return
    yield from ((i, content) for i in concerned)
    yield from ((i, build_withdrawal(conflict, audience)) for i in commented if i not in concerned)


def _belongs_to(label: Label, name: str) -> bool:
    return label.ref.startswith(f"{name}:")


def _target(label: Label) -> Target:
    return Target(Ref.parse(label.ref), label.key, label.url)


def _record_unchanged(engine: Engine, difference: CommentDiff, now: datetime) -> None:
    """Record comments that a run wrote but was killed before it could record them."""
    with engine.begin() as connection:
        known_digests = {
            (comment.conflict_id, comment.target): comment.digest
            for comments in read_posted_comments(connection).values()
            for comment in comments
        }
        for content, posted in difference.unchanged:
            if known_digests.get((posted.conflict_id, posted.target)) != content.digest:
                write_posted_comment(connection, posted, content.digest, content.state, now)


def _apply_changes(
    engine: Engine, connector: Connector, difference: CommentDiff, now: datetime
) -> CommentResult:
    written: list[tuple[CommentChange, PostedComment]] = []
    refused: list[RefusedChange] = []
    by_key = {(each.content.conflict_id, each.target.ref): each for each in difference.changes}
    for outcome in connector.apply(difference.changes):
        if isinstance(outcome, RefusedChange):
            refused.append(outcome)
            continue
        change = by_key[outcome.conflict_id, outcome.target]
        # Each in a transaction of its own: what is in the tool is recorded, whatever comes next.
        with engine.begin() as connection:
            write_posted_comment(
                connection, outcome, change.content.digest, change.content.state, now
            )
        written.append((change, outcome))
    return CommentResult(tuple(written), tuple(refused), difference)
