"""What a newcomer finds in Dagster: the graph, the checks, the jobs and when they run."""

import dagster as dg

from model.rules import installed_rules
from tests.pipelines.dagster.conftest import Seen

GROUPS = {
    "it_jira": ["it_jira/landing", "it_jira/records"],
    "sales": ["sales/landing", "sales/records"],
    "marketing_plan": ["marketing_plan/landing", "marketing_plan/records"],
    "finance_erp": ["finance_erp/landing", "finance_erp/records"],
    "shared_model": ["dependencies"],
    "network": ["forecast"],
    "conflicts": ["conflict", "conflicts", "inbox"],
    "comments": [
        "comments/finance_erp",
        "comments/it_jira",
        "comments/marketing_plan",
        "comments/sales",
    ],
}


def test_everything_loads(seen: Seen) -> None:
    dg.Definitions.validate_loadable(seen.defs())


def test_a_connection_is_a_group_and_the_rest_follows_from_left_to_right(seen: Seen) -> None:
    found: dict[str, list[str]] = {}
    for spec in seen.defs().resolve_all_asset_specs():
        found.setdefault(str(spec.group_name), []).append(spec.key.to_user_string())

    assert {group: sorted(keys) for group, keys in found.items()} == GROUPS


def test_every_rule_and_every_meeting_with_a_tool_has_a_check(seen: Seen) -> None:
    graph = seen.defs().resolve_asset_graph()

    found = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}

    connections = [group for group, keys in GROUPS.items() if f"{group}/landing" in keys]
    assert found == {
        *(("conflicts", rule.name) for rule in installed_rules()),
        ("conflicts", "all_rules_loaded"),
        *((f"{name}/landing", "readable") for name in connections),
        *((f"{name}/records", "mapped") for name in connections),
        *((f"comments/{name}", "written") for name in connections),
    }


def test_what_interlock_yaml_schedules_runs_from_the_start_in_the_local_time(seen: Seen) -> None:
    seen.small.write_settings(it_jira={"schedule": "*/5 * * * *"})

    schedules = seen.defs().schedules or []

    assert {
        one.name: (one.cron_schedule, one.execution_timezone, one.default_status)
        for one in schedules
        if isinstance(one, dg.ScheduleDefinition)
    } == {
        f"{job}_schedule": (cron, "Europe/Berlin", dg.DefaultScheduleStatus.RUNNING)
        for job, cron in {
            "sync": "*/30 6-19 * * 1-5",
            "sync_it_jira": "*/5 * * * *",
            "purge_old_runs": "30 3 * * *",
        }.items()
    }


def test_the_job_of_one_connection_reads_it_alone_and_does_all_that_follows(seen: Seen) -> None:
    seen.small.write_settings(it_jira={"schedule": "*/5 * * * *"})

    steps = {node.name for node in seen.defs().resolve_job_def("sync_it_jira").nodes}

    assert steps == {
        "it_jira__landing",
        "it_jira__records",
        "dependencies",
        "forecast",
        "conflicts",
        "inbox",
        *(key.replace("/", "__") for key in GROUPS["comments"]),
    }
