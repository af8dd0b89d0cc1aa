"""The open instance as a Dagster resource: its files are read by each run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import dagster as dg

from pipelines.instance import Instance, home_folder, open_instance


class InterlockResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Opens the instance folder of INTERLOCK_HOME."""

    # It has no fields: Dagster stores and shows the configuration of resources, so no secret may
    # be part of it.

    @contextmanager
    def open(self) -> Iterator[Instance]:
        instance = open_instance(home_folder(os.environ), os.environ)
        try:
            yield instance
        finally:
            instance.close()


def run_instant(context: dg.OpExecutionContext | dg.AssetExecutionContext) -> datetime:
    """The instant in UTC at which a run left the queue: "now" for all its steps."""
    record = context.instance.get_run_record_by_id(context.run.run_id)
    if record is None or record.start_time is None:
        # A run that has not left the queue has no start yet.
        return datetime.now(UTC)
    return datetime.fromtimestamp(record.start_time, UTC)
