"""One run of the job `sync` in this process: the run that a schedule would start."""

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
"""What goes wrong is told by the run's result; its log can be read in Dagster."""
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run told of each connection, by its name; `started` is the run's "now"."""

    started: datetime
    landing: Mapping[str, Counts]
    records: Mapping[str, Counts]
    comments: Mapping[str, Counts]
    failures: tuple[str, ...]


def run_sync(names: tuple[str, ...], progress: Callable[[str], None]) -> Ran:
    """Run the job against the Dagster instance of DAGSTER_HOME; `progress` is told each step.

    INTERLOCK_HOME and the secrets stand in the environment. Nothing is raised for a step that
    fails: `failures` says which and why.
    """
    # Loading the definitions opens the instance, so it waits until the environment is set.
    from pipelines.definitions import defs

    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    run_id = str(uuid.uuid4())
    with dg.DagsterInstance.get() as instance:
        instance.add_event_listener(run_id, lambda entry: _tell(entry, progress))
        result = defs.resolve_job_def(SYNC).execute_in_process(
            run_id=run_id, instance=instance, run_config=_QUIET, raise_on_error=False
        )
        record = instance.get_run_record_by_id(run_id)
    assert record is not None
    told = {
        event.asset_key: _numbers(event.materialization.metadata)
        for event in result.get_asset_materialization_events()
    }
    return Ran(
        record.create_timestamp,
        {name: told.get(landing_key(name), {}) for name in names},
        {name: told.get(records_key(name), {}) for name in names},
        {name: told.get(comments_key(name), {}) for name in names},
        tuple(_failures(result)),
    )


def _tell(entry: dg.EventLogEntry, progress: Callable[[str], None]) -> None:
    event = entry.dagster_event
    if event and event.is_step_start and event.step_key:
        progress(event.step_key.replace("__", ": ").replace("_", " "))


def _numbers(metadata: Mapping[str, Any]) -> Counts:
    values = {name: getattr(value, "value", None) for name, value in metadata.items()}
    return {name: value for name, value in values.items() if isinstance(value, int)}


def _failures(result: dg.ExecuteInProcessResult) -> list[str]:
    """Connections that could not be read or written, and steps that broke."""
    checks = [e.metadata.get("failure") for e in result.get_asset_check_evaluations()]
    told = [str(failure.value) for failure in checks if failure is not None]
    broken = [
        f"step {event.step_key}: {_cause(event.step_failure_data.error)}"
        for event in result.get_step_failure_events()
    ]
    return list(dict.fromkeys([*told, *broken]))


def _cause(error: SerializableErrorInfo | None) -> str:
    """What happened at first, below what Dagster says about it."""
    if error is None:
        return "no reason is known"
    return _cause(error.cause) if error.cause else error.message.strip()
