"""Everything Dagster sees: the asset graph, the jobs, their schedules and the resource."""

import os

import dagster as dg

from model.operating_model.schema import OperatingModel
from model.rules import RuleSet
from pipelines.assets.agenda import agenda_assets
from pipelines.assets.comments import comments_asset
from pipelines.assets.conflicts import conflict_assets, page_specs
from pipelines.assets.connections import connection_assets
from pipelines.assets.measures import measures
from pipelines.assets.replies import replies_asset
from pipelines.assets.shared_model import shared_model_assets
from pipelines.decide_job import decide_job
from pipelines.deployment import Deployment
from pipelines.housekeeping import CRON, JOB, purge_old_runs
from pipelines.instance import home_folder, open_instance
from pipelines.release_job import release
from pipelines.resource import InterlockResource
from pipelines.schedules import agenda_definitions, build_schedules, sync_definitions


def build(deployment: Deployment, model: OperatingModel, rules: RuleSet) -> dg.Definitions:
    """The definitions of one deployment; schedules run in the time zone of its model."""
    # Read once: a changed mode takes effect when the code location is loaded again.
    dry_run = deployment.comments.mode == "dry-run"
    connections = deployment.connections.items()
    return dg.Definitions.merge(
        dg.Definitions(
            assets=[
                *(
                    asset
                    for name, settings in connections
                    for asset in connection_assets(name, settings.tool)
                ),
                *shared_model_assets(deployment.connection_names),
                *conflict_assets(rules),
                *page_specs(model),
                *agenda_assets(model.forums),
                measures,
                replies_asset(),
                *(
                    comments_asset(name, settings.tool, dry_run=dry_run)
                    for name, settings in connections
                ),
            ],
            resources={"interlock": InterlockResource()},
            # A process per step would cost two seconds each, more than most steps take.
            executor=dg.in_process_executor,
        ),
        sync_definitions(deployment, model.time_zone),
        agenda_definitions(model),
        dg.Definitions(
            jobs=[decide_job(rules), release, purge_old_runs],
            schedules=build_schedules({JOB: CRON}, model.time_zone),
        ),
    )


# Dagster imports this module and looks for `defs`; INTERLOCK_HOME names the instance folder.
_instance = open_instance(home_folder(os.environ), os.environ)
defs = build(_instance.deployment, _instance.model, _instance.rules)
