"""How fresh the connections of an instance are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from model.conflicts import Conflict, Status
from model.freshness import Freshness
from model.warehouse.connection_states import (
    find_unread_connections,
    read_gaps,
    read_times,
    read_times_as_of,
)
from pipelines.instance import Instance


def read_freshness(instance: Instance, connection: Connection, now: datetime) -> Freshness:
    """When each connection was last read, and for how long that is fresh."""
    names = instance.deployment.connection_names
    return Freshness(
        model=instance.model,
        now=now,
        fresh_for=instance.deployment.freshness_times,
        read_at=read_times(connection, names),
        gaps=read_gaps(connection),
        not_read_to_end=frozenset(find_unread_connections(connection, names)),
    )


def read_freshness_as_of(
    instance: Instance, connection: Connection, instant: datetime
) -> Freshness:
    """How fresh each connection was at a past instant, by the freshness times of today."""
    return Freshness(
        model=instance.model,
        now=instant,
        fresh_for=instance.deployment.freshness_times,
        read_at=read_times_as_of(connection, instance.deployment.connection_names, instant),
    )


def with_ages(conflicts: Iterable[Conflict], freshness: Freshness) -> list[Conflict]:
    """The conflicts with the ages that their data have now, which no sync need have seen yet."""
    return [
        conflict
        if conflict.status is Status.RESOLVED
        else conflict.model_copy(
            update={"old_readings": freshness.old_readings(conflict.finding.rests_on)}
        )
        for conflict in conflicts
    ]
