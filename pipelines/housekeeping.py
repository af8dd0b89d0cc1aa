"""Deleting old runs, which Dagster itself keeps for ever.

A run's events are deleted with it, the last one of a card among them, so all cards are published
again where it is needed. Conflicts, decisions and comments are in the warehouse and stay.
"""

from datetime import timedelta

import dagster as dg

from pipelines.cards.publish import publish_pages
from pipelines.resource import InterlockResource, run_instant

JOB = "purge_old_runs"
# At night, when the run slots are free.
CRON = "30 3 * * *"
# A quarter, so that plots still show how the last one went.
KEEP = timedelta(days=90)
# Deleting is slow, and this job blocks one of the few run slots.
MOST_PER_RUN = 500
# Deleting a run that is queued or at work would lose it without a trace.
FINISHED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]


@dg.op
def delete_old_runs(context: dg.OpExecutionContext) -> None:
    """Delete finished runs older than KEEP, the oldest first, at most MOST_PER_RUN of them."""
    old = dg.RunsFilter(statuses=FINISHED, created_before=run_instant(context) - KEEP)
    records = context.instance.get_run_records(filters=old, limit=MOST_PER_RUN, ascending=True)
    for record in records:
        context.instance.delete_run(record.dagster_run.run_id)
    context.log.info(f"{len(records)} runs older than {KEEP.days} days deleted")


@dg.op(ins={"deleted": dg.In(dg.Nothing)})
def restore_pages(context: dg.OpExecutionContext, interlock: InterlockResource) -> None:
    """Publish the cards of which no event is left, also those of conflicts of long ago."""
    with interlock.open() as instance:
        now = run_instant(context)
        publish_pages(instance, context.instance, context.log_event, now, every=True)


@dg.job(
    name=JOB,
    executor_def=dg.in_process_executor,
    description=f"Delete runs older than {KEEP.days} days, with their logs.",
)
def purge_old_runs() -> None:
    restore_pages(delete_old_runs())
