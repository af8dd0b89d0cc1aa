"""Replies: read what people wrote to Interlock, and follow each command once, in order of writing.

What was read is stored before anything follows from it, and what follows is stored together with
its outcome: a sync that is killed goes on where it stopped, and no reply decides twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.base import ConnectionFailed, Connector
from model.comment_content import Target
from model.replies.outcomes import OutcomeKind, RecordedOutcome, StoredReply
from model.replies.reply import Reply
from model.replies.text import command_texts
from model.warehouse.ledger import read_answerable_records
from model.warehouse.locks import exclusive_lock
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.replies import read_pending, read_reply_cursor, write_replies
from pipelines.instance import Instance
from pipelines.isolation import each_isolated, isolated
from pipelines.steps.comment import targets_of
from pipelines.steps.detect import DetectResult, detect
from pipelines.steps.follow import follow_reply
from pipelines.steps.link import MODEL_STEP

_ANSWERABLE = timedelta(days=30)
"""For how long after a conflict was resolved its comments are looked at for replies."""


@dataclass(frozen=True, slots=True)
class RepliesResult:
    """How many new replies each connection had, what came of them, and what could not be read.

    `detected` is set where a risk was raised or withdrawn, so that the rules ran again.
    """

    read: Mapping[str, int] = field(default_factory=dict)
    outcomes: tuple[RecordedOutcome, ...] = ()
    failures: Mapping[str, ConnectionFailed] = field(default_factory=dict)
    detected: DetectResult | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How often each outcome came of the new replies."""
        kinds = [each.outcome.kind for each in self.outcomes]
        return {kind.value: kinds.count(kind) for kind in OutcomeKind if kind in kinds}


def follow_replies(
    instance: Instance, now: datetime, progress: Callable[[str], None] = lambda _: None
) -> RepliesResult:
    """Read the replies of all connections, then follow those that are new; after `detect`.

    A connection whose replies cannot be read does not stop the others. Replies count whether or
    not comments are written.
    """
    read: dict[str, int] = {}
    failures: dict[str, ConnectionFailed] = {}
    for name in instance.deployment.connection_names:
        progress(f"replies in {name}")
        try:
            read[name] = read_replies(instance, name, now)
        except ConnectionFailed as failure:
            failures[name] = failure
    outcomes = _follow_pending(instance, now)
    changed_risks = {OutcomeKind.RAISED, OutcomeKind.WITHDRAWN}
    is_risk = any(each.outcome.kind in changed_risks for each in outcomes)
    # A risk that somebody raises is a conflict, with its comments, in the same sync.
    detected = detect(instance, now) if is_risk else None
    return RepliesResult(read, tuple(outcomes), failures, detected)


def read_replies(instance: Instance, name: str, now: datetime) -> int:
    """Store the new replies of one connection; returns how many; raises ConnectionFailed."""
    with (
        exclusive_lock(instance.engine, f"replies of {name}"),
        instance.connector(name) as connector,
    ):
        return _store_pages(instance, connector, now)


def _store_pages(instance: Instance, connector: Connector, now: datetime) -> int:
    name, activity = connector.name, "reading its replies"
    with instance.engine.connect() as connection:
        cursor = read_reply_cursor(connection, name)
        targets = _answerable_targets(WarehouseLookup(connection), connector, now)
    with isolated(name, activity):
        pages = connector.find_replies(targets, cursor, now)
    count = 0
    for page in each_isolated(name, activity, pages):
        with isolated(name, activity):
            commands = [each for each in page.replies if _holds_command(each)]
        with instance.engine.begin() as connection:
            count += write_replies(connection, name, commands, page.cursor, now)
    return count


def _holds_command(reply: Reply) -> bool:
    """Whether a reply is for Interlock; what people write to one another is not stored."""
    return bool(reply.text.strip()) if reply.is_answer else bool(command_texts(reply.text))


def _answerable_targets(
    lookup: WarehouseLookup, connector: Connector, now: datetime
) -> list[Target]:
    ids = read_answerable_records(lookup.connection, connector.name, now - _ANSWERABLE)
    targets = targets_of(lookup.read_labels(ids), connector.name)
    return sorted(targets.values(), key=lambda target: str(target.ref))


def _follow_pending(instance: Instance, now: datetime) -> list[RecordedOutcome]:
    # Under the lock of the model, or a sync at the same time could overwrite a decision.
    with exclusive_lock(instance.engine, MODEL_STEP):
        with instance.engine.connect() as connection:
            pending = read_pending(connection)
        return [outcome for stored in pending for outcome in _follow(instance, stored, now)]


def _follow(instance: Instance, stored: StoredReply, now: datetime) -> list[RecordedOutcome]:
    # A transaction per reply: what came of it is recorded together with what it changed.
    with instance.engine.begin() as connection:
        return follow_reply(connection, instance, stored, now)
