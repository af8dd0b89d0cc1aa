"""Link: resolve the stated dependencies of all records to dependencies between records."""

from __future__ import annotations

from datetime import datetime

from model.warehouse.connection_states import find_unread_connections
from model.warehouse.links import LinkResult, link
from model.warehouse.load import read_mapped_streams
from model.warehouse.locks import exclusive_lock
from pipelines.instance import Instance

MODEL_STEP = "the shared model"
"""The lock that all steps over the whole model share, so that they exclude each other."""


def link_records(instance: Instance, now: datetime) -> LinkResult:
    """Rebuild all dependencies in one transaction."""
    with exclusive_lock(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        # A dependency on a tool that was not read to its end is not reported as dangling.
        unread_names = find_unread_connections(connection, instance.deployment.connection_names)
        return link(connection, read_mapped_streams(connection), unread_names, now)
