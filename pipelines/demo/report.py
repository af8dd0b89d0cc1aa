"""What the demo prints: records pulled, quarantined records, conflicts and comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from model.records import Ref
from model.rules.words import format_count
from model.warehouse.ledger import read_recorded_comments
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.quarantine import read_all_problems
from pipelines.cli import conflicts
from pipelines.cli.output import now, print_columns, print_error, print_line, print_table
from pipelines.demo.sync_job import SyncJobResult
from pipelines.instance import Instance


def print_report(instance: Instance, result: SyncJobResult) -> None:
    """Print the outcome of a run of the sync job."""
    print_table(
        ("Connection", "Read", "Changed", "Records changed", "Quarantined", "Field left out"),
        [_figures_row(name, result) for name in instance.deployment.connection_names],
        "Pulled",
    )
    _print_quarantine(instance)
    listed, _, comments = conflicts.read_listed_conflicts(instance)
    conflicts.print_conflicts(listed, instance.model.function_names, instance.today(now()))
    urls = {
        (comment.conflict_id, comment.target): comment.url or ""
        for comments_of_conflict in comments.values()
        for comment in comments_of_conflict
    }
    _print_comments(instance, result, urls)
    print_line(f"{format_count(len(listed), 'conflict')} in force. {_totals_text(result)}")
    for failure in result.failures:
        print_error(failure)


def _print_comments(
    instance: Instance, result: SyncJobResult, urls: Mapping[tuple[str, Ref], str]
) -> None:
    """Print each comment that was written or edited, with its URL."""
    written = list(_written_comments(instance, result))
    if not written:
        return
    keys = _record_keys(instance, [ref for _, ref in written])
    print_line("Comments, and where to open them")
    print_columns([(ref.connection, keys[ref], id_, urls[id_, ref]) for id_, ref in written])


def _figures_row(name: str, result: SyncJobResult) -> tuple[str, ...]:
    """The connection and the counts of its assets; blank where an asset has no such count."""
    landing, records = result.landing[name], result.records[name]
    figures = (
        landing.get("read"),
        landing.get("changed"),
        records.get("changed"),
        records.get("quarantined"),
        records.get("mapped with a field left out"),
    )
    return name, *("" if figure is None else str(figure) for figure in figures)


def _print_quarantine(instance: Instance) -> None:
    with instance.engine.connect() as connection:
        for name, native_id, reason, remedy in read_all_problems(connection):
            print_line(f"In quarantine: {name} {native_id}: {reason}. {remedy}")


def _written_comments(instance: Instance, result: SyncJobResult) -> Iterator[tuple[str, Ref]]:
    """Conflict id and record of each comment that this run wrote or edited."""
    with instance.engine.connect() as connection:
        for name in instance.deployment.connection_names:
            for key, comment in read_recorded_comments(connection, name).items():
                if comment.written_at >= result.started:
                    yield key


def _record_keys(instance: Instance, refs: list[Ref]) -> dict[Ref, str]:
    """The key of each record as its tool shows it, such as CDP-18."""
    with instance.engine.connect() as connection:
        lookup = WarehouseLookup(connection)
        labels = lookup.read_labels(lookup.find_by_ref(refs)).values()
    return {Ref.parse(label.ref): label.key for label in labels}


def _totals_text(result: SyncJobResult) -> str:
    def total(outcome: str) -> int:
        return sum(counts.get(outcome, 0) for counts in result.comments.values())

    return (
        f"{total('created')} comments written, {total('edited')} edited, {total('unchanged')} "
        f"unchanged, {total('postponed')} postponed, {total('refused')} refused"
    )
