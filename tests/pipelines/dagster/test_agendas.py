"""The agendas of the forums as assets."""

from __future__ import annotations

import dagster as dg

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
