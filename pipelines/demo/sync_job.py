"""Runs Dagster's job `sync` in this process, as a schedule would run it in another."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from pipelines.assets.keys import comments_key, landing_key, records_key
from pipelines.schedules import SYNC

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Nothing is printed: the result has the failures, and Dagster keeps the log."""
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SyncJobResult:
    """The counts that the assets of each connection reported, by connection.

    `started` is the instant that the run's steps take for now.
    """

    started: datetime
    landing: Mapping[str, Counts]
    records: Mapping[str, Counts]
    comments: Mapping[str, Counts]
    failures: tuple[str, ...]


def run_sync_job(names: tuple[str, ...], progress: Callable[[str], None]) -> SyncJobResult:
    """Run the job with the Dagster instance of DAGSTER_HOME; `progress` gets the name of each step.

    INTERLOCK_HOME and the secrets have to be in the environment. A step that fails raises nothing:
    `failures` says which it was and why.
    """
    # Importing the definitions opens the instance, so the environment has to be set before.
    from pipelines.definitions import defs

    # Dagster logs through its own loggers too, whatever the run's configuration says.
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    run_id = str(uuid.uuid4())
    with dg.DagsterInstance.get() as instance:
        instance.add_event_listener(run_id, lambda entry: _report_step(entry, progress))
        result = defs.resolve_job_def(SYNC).execute_in_process(
            run_id=run_id, instance=instance, run_config=_QUIET, raise_on_error=False
        )
        record = instance.get_run_record_by_id(run_id)
    assert record is not None
    counts = {
        event.asset_key: _counts(event.materialization.metadata)
        for event in result.get_asset_materialization_events()
    }
    return SyncJobResult(
        record.create_timestamp,
        {name: counts.get(landing_key(name), {}) for name in names},
        {name: counts.get(records_key(name), {}) for name in names},
        {name: counts.get(comments_key(name), {}) for name in names},
        tuple(_failures(result)),
    )


def _report_step(entry: dg.EventLogEntry, progress: Callable[[str], None]) -> None:
    event = entry.dagster_event
    if event and event.is_step_start and event.step_key:
        progress(event.step_key.replace("__", ": ").replace("_", " "))


def _counts(metadata: Mapping[str, Any]) -> Counts:
    values = {name: getattr(value, "value", None) for name, value in metadata.items()}
    return {name: value for name, value in values.items() if isinstance(value, int)}


def _failures(result: dg.ExecuteInProcessResult) -> list[str]:
    """Errors of connections that could not be read or written, and of steps that failed."""
    # A connection that fails does not fail its step: its asset check has the message.
    checks = [check.metadata.get("failure") for check in result.get_asset_check_evaluations()]
    of_connections = [str(failure.value) for failure in checks if failure is not None]
    of_steps = [
        f"step {event.step_key}: {_root_cause(event.step_failure_data.error)}"
        for event in result.get_step_failure_events()
    ]
    return list(dict.fromkeys([*of_connections, *of_steps]))


def _root_cause(error: SerializableErrorInfo | None) -> str:
    """The message of the first error, of which Dagster's own errors are a consequence."""
    if error is None:
        return "no reason is known"
    return _root_cause(error.cause) if error.cause else error.message.strip()
