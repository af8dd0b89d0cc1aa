"""Why an item is forecast when it is, now and as it stood on a past day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from pipelines.instance import Instance
from pipelines.steps.explain import UnknownName, explain_item
from pipelines.steps.sync import sync_all
from tests.pipelines.small import NOW, day


@pytest.fixture
def synced(instance: Instance) -> Instance:
    sync_all(instance, NOW, lambda _: None, write=False)
    return instance


def test_the_driving_chain_runs_through_all_tools_to_its_source(synced: Instance) -> None:
    explained = explain_item(synced, "CMP-2", NOW)

    assert [link.label.key for link in explained.chain] == ["CDP-1", "CDP-2", "CMP-2"]
    assert explained.chain[0].source == 'Jira "Due date" in it-jira'
    assert explained.chain[1].dependency_place == 'column "Depends on" in marketing-plan'


def test_slack_and_downstream_tell_who_else_moves(synced: Instance) -> None:
    explained = explain_item(synced, "CDP-2", NOW)

    assert explained.total_slack < 0
    assert [one.key for one in explained.downstream] == ["Nord AG, personal offers", "CMP-2"]


def test_a_web_address_or_a_reference_names_an_item_too(synced: Instance) -> None:
    by_key = explain_item(synced, "CDP-2", NOW)

    assert by_key.item.label.url is not None
    assert explain_item(synced, by_key.item.label.url, NOW) == by_key
    assert explain_item(synced, by_key.item.label.ref, NOW) == by_key


def test_the_plan_can_be_asked_as_it_stood_on_a_past_day(synced: Instance) -> None:
    before_the_slip = datetime.combine(day(-5), time(12), tzinfo=UTC)

    past = explain_item(synced, "CDP-1", NOW, before_the_slip)
    present = explain_item(synced, "CDP-1", NOW)

    assert past.item.planned_finish == day(-4)
    assert present.item.planned_finish == day(16)


def test_dependencies_of_a_past_day_are_those_that_were_stated_then(synced: Instance) -> None:
    past = explain_item(synced, "CDP-1", NOW, datetime.combine(day(-5), time(12), tzinfo=UTC))

    assert "CDP-2" in [one.key for one in past.downstream]


def test_an_item_that_was_not_there_yet_is_said_so(synced: Instance) -> None:
    with pytest.raises(UnknownName, match="not known then"):
        explain_item(synced, "CDP-1", NOW, NOW - timedelta(days=365))


def test_an_unknown_name_says_what_to_give(synced: Instance) -> None:
    with pytest.raises(UnknownName, match="key, address or reference"):
        explain_item(synced, "CDP-99", NOW)
