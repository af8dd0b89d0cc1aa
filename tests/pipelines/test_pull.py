"""Pulling: what is gone from a tool is counted once, and problems stay until they are solved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from connectors.base import Page, RawRecord
from model.records import Problem
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


@dataclass(frozen=True)
class ScriptedConnector:
    """A connector whose only stream has these pages."""

    pages: tuple[Page, ...]
    name: str = "sales"
    streams: tuple[str, ...] = ("deals",)

    def pull(self, *_: Any) -> Iterator[Page]:
        yield from self.pages


@dataclass(frozen=True)
class ScriptedInstance(Instance):
    """An instance whose connections all pull these pages."""

    pages: tuple[Page, ...]

    @contextmanager
    def connector(self, name: str) -> Iterator[Any]:
        yield ScriptedConnector(self.pages, name)


def pull_pages(instance: Instance, *pages: Page) -> None:
    """Pull these pages as one connection of the instance, in its warehouse."""
    parts = instance.deployment, instance.model, instance.rules
    with closing(ScriptedInstance(instance.home, instance.environment, *parts, pages)) as scripted:
        pull(scripted, "sales", NOW)


def quarantined_ids(instance: Instance) -> list[str]:
    with instance.engine.connect() as connection:
        query = "select native_id from quarantine order by native_id"
        return list(connection.exec_driver_sql(query).scalars())


def test_a_problem_of_any_page_stays_although_the_full_set_of_ids_lacks_its_record(
    instance: Instance,
) -> None:
    nameless = Problem("row 7", "row 7 has no key", "Give it a key.")
    first = Page((RawRecord("1", "{}"),), {"page": 1}, problems=(nameless,))
    last = Page((RawRecord("2", "{}"),), {"page": 2}, snapshot_ids=frozenset({"1", "2"}))

    pull_pages(instance, first, last)

    assert quarantined_ids(instance) == ["row 7"]


def test_a_problem_that_the_next_full_pull_no_longer_reports_is_gone(instance: Instance) -> None:
    nameless = Problem("row 7", "row 7 has no key", "Give it a key.")
    whole = Page((RawRecord("1", "{}"),), {"page": 1}, snapshot_ids=frozenset({"1"}))
    pull_pages(instance, Page((), {}, problems=(nameless,)), whole)

    pull_pages(instance, whole)

    assert quarantined_ids(instance) == []
