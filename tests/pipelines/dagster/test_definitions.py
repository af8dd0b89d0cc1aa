"""What Dagster shows: the asset graph, the checks, the jobs and their schedules."""

import dagster as dg

from model.rules import installed_rules
from tests.pipelines.dagster.conftest import Deployed

GROUPS = {
    "it_jira": ["it_jira/landing", "it_jira/records"],
    "sales": ["sales/landing", "sales/records"],
    "marketing_plan": ["marketing_plan/landing", "marketing_plan/records"],
    "finance_erp": ["finance_erp/landing", "finance_erp/records"],
    "shared_model": ["dependencies"],
    "network": ["forecast"],
    "conflicts": ["conflicts", "inbox", "measures", "pages", "refusals", "replies"],
    "inboxes": [
        *(
            f"inbox/functions/{name}"
            for name in ("finance", "it", "marketing", "sales", "security")
        ),
        "inbox/people/aylin-demir",
        "inbox/people/carla-weiss",
        "inbox/people/david-okafor",
        "inbox/people/friedrich-albers",
        "inbox/people/jonas-krueger",
        "inbox/people/lena-vogt",
        "inbox/people/markus-brandt",
        "inbox/people/nina-scholz",
        "inbox/people/petra-hoffmann",
        "inbox/people/sabine-reuter",
        "inbox/people/tobias-lang",
        "inbox/people/ute-behrens",
    ],
    "agendas": ["agenda/cdp_round", "agenda/steering_committee"],
    "comments": [
        "comments/finance_erp",
        "comments/it_jira",
        "comments/marketing_plan",
        "comments/sales",
    ],
}


def test_everything_loads(deployed: Deployed) -> None:
    dg.Definitions.validate_loadable(deployed.defs())


def test_each_connection_is_a_group_beside_those_of_the_shared_model(deployed: Deployed) -> None:
    groups: dict[str, list[str]] = {}
    for spec in deployed.defs().resolve_all_asset_specs():
        groups.setdefault(str(spec.group_name), []).append(spec.key.to_user_string())

    assert {group: sorted(keys) for group, keys in groups.items()} == GROUPS


def test_every_rule_and_every_access_to_a_tool_has_a_check(deployed: Deployed) -> None:
    graph = deployed.defs().resolve_asset_graph()

    checks = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}

    connections = [group for group, keys in GROUPS.items() if f"{group}/landing" in keys]
    assert checks == {
        *(("conflicts", rule.name) for rule in installed_rules()),
        ("conflicts", "all_rules_loaded"),
        ("conflicts", "all_data_fresh"),
        ("replies", "all_replies_read"),
        ("replies", "all_replies_followed"),
        *((f"{name}/landing", "readable") for name in connections),
        *((f"{name}/records", "mapped") for name in connections),
        *((f"{name}/records", "not_held") for name in connections),
        *((f"comments/{name}", "written") for name in connections),
    }


def test_schedules_of_interlock_yaml_run_by_default_in_the_time_zone_of_the_model(
    deployed: Deployed,
) -> None:
    deployed.small.write_settings(it_jira={"schedule": "*/5 * * * *"})

    schedules = deployed.defs().schedules or []

    assert {
        schedule.name: (
            schedule.cron_schedule,
            schedule.execution_timezone,
            schedule.default_status,
        )
        for schedule in schedules
        if isinstance(schedule, dg.ScheduleDefinition)
    } == {
        f"{job}_schedule": (cron, "Europe/Berlin", dg.DefaultScheduleStatus.RUNNING)
        for job, cron in {
            "sync": "*/30 6-19 * * 1-5",
            "sync_it_jira": "*/5 * * * *",
            "purge_old_runs": "30 3 * * *",
            "agenda_cdp_round": "0 7 * * *",
            "agenda_steering_committee": "0 7 * * *",
        }.items()
    }


def test_the_job_of_one_connection_pulls_only_that_and_runs_everything_downstream(
    deployed: Deployed,
) -> None:
    deployed.small.write_settings(it_jira={"schedule": "*/5 * * * *"})

    steps = {node.name for node in deployed.defs().resolve_job_def("sync_it_jira").nodes}

    assert steps == {
        "it_jira__landing",
        "it_jira__records",
        "dependencies",
        "forecast",
        "conflicts",
        "measures",
        "pages",
        "replies",
        "agenda__cdp_round",
        "agenda__steering_committee",
        *(key.replace("/", "__") for key in GROUPS["comments"]),
    }
