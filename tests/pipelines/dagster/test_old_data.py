"""What Dagster shows while a connection cannot be read for days."""

from datetime import timedelta

import dagster as dg
import pytest

from tests.pipelines.dagster.clocks import modules_with_a_clock
from tests.pipelines.dagster.conftest import Deployed
from tests.pipelines.small import HEALTHY_PLAN, NOW, day

AGE = "Rests on it-jira as last read on 4 Mar 2026. Its deadline waits meanwhile."


@pytest.fixture
def deployed(after_sync: Deployed) -> Deployed:
    return after_sync


@pytest.fixture
def result(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> dg.ExecuteInProcessResult:
    """A sync nine days after Jira was read, with a finding that is held and two conflicts."""
    teaser = ("CMP-3", "Teaser", day(2), day(4), "Lena Vogt", "Planned", "CDP-3")
    deployed.small.write_plan(*HEALTHY_PLAN, teaser)
    monkeypatch.setenv("JIRA_TOKEN", "wrong")
    for module in modules_with_a_clock():
        later = NOW + timedelta(days=9)
        monkeypatch.setattr(f"{module}.run_instant", lambda _, at=later: at)
    return deployed.sync()


def test_the_inbox_the_cards_and_a_check_name_what_waits_and_how_old_its_data_are(
    deployed: Deployed, result: dg.ExecuteInProcessResult
) -> None:
    inbox, checks = deployed.inbox(), result.get_asset_check_evaluations()

    assert inbox["held findings"] == (
        "- Medium: CDP-3 of IT is forecast to finish 9 working days later than Marketing needed\\\n"
        "  Rests on it-jira as last read on 4 Mar 2026."
    )
    assert (inbox["open"], inbox["held"], inbox["past their decision time"]) == (2, 1, 0)
    assert inbox["text"].count(AGE) == 2
    assert "overdue" not in inbox
    assert "which is past" not in inbox["text"]
    assert all(AGE in deployed.card(each)["text"] for each in deployed.open_ids())
    (check,) = (each for each in checks if each.check_name == "all_data_fresh")
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert (check.metadata["held"].value, check.metadata["waiting"].value) == (1, 2)
