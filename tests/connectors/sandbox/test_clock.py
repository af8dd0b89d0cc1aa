"""Each tool has its own clock, so that tests can set its time."""

from __future__ import annotations

import httpx

from tests.connectors.sandbox.documents import DATA

LEAP_DAY = {"now": "2028-02-29T23:59:30Z"}
DEALS = f"{DATA}/sobjects/Opportunity"


def test_a_change_in_jira_has_the_time_of_its_clock(jira: httpx.Client) -> None:
    jira.put("/_sandbox/settings", json=LEAP_DAY).raise_for_status()

    jira.put("/rest/api/3/issue/CDP-1", json={"fields": {"summary": "Consents"}})

    fields = jira.get("/rest/api/3/issue/CDP-1").json()["fields"]
    assert fields["updated"] == "2028-03-01T00:59:30.000+0100"


def test_a_relative_date_in_a_search_counts_from_the_clock_of_jira(jira: httpx.Client) -> None:
    jira.put("/_sandbox/settings", json={"now": "2026-10-21T09:00:00Z"}).raise_for_status()

    issues = jira.get("/rest/api/3/search/jql", params={"jql": "updated >= -1d"}).json()["issues"]

    assert [issue["id"] for issue in issues] == [jira.get("/rest/api/3/issue/CDP-1").json()["id"]]


def test_a_change_in_salesforce_has_the_time_of_its_clock(
    salesforce: httpx.Client, deal: str
) -> None:
    salesforce.put("/_sandbox/settings", json=LEAP_DAY).raise_for_status()

    salesforce.patch(f"{DEALS}/{deal}", json={"Amount": 1})

    stamp = salesforce.get(f"{DEALS}/{deal}").json()["SystemModstamp"]
    assert stamp == "2028-02-29T23:59:30.000+0000"


def test_deleted_records_are_listed_for_fifteen_days_before_the_clock_of_salesforce(
    salesforce: httpx.Client, deal: str
) -> None:
    salesforce.put("/_sandbox/settings", json=LEAP_DAY).raise_for_status()
    salesforce.delete(f"{DEALS}/{deal}").raise_for_status()

    window = {"start": "2028-02-15T00:00:00Z", "end": "2028-03-01T00:00:00Z"}
    deleted = salesforce.get(f"{DEALS}/deleted/", params=window).json()
    refused = salesforce.get(
        f"{DEALS}/deleted/", params={**window, "start": "2028-02-14T00:00:00Z"}
    )

    assert [record["id"] for record in deleted["deletedRecords"]] == [deal]
    assert deleted["latestDateCovered"] == "2028-02-29T23:59:30.000+0000"
    assert refused.json()[0]["errorCode"] == "INVALID_REPLICATION_DATE"
