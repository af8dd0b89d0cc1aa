"""When syncs run: one schedule for all connections, and one per connection with its own cron line.

Schedules are running by default, because interlock.yaml says when a deployment syncs; until
`comments.mode` is `write` a sync only reads. A schedule that somebody stops in the UI stays
stopped after a restart.
"""

from collections.abc import Mapping

import dagster as dg

from pipelines.assets.keys import group_of
from pipelines.deployment import Deployment

SYNC = "sync"


def sync_definitions(deployment: Deployment, time_zone: str) -> dg.Definitions:
    """The job `sync` over all assets, one job per connection with its own cron line, schedules."""
    own_crons = {
        name: settings.schedule
        for name, settings in deployment.connections.items()
        if settings.schedule
    }
    sync_all = dg.define_asset_job(
        SYNC,
        selection=dg.AssetSelection.all(),
        description="Pull all tools, find conflicts, update comments.",
    )
    sync_single = [
        dg.define_asset_job(
            _job_name(name),
            # The inboxes have no function of their own: `pages` publishes them.
            selection=dg.AssetSelection.groups(group_of(name)).downstream().materializable(),
            description=f"Pull {name}, then everything that follows from it.",
        )
        for name in own_crons
    ]
    crons = {SYNC: deployment.schedule} | {
        _job_name(name): cron for name, cron in own_crons.items()
    }
    return dg.Definitions(
        jobs=[sync_all, *sync_single], schedules=build_schedules(crons, time_zone)
    )


def build_schedules(crons: Mapping[str, str], time_zone: str) -> list[dg.ScheduleDefinition]:
    """One running schedule per job, with its cron line in this time zone."""
    return [
        dg.ScheduleDefinition(
            name=f"{job}_schedule",
            job_name=job,
            cron_schedule=cron,
            execution_timezone=time_zone,
            # Dagster's default is stopped, and a deployment that nobody started would stay silent.
            default_status=dg.DefaultScheduleStatus.RUNNING,
        )
        for job, cron in crons.items()
    ]


def _job_name(connection: str) -> str:
    return f"{SYNC}_{group_of(connection)}"
