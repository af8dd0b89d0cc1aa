"""The inbox: when a conflict counts as past its decision time, and what a long list becomes."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from model.warehouse.ledger import read_conflicts
from pipelines.cards import inbox
from pipelines.instance import Instance
from tests.pipelines.dagster.conftest import Deployed


@pytest.fixture
def instance(synced_deployed: Deployed) -> Iterator[Instance]:
    opened = synced_deployed.small.open()
    yield opened
    opened.close()


def last_minute(instance: Instance) -> datetime:
    """One minute before midnight on the last day to decide, in the time zone of the model."""
    with instance.engine.connect() as connection:
        deadlines = {each.escalation.decide_by for each in read_conflicts(connection).values()}
    (deadline,) = deadlines
    return datetime.combine(deadline, time(23, 59), tzinfo=ZoneInfo(instance.model.time_zone))


def inbox_at(deployed: Deployed, instance: Instance, now: datetime) -> dict[str, Any]:
    return inbox.inbox_metadata(instance, deployed.dagster, now)


def test_on_its_last_day_a_conflict_is_not_past_its_decision_time(
    synced_deployed: Deployed, instance: Instance
) -> None:
    metadata = inbox_at(synced_deployed, instance, last_minute(instance))

    assert metadata["past their decision time"] == 0
    assert "which is past" not in metadata["high conflicts"].md_str


def test_a_conflict_is_past_its_decision_time_from_midnight_in_the_time_zone_of_the_model(
    synced_deployed: Deployed, instance: Instance
) -> None:
    midnight = last_minute(instance) + timedelta(minutes=1)

    metadata = inbox_at(synced_deployed, instance, midnight)

    assert metadata["past their decision time"] == metadata["open"] == 2
    assert metadata["high conflicts"].md_str.count("which is past") == 2


def test_conflicts_beyond_the_first_rows_are_counted_and_linked(
    synced_deployed: Deployed, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_ROWS", 1)

    metadata = inbox_at(synced_deployed, instance, last_minute(instance))

    assert metadata["open"] == 2
    text = metadata["high conflicts"].md_str
    assert "[and 1 more](/assets/conflict?view=partitions)" in text
    assert text.count("decides") == 1
