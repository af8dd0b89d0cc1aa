"""Comment: compare a tool's comments with their desired state, and write only the difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import chain
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from connectors.base import Connector
from connectors.masking import mask_fields
from model.comment_content import (
    CommentChange,
    CommentContent,
    CommentState,
    PostedComment,
    RefusedChange,
    Target,
)
from model.comments import (
    CommentDiff,
    CommentKey,
    DesiredComment,
    DisplacedComment,
    RecordedComment,
    diff_with_lookups,
)
from model.conflicts import Conflict, Status
from model.findings import Label
from model.freshness import readings_text
from model.records import Ref
from model.warehouse.displaced_comments import replace_displaced_comments
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
from model.warehouse.replies import read_told
from model.wording import CommentAudience, build_content, build_withdrawal
from pipelines.instance import Instance
from pipelines.isolation import each_isolated, isolated
from pipelines.steps.comment_places import choose_places
from pipelines.steps.comment_replies import Answers, place_answers
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
    displaced: tuple[DisplacedComment, ...] = ()
    """About records that take no comments; nothing has failed."""
    newly_displaced: tuple[DisplacedComment, ...] = ()
    """Those of them that are new or have another reason or place than in the last run."""

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
        difference, displaced = _compute_difference(instance, connector, now)
        with instance.engine.begin() as connection:
            new = replace_displaced_comments(connection, name, displaced)
        _record_unchanged(instance.engine, difference, now)
        if dry_run:
            return CommentResult((), (), difference, displaced, new)
        written, refused = _apply_changes(instance.engine, connector, difference, now)
        return CommentResult(written, refused, difference, displaced, new)


def _compute_difference(
    instance: Instance, connector: Connector, now: datetime
) -> tuple[CommentDiff, tuple[DisplacedComment, ...]]:
    with instance.engine.connect() as connection:
        recorded = read_recorded_comments(connection, connector.name)
        desired, displaced = _desired_comments(instance, connection, connector, recorded)
        created_today = count_comments_created_since(
            connection, connector.name, start_of_day(instance, now)
        )

    def find_comments(targets: Sequence[Target]) -> list[PostedComment]:
        with isolated(connector.name, "looking for its comments"):
            return connector.find_comments(targets)

    ceilings = instance.deployment.comments.ceilings
    difference = diff_with_lookups(desired, recorded, ceilings, created_today, find_comments)
    return difference, displaced


def start_of_day(instance: Instance, now: datetime) -> datetime:
    """The last midnight before `now` in the model's time zone, from which daily ceilings count."""
    zone = ZoneInfo(instance.model.time_zone)
    return datetime.combine(instance.today(now), time(), tzinfo=zone)


def _desired_comments(
    instance: Instance,
    connection: Connection,
    connector: Connector,
    recorded: Mapping[CommentKey, RecordedComment],
) -> tuple[list[DesiredComment], tuple[DisplacedComment, ...]]:
    """All comments that the records of one connection should have, and those without a place."""
    name = connector.name
    conflicts = list(read_conflicts(connection).values())
    lookup = WarehouseLookup(connection)
    mentioned = mentioned_ids(conflict.finding for conflict in conflicts)
    labels = lookup.read_labels(mentioned | set(read_commented_records(connection, name)))
    targets = targets_of(labels, name)
    unable = {i for i, target in targets.items() if connector.comment_obstacle(target)}
    drivers = lookup.read_open_drivers(unable) if unable else {}
    targets |= targets_of(lookup.read_labels(chain.from_iterable(drivers.values())), name)
    commented = _commented_ids(targets, recorded)
    desired: list[DesiredComment] = []
    displaced: list[DisplacedComment] = []
    placed: list[tuple[Conflict, tuple[int, ...]]] = []
    for conflict in conflicts:
        with_comment = commented.get(conflict.id, [])
        places = choose_places(conflict, targets, drivers, with_comment, connector.comment_obstacle)
        if conflict.status is not Status.RESOLVED:
            displaced += places.displaced
        placed.append((conflict, places.record_ids))
    answers = place_answers(read_told(connection, name), placed, targets)
    for conflict, record_ids in placed:
        contents = _conflict_contents(
            instance, conflict, labels, name, record_ids, commented.get(conflict.id, []), answers
        )
        desired += [
            DesiredComment(
                targets[i],
                content,
                conflict.severity,
                conflict.changed_at,
                # A new comment notifies its readers, and nobody has looked at how things stand.
                waits_because=_age_reason(conflict),
            )
            for i, content in contents
        ]
    return desired, tuple(displaced)


def _commented_ids(
    targets: Mapping[int, Target], recorded: Mapping[CommentKey, RecordedComment]
) -> dict[str, list[int]]:
    """The ids of the records that carry a comment in force, by conflict id."""
    ids = {target.ref: i for i, target in targets.items()}
    commented: defaultdict[str, list[int]] = defaultdict(list)
    for (conflict_id, ref), record in recorded.items():
        # A comment that was marked as resolved is final: without that, every sync would have to
        # look at all comments ever written.
        if ref in ids and record.state is not CommentState.RESOLVED:
            commented[conflict_id].append(ids[ref])
    return commented


def _age_reason(conflict: Conflict) -> str:
    if not conflict.old_readings:
        return ""
    return f"its conflict rests on {readings_text(conflict.old_readings)}"


def _conflict_contents(
    instance: Instance,
    conflict: Conflict,
    labels: Mapping[int, Label],
    name: str,
    places: Sequence[int],
    commented: Sequence[int],
    answers: Answers,
) -> Iterable[tuple[int, CommentContent]]:
    """The comments about one conflict, by id of the record of this connection that carries them.

    A record among `places` gets the conflict, one that was `commented` on and is none of them a
    withdrawal. Once the conflict is resolved, only records with a comment are told so.
    """
    url = card_url(instance.deployment.ui_url, conflict)
    form = instance.tool(name).comment_form
    concerned = commented if conflict.status is Status.RESOLVED else places
    for i in concerned:
        audience = CommentAudience(name, url, i, form)
        told = answers.get((conflict.id, i), ())
        yield i, build_content(conflict, labels, instance.model, audience, told)
    for i in commented:
        if i not in concerned:
            yield i, build_withdrawal(conflict, CommentAudience(name, url, i, form))


def targets_of(labels: Mapping[int, Label], name: str) -> dict[int, Target]:
    """The records of one connection by id, as places of comments."""
    return {i: _target(label) for i, label in labels.items() if _belongs_to(label, name)}


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
) -> tuple[tuple[tuple[CommentChange, PostedComment], ...], tuple[RefusedChange, ...]]:
    """What was written, and what the tool refused."""
    written: list[tuple[CommentChange, PostedComment]] = []
    refused: list[RefusedChange] = []
    by_key = {(each.content.conflict_id, each.target.ref): each for each in difference.changes}
    name, activity = connector.name, "writing its comments"
    with isolated(name, activity):
        outcomes = connector.apply(difference.changes)
    for outcome in each_isolated(name, activity, outcomes):
        if isinstance(outcome, RefusedChange):
            refused.append(mask_fields(name, outcome, "reason", "remedy"))
            continue
        change = by_key[outcome.conflict_id, outcome.target]
        # Each in a transaction of its own: what is in the tool is recorded, whatever comes next.
        with engine.begin() as connection:
            write_posted_comment(
                connection, outcome, change.content.digest, change.content.state, now
            )
        written.append((change, outcome))
    return tuple(written), tuple(refused)
