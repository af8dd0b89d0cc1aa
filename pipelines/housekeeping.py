"""Runs are forgotten after a while; Dagster itself keeps every one of them for ever.

With a run go its events. A card that has been the same for so long is published again by the
next sync; conflicts, decisions and comments stand in the warehouse and stay.
"""

from datetime import timedelta

import dagster as dg

from pipelines.resource import run_instant

FORGET = "forget_old_runs"
CRON = "30 3 * * *"
KEEP = timedelta(days=90)
AT_ONCE = 500
FINISHED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]


@dg.op
def delete_old_runs(context: dg.OpExecutionContext) -> None:
    """Delete what ended before KEEP, the oldest first, so many a night."""
    old = dg.RunsFilter(statuses=FINISHED, created_before=run_instant(context) - KEEP)
    found = context.instance.get_run_records(filters=old, limit=AT_ONCE, ascending=True)
    for record in found:
        context.instance.delete_run(record.dagster_run.run_id)
    context.log.info(f"{len(found)} runs older than {KEEP.days} days forgotten")


@dg.job(
    name=FORGET,
    executor_def=dg.in_process_executor,
    description=f"Delete runs older than {KEEP.days} days, with their logs.",
)
def forget_old_runs() -> None:
    delete_old_runs()
