"""The agendas of the forums as assets."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from tests.pipelines.dagster.conftest import Deployed, metadata_values


def test_a_sync_records_the_measures_as_numbers_that_dagster_plots(
    synced_deployed: Deployed,
) -> None:
    event = synced_deployed.dagster.get_latest_materialization_event(dg.AssetKey("measures"))
    assert event is not None
    shown = metadata_values(event.asset_materialization)

    assert (shown["open"], shown["open: late_handover"], shown["open in IT"]) == (2, 1, 2)
    # Also where nothing happened, or the plot would have gaps.
    assert (shown["open: funding_gap"], shown["dismissed: funding_gap"]) == (0, 0)
    assert shown["warning days: late_handover"] == 9
    # Those of this run count if they were written before.
    assert shown["comments"] in (0, 4)
    assert shown["noisy rules"] == "none"


def test_a_sync_brings_the_agenda_of_each_forum_up_to_date(synced_deployed: Deployed) -> None:
    key = dg.AssetKey(["agenda", "steering_committee"])
    event = synced_deployed.dagster.get_latest_materialization_event(key)
    assert event is not None
    shown = metadata_values(event.asset_materialization)

    assert shown["next meeting"] == "Steering committee, Tue 7 Apr 2026, 14:00 (CEST)"
    assert shown["date"] == "2026-04-07"
    assert shown["points"] == 2
    # Dagster hides longer Markdown behind a click.
    assert all(len(text) < 1000 for name, text in shown.items() if name.startswith("point "))


@pytest.mark.parametrize(
    ("day", "is_built"),
    [
        ((2026, 3, 2), True),
        ((2026, 3, 3), False),
        ((2026, 3, 6), False),
        # Tuesday is a working day after Easter, whose Friday and Monday are holidays.
        ((2026, 4, 2), True),
        ((2026, 4, 6), False),
    ],
)
def test_an_agenda_is_built_on_the_working_day_before_each_meeting(
    synced_deployed: Deployed, day: tuple[int, int, int], is_built: bool
) -> None:
    (schedule,) = (
        each
        for each in synced_deployed.defs().schedules or []
        if each.name == "agenda_cdp_round_schedule"
    )
    assert isinstance(schedule, dg.ScheduleDefinition)
    at = datetime(*day, 7, tzinfo=ZoneInfo("Europe/Berlin"))

    asked = schedule.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=at))

    assert bool(asked.run_requests) == is_built
    assert bool(asked.skip_message) != is_built


def test_the_job_of_an_agenda_builds_it_alone(synced_deployed: Deployed) -> None:
    job = synced_deployed.defs().resolve_job_def("agenda_cdp_round")

    assert [node.name for node in job.nodes] == ["agenda__cdp_round"]
