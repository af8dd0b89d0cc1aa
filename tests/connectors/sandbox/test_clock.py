"""Each tool has a clock of its own, so that a story can be told of any day."""

from __future__ import annotations

import httpx

from tests.connectors.sandbox.documents import DATA

LEAP_DAY = {"now": "2028-02-29T23:59:30Z"}
DEALS = f"{DATA}/sobjects/Opportunity"


def test_what_changes_in_jira_is_stamped_by_its_clock(jira: httpx.Client) -> None:
    jira.put("/_sandbox/settings", json=LEAP_DAY).raise_for_status()

    jira.put("/rest/api/3/issue/CDP-1", json={"fields": {"summary": "Consents"}})

    fields = jira.get("/rest/api/3/issue/CDP-1").json()["fields"]
    assert fields["updated"] == "2028-03-01T00:59:30.000+0100"


def test_a_search_counts_back_from_the_clock_of_jira(jira: httpx.Client) -> None:
    jira.put("/_sandbox/settings", json={"now": "2026-10-21T09:00:00Z"}).raise_for_status()

    found = jira.get("/rest/api/3/search/jql", params={"jql": "updated >= -1d"}).json()["issues"]

    assert [issue["id"] for issue in found] == [jira.get("/rest/api/3/issue/CDP-1").json()["id"]]


def test_what_changes_in_salesforce_is_stamped_by_its_clock(
    salesforce: httpx.Client, deal: str
) -> None:
    salesforce.put("/_sandbox/settings", json=LEAP_DAY).raise_for_status()

    salesforce.patch(f"{DEALS}/{deal}", json={"Amount": 1})

    stamp = salesforce.get(f"{DEALS}/{deal}").json()["SystemModstamp"]
    assert stamp == "2028-02-29T23:59:30.000+0000"


def test_deletions_are_told_of_fifteen_days_before_the_clock_of_salesforce(
    salesforce: httpx.Client, deal: str
) -> None:
    salesforce.put("/_sandbox/settings", json=LEAP_DAY).raise_for_status()
    salesforce.delete(f"{DEALS}/{deal}").raise_for_status()

    window = {"start": "2028-02-15T00:00:00Z", "end": "2028-03-01T00:00:00Z"}
    known = salesforce.get(f"{DEALS}/deleted/", params=window).json()
    refused = salesforce.get(
        f"{DEALS}/deleted/", params={**window, "start": "2028-02-14T00:00:00Z"}
    )

    assert [one["id"] for one in known["deletedRecords"]] == [deal]
    assert known["latestDateCovered"] == "2028-02-29T23:59:30.000+0000"
    assert refused.json()[0]["errorCode"] == "INVALID_REPLICATION_DATE"
