"""When syncs run and agendas are built.

Syncs have one schedule for all connections, and one per connection with its own cron line;
agendas one per forum.

Schedules are running by default, because interlock.yaml says when a deployment syncs; until
`comments.mode` is `write` a sync only reads. A schedule that somebody stops in the UI stays
stopped after a restart.
"""

from collections.abc import Mapping

import dagster as dg

from model.operating_model.calendar import local_day
from model.operating_model.forums import Forum
from model.operating_model.meetings import is_day_before_meeting
from model.operating_model.schema import OperatingModel
from pipelines.assets.keys import agenda_key, group_of
from pipelines.deployment import Deployment

SYNC = "sync"
AGENDA_CRON = "0 7 * * *"
"""When each forum is looked at in the time zone of the model, before people begin to work."""


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


def agenda_definitions(model: OperatingModel) -> dg.Definitions:
    """A job per forum that builds its agenda, and when: on the working day before each meeting."""
    jobs = [
        dg.define_asset_job(
            agenda_job(forum),
            selection=dg.AssetSelection.assets(agenda_key(forum.id)),
            description=f"Bring the agenda of {forum.name} up to date.",
        )
        for forum in model.forums
    ]
    return dg.Definitions(jobs=jobs, schedules=[_agenda_schedule(model, f) for f in model.forums])


def _agenda_schedule(model: OperatingModel, forum: Forum) -> dg.ScheduleDefinition:
    # No cron line knows holidays, so each morning asks the calendar.
    @dg.schedule(
        name=f"{agenda_job(forum)}_schedule",
        job_name=agenda_job(forum),
        cron_schedule=AGENDA_CRON,
        execution_timezone=model.time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def request_agenda(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        today = local_day(model, context.scheduled_execution_time)
        if is_day_before_meeting(model, forum, today):
            return dg.RunRequest(run_key=today.isoformat())
        return dg.SkipReason(f"{forum.name} does not meet on the next working day.")

    return request_agenda


def agenda_job(forum: Forum) -> str:
    """The name of the job that builds the agenda of a forum."""
    return f"agenda_{group_of(forum.id)}"


def _job_name(connection: str) -> str:
    return f"{SYNC}_{group_of(connection)}"
