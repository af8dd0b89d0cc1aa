"""The open instance as Dagster resource: read anew in each run, closed with it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import dagster as dg

from pipelines.instance import Instance, home_folder, open_instance


class InterlockResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Opens the instance folder of INTERLOCK_HOME; no secret is part of its configuration."""

    @contextmanager
    def open(self) -> Iterator[Instance]:
        instance = open_instance(home_folder(os.environ), os.environ)
        try:
            yield instance
        finally:
            instance.close()


def run_instant(context: dg.OpExecutionContext | dg.AssetExecutionContext) -> datetime:
    """The instant at which a run left the queue, so that all its steps have the same "now"."""
    record = context.instance.get_run_record_by_id(context.run_id)
    if record is None or record.start_time is None:
        return datetime.now(UTC)
    return datetime.fromtimestamp(record.start_time, UTC)
