"""Link: the dependencies between all tools, from what each record states."""

from __future__ import annotations

from datetime import datetime

from model.warehouse.landing import unread
from model.warehouse.links import Linked, link
from model.warehouse.locks import only_one
from pipelines.instance import Instance

MODEL_STEP = "the shared model"
"""Steps over the whole model exclude each other."""


def link_records(instance: Instance, now: datetime) -> Linked:
    """Make the dependencies anew, in one transaction."""
    with only_one(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        streams = connection.exec_driver_sql("select distinct connection, stream from record")
        missing = unread(connection, instance.deployment.names)
        return link(connection, [(name, stream) for name, stream in streams], missing, now)
