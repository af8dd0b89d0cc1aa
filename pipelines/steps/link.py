"""Link: the dependencies between all tools, from what each record states."""

from __future__ import annotations

from datetime import datetime

from model.warehouse.landing import unread
from model.warehouse.links import LinkResult, link
from model.warehouse.locks import exclusive_lock
from pipelines.instance import Instance

MODEL_STEP = "the shared model"
"""Steps over the whole model exclude each other."""


def link_records(instance: Instance, now: datetime) -> LinkResult:
    """Make the dependencies anew, in one transaction."""
    with exclusive_lock(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        streams = connection.exec_driver_sql("select distinct connection, stream from record")
        missing = unread(connection, instance.deployment.connection_names)
        return link(connection, [(name, stream) for name, stream in streams], missing, now)
