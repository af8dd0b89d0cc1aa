from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.connectors.sandbox.documents import DATA


def run(client: httpx.Client, text: str, *, path: str = "query") -> httpx.Response:
    return client.get(f"{DATA}/{path}", params={"q": text})


def names(client: httpx.Client, where: str) -> list[str]:
    response = run(client, f"SELECT Name FROM Opportunity {where}")
    assert response.status_code == 200, response.text
    return [row["Name"] for row in response.json()["records"]]


OFFERS, RENEWAL, FLEET = "Personal offers", 'O\'Brien "renewal" 100%', "Fleet cover"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("ORDER BY CloseDate", [FLEET, OFFERS, RENEWAL]),
        ("ORDER BY Amount", [RENEWAL, FLEET, OFFERS]),
        ("ORDER BY Amount DESC", [OFFERS, FLEET, RENEWAL]),
        ("ORDER BY Amount ASC NULLS LAST LIMIT 2", [FLEET, OFFERS]),
        ("ORDER BY Name LIMIT 1 OFFSET 1", [RENEWAL]),
        ("WHERE Amount = null", [RENEWAL]),
        ("WHERE Amount != null ORDER BY Name", [FLEET, OFFERS]),
        ("WHERE Amount > 5000 AND IsClosed = false", [OFFERS]),
        ("WHERE CloseDate <= 2026-12-10 ORDER BY Id", [OFFERS, FLEET]),
        (
            "WHERE SystemModstamp >= 2026-10-01T10:00:00+02:00 ORDER BY Name LIMIT 1",
            [FLEET],
        ),
        ("WHERE SystemModstamp > 2026-10-01T08:00:00Z", [FLEET]),
        ("WHERE Name = 'O\\'Brien \"renewal\" 100%'", [RENEWAL]),
        ("WHERE name LIKE 'personal%'", [OFFERS]),
        ("WHERE Account.Name IN ('NORD AG') AND NOT (IsClosed = true)", [OFFERS]),
        ("WHERE StageName NOT IN ('Prospecting', 'Closed Lost')", [OFFERS]),
        (
            "WHERE (Amount < 6000 OR Amount = null) AND Probability < 50 ORDER BY Name",
            [FLEET, RENEWAL],
        ),
    ],
)
def test_a_query_returns_the_matching_records_in_order(
    salesforce: httpx.Client, where: str, expected: list[str]
) -> None:
    assert names(salesforce, where) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT FROM Opportunity", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity WHERE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity WHERE Name = 'open", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity LIMIT ten", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity; DROP", "MALFORMED_QUERY"),
        ("SELECT Nope FROM Opportunity", "INVALID_FIELD"),
        ("SELECT Boss.Name FROM Opportunity", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE Amount = '5'", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE Name = 5", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE CloseDate > '2026-01-01'", "INVALID_FIELD"),
        ("SELECT Id FROM FeedItem WHERE Body LIKE '%C-1%'", "INVALID_FIELD"),
        ("SELECT Id FROM Unicorn", "INVALID_TYPE"),
    ],
)
def test_an_invalid_query_is_refused_with_the_code_of_salesforce(
    salesforce: httpx.Client, text: str, code: str
) -> None:
    response = run(salesforce, text)
    assert (response.status_code, response.json()[0]["errorCode"]) == (400, code)


def test_rows_have_their_type_and_related_records(salesforce: httpx.Client, deal: str) -> None:
    query = f"SELECT Id, Account.Name, Owner.Name FROM Opportunity WHERE Id = '{deal[:15]}'"
    [row] = run(salesforce, query).json()["records"]
    url = f"{DATA}/sobjects/Opportunity/{deal}"
    assert row["attributes"] == {"type": "Opportunity", "url": url}
    assert (row["Account"]["Name"], row["Owner"]["Name"]) == ("Nord AG", "Sam <b>Sales</b>")
    assert row["Account"]["attributes"]["type"] == "Account"


def test_a_missing_related_record_is_null(salesforce: httpx.Client) -> None:
    query = "SELECT Account.Name FROM Opportunity WHERE AccountId = null"
    [row] = run(salesforce, query).json()["records"]
    assert row["Account"] is None


def test_pages_link_to_the_next_one_until_the_last(salesforce: httpx.Client) -> None:
    salesforce.put("/_sandbox/settings", json={"batch_size": 2})
    page: Any = run(salesforce, "SELECT Id FROM Opportunity ORDER BY Id").json()
    assert (page["totalSize"], page["done"], len(page["records"])) == (3, False, 2)
    last = salesforce.get(page["nextRecordsUrl"]).json()
    assert (last["done"], len(last["records"]), "nextRecordsUrl" in last) == (True, 1, False)
    expired = salesforce.get(f"{DATA}/query/01g0000-2")
    assert expired.json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_a_batch_size_below_200_counts_as_200(salesforce: httpx.Client) -> None:
    headers = {"Sforce-Query-Options": "batchSize=1"}
    query = {"q": "SELECT Id FROM Opportunity"}
    assert salesforce.get(f"{DATA}/query", params=query, headers=headers).json()["done"] is True


def test_a_count_returns_the_number_without_records(salesforce: httpx.Client) -> None:
    response = run(salesforce, "SELECT COUNT() FROM Opportunity WHERE IsClosed = false").json()
    assert response == {"totalSize": 2, "done": True, "records": []}


def test_the_history_has_the_past_of_the_file_and_each_later_change(
    salesforce: httpx.Client, deal: str
) -> None:
    path = f"{DATA}/sobjects/Opportunity/{deal}"
    salesforce.patch(path, json={"NextStep": "Call"})
    salesforce.patch(path, json={"StageName": "Closed Won"})
    query = (
        "SELECT StageName, Amount, CloseDate, Probability FROM OpportunityHistory "
        f"WHERE OpportunityId = '{deal}' ORDER BY CreatedDate"
    )
    rows = run(salesforce, query).json()["records"]
    assert [(row["StageName"], row["Amount"], row["Probability"]) for row in rows] == [
        ("Prospecting", 100000, 10),
        ("Negotiation/Review", 120000, 90),
        ("Closed Won", 120000, 100),
    ]


def test_a_hidden_field_is_missing_everywhere(salesforce: httpx.Client, deal: str) -> None:
    salesforce.put("/_sandbox/settings", json={"hidden_fields": ["Opportunity.Depends_On__c"]})
    described = salesforce.get(f"{DATA}/sobjects/Opportunity/describe").json()["fields"]
    assert "Depends_On__c" not in [field["name"] for field in described]
    response = run(salesforce, "SELECT Depends_On__c FROM Opportunity")
    assert response.json()[0]["errorCode"] == "INVALID_FIELD"
    assert "Depends_On__c" not in salesforce.get(f"{DATA}/sobjects/Opportunity/{deal}").json()


def test_requests_beyond_the_daily_limit_are_refused(salesforce: httpx.Client) -> None:
    salesforce.put("/_sandbox/settings", json={"daily_requests": 2})
    first = salesforce.get(f"{DATA}/limits")
    assert first.headers["Sforce-Limit-Info"] == "api-usage=1/2"
    assert first.json()["DailyApiRequests"] == {"Max": 2, "Remaining": 1}
    salesforce.get(f"{DATA}/limits")
    refused = salesforce.get(f"{DATA}/limits")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")


def test_api_versions_before_60_do_not_exist(salesforce: httpx.Client) -> None:
    assert salesforce.get("/services/data/v59.0/limits").status_code == 404
    versions = [entry["version"] for entry in salesforce.get("/services/data").json()]
    assert "62.0" in versions
