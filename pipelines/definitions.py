"""Everything Dagster sees: the asset graph, the jobs, their schedules and the resource."""

import os

import dagster as dg

from model.rules import RuleSet
from pipelines.assets.comments import comments_asset
from pipelines.assets.conflicts import card, conflict_assets
from pipelines.assets.connections import connection_assets
from pipelines.assets.shared_model import shared_model_assets
from pipelines.decide_job import decide
from pipelines.deployment import Deployment
from pipelines.housekeeping import CRON, FORGET, forget_old_runs
from pipelines.instance import home_folder, open_instance
from pipelines.resource import InterlockResource
from pipelines.schedules import scheduled, syncs


def build(deployment: Deployment, time_zone: str, rules: RuleSet) -> dg.Definitions:
    """The definitions of one deployment."""
    dry_run = deployment.comments.mode == "dry-run"
    connections = deployment.connections.items()
    return dg.Definitions.merge(
        dg.Definitions(
            assets=[
                *(a for name, one in connections for a in connection_assets(name, one.tool)),
                *shared_model_assets(deployment.connection_names),
                *conflict_assets(rules),
                card,
                *(comments_asset(name, one.tool, dry_run=dry_run) for name, one in connections),
            ],
            resources={"interlock": InterlockResource()},
            executor=dg.in_process_executor,
        ),
        syncs(deployment, time_zone),
        dg.Definitions(
            jobs=[decide, forget_old_runs], schedules=scheduled({FORGET: CRON}, time_zone)
        ),
    )


_instance = open_instance(home_folder(os.environ), os.environ)
defs = build(_instance.deployment, _instance.model.time_zone, _instance.rules)
