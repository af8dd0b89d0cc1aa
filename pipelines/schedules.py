"""When syncs run: the whole of it, and each connection that has a cron line of its own.

Schedules run from the start: interlock.yaml is where a deployment says when it syncs, so its word
counts without a click, and until `comments.mode` is `write` a sync only reads. Who stops one in
the UI finds it stopped after the next start too.
"""

from collections.abc import Mapping

import dagster as dg

from pipelines.assets.keys import CARD, group_of
from pipelines.deployment import Deployment

SYNC = "sync"


def syncs(deployment: Deployment, time_zone: str) -> dg.Definitions:
    """The job `sync` over everything, one a connection with its own cron line, their schedules."""
    own = {name: one.schedule for name, one in deployment.connections.items() if one.schedule}
    whole = dg.define_asset_job(
        SYNC, selection=dg.AssetSelection.all(), description="Pull all tools, find, comment."
    )
    single = [
        dg.define_asset_job(
            _job(name),
            selection=dg.AssetSelection.groups(group_of(name)).downstream()
            - dg.AssetSelection.assets(CARD),
            description=f"Pull {name}, then everything that follows from it.",
        )
        for name in own
    ]
    crons = {SYNC: deployment.schedule} | {_job(name): cron for name, cron in own.items()}
    return dg.Definitions(jobs=[whole, *single], schedules=scheduled(crons, time_zone))


def scheduled(crons: Mapping[str, str], time_zone: str) -> list[dg.ScheduleDefinition]:
    """A running schedule for each job, by the cron line given."""
    return [
        dg.ScheduleDefinition(
            name=f"{job}_schedule",
            job_name=job,
            cron_schedule=cron,
            execution_timezone=time_zone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
        )
        for job, cron in crons.items()
    ]


def _job(connection: str) -> str:
    return f"{SYNC}_{group_of(connection)}"
