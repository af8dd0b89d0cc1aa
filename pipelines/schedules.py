"""When syncs run: the whole of it, and each connection that has a cron line of its own."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition as AssetJob,
)

from pipelines.assets.connections import group_of
from pipelines.deployment import Deployment

SYNC = "sync"


def sync_jobs(
    deployment: Deployment, time_zone: str
) -> tuple[list[AssetJob], list[dg.ScheduleDefinition]]:
    """The job `sync` over everything, and one a connection whose settings name a schedule."""
    whole = dg.define_asset_job(
        SYNC, selection=dg.AssetSelection.all(), description="Pull all tools, find, comment."
    )
    jobs, crons = [whole], {SYNC: deployment.schedule}
    for name, settings in deployment.connections.items():
        if settings.schedule:
            own = dg.define_asset_job(
                f"{SYNC}_{group_of(name)}",
                selection=dg.AssetSelection.groups(group_of(name)).downstream(),
                description=f"Pull {name}, then everything that follows from it.",
            )
            jobs.append(own)
            crons[own.name] = settings.schedule
    return jobs, [_schedule(job, crons[job.name], time_zone) for job in jobs]


def _schedule(job: AssetJob, cron: str, time_zone: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=f"{job.name}_schedule",
        job=job,
        cron_schedule=cron,
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
