"""What the demo prints: pulled, in conflict, commented, held back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from model.records import Ref
from model.warehouse.ledger import read_written
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.schema import quarantine, record
from pipelines.cli import conflicts
from pipelines.cli.output import print_columns, print_error, print_line, print_table
from pipelines.demo.run import Ran
from pipelines.instance import Instance


def tell(instance: Instance, ran: Ran) -> None:
    """Print the whole outcome of a run."""
    print_table(
        ("Connection", "Read", "Changed", "Records changed", "Quarantined", "Field left out"),
        [_pulled(name, ran) for name in instance.deployment.connection_names],
        "Pulled",
    )
    _quarantine(instance)
    found, _, posted = conflicts.read_listed_conflicts(instance)
    conflicts.print_conflicts(found, instance.model.function_names)
    urls = {
        (one.conflict_id, one.target): one.url or "" for all_ in posted.values() for one in all_
    }
    _comments(instance, ran, urls)
    print_line(f"{len(found)} conflicts in force. {_counted(ran)}")
    for failure in ran.failures:
        print_error(failure)


def _comments(instance: Instance, ran: Ran, urls: Mapping[tuple[str, Ref], str]) -> None:
    """Every comment written or edited, with its address."""
    written = list(_written(instance, ran))
    if not written:
        return
    keys = _keys(instance, [ref for _, ref in written])
    print_line("Comments, and where to open them")
    print_columns([(ref.connection, keys[ref], id_, urls[id_, ref]) for id_, ref in written])


def _pulled(name: str, ran: Ran) -> tuple[str, ...]:
    landing, records = ran.landing[name], ran.records[name]
    figures = (
        landing.get("read"),
        landing.get("changed"),
        records.get("changed"),
        records.get("quarantined"),
        records.get("mapped with a field left out"),
    )
    return name, *("" if figure is None else str(figure) for figure in figures)


def _quarantine(instance: Instance) -> None:
    columns = quarantine.c.connection, quarantine.c.native_id, quarantine.c.reason
    with instance.engine.connect() as connection:
        for name, native_id, reason, remedy in connection.execute(
            select(*columns, quarantine.c.remedy).order_by(*columns)
        ):
            print_line(f"In quarantine: {name} {native_id}: {reason}. {remedy}")


def _written(instance: Instance, ran: Ran) -> Iterator[tuple[str, Ref]]:
    """Conflict and record of each comment that this run wrote or edited."""
    with instance.engine.connect() as connection:
        for name in instance.deployment.connection_names:
            for place, one in read_written(connection, name).items():
                if one.written_at >= ran.started:
                    yield place


def _keys(instance: Instance, refs: list[Ref]) -> dict[Ref, str]:
    """What people call the records."""
    with instance.engine.connect() as connection:
        found = connection.execute(
            select(record.c.id).where(record.c.ref.in_([str(ref) for ref in refs]))
        )
        labels = WarehouseLookup(connection).labels(found.scalars()).values()
    return {Ref.parse(label.ref): label.key for label in labels}


def _counted(ran: Ran) -> str:
    def total(what: str) -> int:
        return sum(counts.get(what, 0) for counts in ran.comments.values())

    return (
        f"{total('created')} comments written, {total('edited')} edited, {total('unchanged')} say "
        f"what they should already, {total('postponed')} wait, {total('refused')} were refused"
    )
