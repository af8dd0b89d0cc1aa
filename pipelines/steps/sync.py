"""A full sync: every step in order. A connection that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from connectors.base import ConnectionFailed
from model.warehouse.holds import Hold
from model.warehouse.links import LinkResult
from pipelines.instance import Instance
from pipelines.steps.comment import CommentResult, comment
from pipelines.steps.detect import DetectResult, detect
from pipelines.steps.forecast import forecast
from pipelines.steps.link import link_records
from pipelines.steps.map import MapResult, map_records
from pipelines.steps.pull import PullFailed, PullResult, pull
from pipelines.steps.replies import RepliesResult, follow_replies


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The results of all steps, by connection where a step has one; failures by connection."""

    pulled: dict[str, PullResult]
    mapped: dict[str, MapResult]
    linked: LinkResult
    detected: DetectResult
    replied: RepliesResult
    commented: dict[str, CommentResult]
    failures: dict[str, ConnectionFailed]

    @property
    def holds(self) -> dict[str, Hold]:
        """The holds by connection: their last change was not mapped."""
        return {name: mapped.hold for name, mapped in self.mapped.items() if mapped.hold}


def sync_all(
    instance: Instance,
    now: datetime,
    progress: Callable[[str], None],
    *,
    write: bool,
    reread: Collection[str] = (),
) -> SyncResult:
    """Run every step; comments are written only with `write`, but replies count in any case.

    The connections in `reread` are read from their beginning, whatever has changed.

    `progress` is called with a few words whenever an activity begins.
    """
    names = instance.deployment.connection_names
    failures: dict[str, ConnectionFailed] = {}
    pulled = {
        name: _pull_connection(instance, name, now, progress, failures, reread=name in reread)
        for name in names
    }
    progress("mapping onto the shared model")
    mapped = {name: _map_connection(instance, name, now, failures) for name in names}
    linked = link_records(instance, now)
    progress("forecasting")
    forecast(instance, now)
    detected = detect(instance, now)
    replied = follow_replies(instance, now, progress)
    for name, failure in replied.failures.items():
        # The first failure is the cause; what follows from it says less.
        failures.setdefault(name, failure)
    detected = replied.detected or detected
    commented: dict[str, CommentResult] = {}
    for name in names:
        progress(f"comments in {name}")
        try:
            commented[name] = comment(instance, name, now, dry_run=not write)
        except ConnectionFailed as failure:
            failures.setdefault(name, failure)
    return SyncResult(pulled, mapped, linked, detected, replied, commented, failures)


def _map_connection(
    instance: Instance, name: str, now: datetime, failures: dict[str, ConnectionFailed]
) -> MapResult:
    try:
        return map_records(instance, name, now)
    except ConnectionFailed as failure:
        failures.setdefault(name, failure)
        # Later steps work with what is there; a total of zero says that nothing came.
        return MapResult()


def _pull_connection(
    instance: Instance,
    name: str,
    now: datetime,
    progress: Callable[[str], None],
    failures: dict[str, ConnectionFailed],
    *,
    reread: bool,
) -> PullResult:
    progress(f"pulling {name}")

    def report(name: str, count: int, why: str) -> None:
        again = f" again from the beginning, because {why}" if why else ""
        progress(f"pulling {name}{again}: {count} read")

    try:
        return pull(instance, name, now, report, reread=reread)
    except ConnectionFailed as failure:
        failures[name] = failure
        return failure.result if isinstance(failure, PullFailed) else PullResult()
