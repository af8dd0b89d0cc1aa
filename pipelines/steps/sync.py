"""A full sync: every step in order. A connection that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connectors.base import ConnectionFailed
from model.warehouse.links import LinkResult
from model.warehouse.load import LoadResult
from pipelines.instance import Instance
from pipelines.steps.comment import CommentResult, comment
from pipelines.steps.detect import DetectResult, detect
from pipelines.steps.forecast import forecast
from pipelines.steps.link import link_records
from pipelines.steps.map import map_records
from pipelines.steps.pull import PullResult, pull


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The results of all steps, by connection where a step has one; failures by connection."""

    pulled: dict[str, PullResult]
    mapped: dict[str, LoadResult]
    linked: LinkResult
    detected: DetectResult
    commented: dict[str, CommentResult]
    failures: dict[str, ConnectionFailed]


def sync_all(
    instance: Instance, now: datetime, progress: Callable[[str], None], *, write: bool
) -> SyncResult:
    """Run every step; comments are written only with `write`.

    `progress` is called with a few words whenever an activity begins.
    """
    names = instance.deployment.connection_names
    failures: dict[str, ConnectionFailed] = {}
    pulled = {name: _pull_connection(instance, name, now, progress, failures) for name in names}
    progress("mapping onto the shared model")
    mapped = {name: _map_connection(instance, name, now, failures) for name in names}
    linked = link_records(instance, now)
    progress("forecasting")
    forecast(instance, now)
    detected = detect(instance, now)
    commented: dict[str, CommentResult] = {}
    for name in names:
        progress(f"comments in {name}")
        try:
            commented[name] = comment(instance, name, now, dry_run=not write)
        except ConnectionFailed as failure:
            # The first failure is the cause; what follows from it says less.
            failures.setdefault(name, failure)
    return SyncResult(pulled, mapped, linked, detected, commented, failures)


def _map_connection(
    instance: Instance, name: str, now: datetime, failures: dict[str, ConnectionFailed]
) -> LoadResult:
    try:
        return map_records(instance, name, now)
    except ConnectionFailed as failure:
        failures.setdefault(name, failure)
        # Later steps work with what is there; a total of zero says that nothing came.
        return LoadResult()


def _pull_connection(
    instance: Instance,
    name: str,
    now: datetime,
    progress: Callable[[str], None],
    failures: dict[str, ConnectionFailed],
) -> PullResult:
    progress(f"pulling {name}")
    try:
        return pull(instance, name, now, lambda n, count: progress(f"pulling {n}: {count} read"))
    except ConnectionFailed as failure:
        failures[name] = failure
        return PullResult()
