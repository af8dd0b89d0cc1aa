"""Measures: reads what is measured, and names the people who own the commented records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from model.measures import MeasuredData, Measures, PostedOn, measure
from model.operating_model.calendar import local_day
from model.operating_model.identity import Identity, IdentityKind, find_person
from model.records import Ref
from model.warehouse.conflict_versions import read_first_needed
from model.warehouse.ledger import read_conflicts
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.record import read_all_events, read_comment_creations, read_taken_decisions
from pipelines.instance import Instance

NOBODY = "nobody"
"""Whose a comment is on a record without an owner."""


def measures(instance: Instance, now: datetime) -> Measures:
    """All measures as of now."""
    with instance.engine.connect() as connection:
        data = MeasuredData(
            read_conflicts(connection),
            read_all_events(connection),
            read_taken_decisions(connection),
            read_first_needed(connection),
            tuple(_comments(instance, connection)),
        )
    rules = [rule.name for rule in instance.rules]
    return measure(instance.model, rules, data, instance.today(now))


def _comments(instance: Instance, connection: Connection) -> Iterator[PostedOn]:
    created = read_comment_creations(connection)
    labels = WarehouseLookup(connection).read_labels({record_id for record_id, _ in created})
    for record_id, at in created:
        label = labels.get(record_id)
        person = NOBODY
        if label and label.owner:
            name = Ref.parse(label.ref).connection
            account = Identity(IdentityKind.ACCOUNT, label.owner, name)
            known = find_person(instance.model, account)
            person = known.name if known else f"{label.owner} in {name}"
        yield PostedOn(local_day(instance.model, at), person)
