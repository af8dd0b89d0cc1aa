"""Why an item has its forecast, now and as of a past day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest

from pipelines.instance import Instance
from pipelines.steps.explain import UnknownName, explain_item
from tests.pipelines.small import NOW, Small, day
from tests.pipelines.syncing import run_sync


def test_the_driving_chain_runs_through_all_tools_to_its_source(synced_instance: Instance) -> None:
    explanation = explain_item(synced_instance, "CMP-2", NOW)

    assert [step.label.key for step in explanation.chain] == ["CDP-1", "CDP-2", "CMP-2"]
    assert explanation.chain[0].source == 'Jira "Due date" in it-jira'
    assert explanation.chain[1].dependency_place == 'column "Depends on" in marketing-plan'


def test_slack_and_descendants_show_what_else_moves(synced_instance: Instance) -> None:
    explanation = explain_item(synced_instance, "CDP-2", NOW)

    assert explanation.total_slack < 0
    assert [label.key for label in explanation.downstream] == ["Nord AG, personal offers", "CMP-2"]


def test_an_item_can_be_named_by_its_web_address_or_reference(synced_instance: Instance) -> None:
    by_key = explain_item(synced_instance, "CDP-2", NOW)

    assert by_key.item.label.url is not None
    assert explain_item(synced_instance, by_key.item.label.url, NOW) == by_key
    assert explain_item(synced_instance, by_key.item.label.ref, NOW) == by_key


def test_an_item_can_be_explained_as_of_a_past_day(synced_instance: Instance) -> None:
    before_the_slip = datetime.combine(day(-5), time(12), tzinfo=UTC)

    past = explain_item(synced_instance, "CDP-1", NOW, before_the_slip)
    present = explain_item(synced_instance, "CDP-1", NOW)

    assert past.item.planned_finish == day(-4)
    assert present.item.planned_finish == day(16)


def test_dependencies_of_a_past_day_are_those_stated_then(synced_instance: Instance) -> None:
    past = explain_item(
        synced_instance, "CDP-1", NOW, datetime.combine(day(-5), time(12), tzinfo=UTC)
    )

    assert "CDP-2" in [label.key for label in past.downstream]


def test_an_item_that_did_not_exist_yet_is_reported(synced_instance: Instance) -> None:
    with pytest.raises(UnknownName, match="not known then"):
        explain_item(synced_instance, "CDP-1", NOW, NOW - timedelta(days=365))


def test_an_unknown_name_is_answered_with_the_forms_that_are_accepted(
    synced_instance: Instance,
) -> None:
    with pytest.raises(UnknownName, match="key, address or reference"):
        explain_item(synced_instance, "CDP-99", NOW)


def test_a_won_deal_is_not_done_for_it_waits_for_what_was_sold(
    small: Small, instance: Instance
) -> None:
    won = {"StageName": "Closed Won", "IsWon": True, "IsClosed": True}
    page = small.call_salesforce("GET", "/").text
    for deal_id in re.findall("/lightning/r/Opportunity/([^/]+)/view", page):
        small.call_salesforce("PATCH", f"/_sandbox/records/{deal_id}", won)
    run_sync(instance, write=False)

    explanation = explain_item(instance, "Nord AG, personal offers", NOW)

    assert not explanation.item.done
