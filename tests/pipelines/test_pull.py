"""Pulling: a record that the tool reports as deleted is gone, and is no longer counted."""

from __future__ import annotations

from datetime import timedelta

import httpx

from model.warehouse.landing import count_present_records
from pipelines.instance import Instance
from pipelines.steps.map import map_records
from pipelines.steps.pull import pull
from tests.pipelines.small import NOW, Small


def count_landed(instance: Instance) -> int:
    with instance.engine.connect() as connection:
        return count_present_records(connection, "sales")


def delete_a_deal(small: Small) -> None:
    with httpx.Client(base_url=small.sandbox.salesforce_url, verify=False) as http:
        session = http.post("/_sandbox/sessions", json={"username": "sam@example.com"}).json()
        http.headers["Authorization"] = f"Bearer {session['access_token']}"
        query = {"q": "SELECT Id FROM Opportunity"}
        deals = http.get("/services/data/v62.0/query", params=query).json()["records"]
        path = f"/services/data/v62.0/sobjects/Opportunity/{deals[0]['Id']}"
        http.delete(path).raise_for_status()


def test_a_deal_deleted_in_salesforce_is_reported_as_gone_once_and_not_counted(
    small: Small, instance: Instance
) -> None:
    pull(instance, "sales", NOW)
    map_records(instance, "sales", NOW)
    assert count_landed(instance) == 2
    delete_a_deal(small)

    later = NOW + timedelta(minutes=20)
    gone = pull(instance, "sales", later)
    ended = map_records(instance, "sales", later).ended
    again = pull(instance, "sales", later + timedelta(minutes=20))

    assert (gone.gone, gone.changed) == (1, 0)
    assert (again.gone, again.changed) == (0, 0)
    assert ended == 1
    assert count_landed(instance) == 1
