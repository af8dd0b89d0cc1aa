"""Pulling opportunities from a running org: complete, in order, again and again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from connectors.base import ConnectionFailed, ConnectorContext, Cursor, Page
from connectors.kit.client import HttpClient
from connectors.salesforce.connector import SalesforceConnector, open_connector
from connectors.salesforce.fields import OpportunityFields, SObjectRow
from connectors.salesforce.pull import OpportunityPull
from connectors.salesforce.queries import QueryClient
from connectors.salesforce.soql import ALL_IDS, IDS_PER_QUERY
from connectors.sandbox import running_sandbox
from connectors.sandbox.salesforce.org import SalesforceOrg, format_timestamp, insert
from tests.connectors.salesforce.builders import settings
from tests.connectors.salesforce.conftest import (
    ENVIRONMENT,
    Connect,
    Person,
    deal_ids,
    described_org,
)

NOW = datetime.now(UTC)


def pull(
    crm: SalesforceConnector, cursor: Cursor | None = None, later: timedelta = timedelta()
) -> list[Page]:
    return list(crm.pull("opportunities", cursor, datetime.now(UTC) + later))


def ids(pages: Sequence[Page]) -> list[str]:
    return [record.native_id for page in pages for record in page.records]


def test_the_first_pull_brings_every_deal_with_its_history(
    crm: SalesforceConnector, org: SalesforceOrg
) -> None:
    pages = pull(crm)

    assert ids(pages) == deal_ids(org)
    payload = json.loads(pages[0].records[0].payload)
    assert payload["opportunity"]["Name"] == "Nordwind"
    assert [row["Amount"] for row in payload["history"]] == [1000.0]
    assert pages[-1].snapshot_ids == set(deal_ids(org))


def test_pulled_records_can_be_mapped(crm: SalesforceConnector) -> None:
    records = pull(crm)[0].records
    results = [crm.map("opportunities", record, NOW) for record in records]
    assert [result.versions[-1].record.title for result in results] == [
        "Nordwind",
        "Südwind",
        "<b>Ostwind</b>",
    ]
    assert [result.problems for result in results] == [(), (), ()]


def test_the_next_pull_brings_only_what_changed(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    cursor = pull(crm)[-1].cursor
    changed = deal_ids(org)[0]
    person.change(changed, CloseDate="2026-06-30")

    pages = pull(crm, cursor)

    # The deal that was the newest before stands within the overlap.
    assert ids(pages) == [deal_ids(org)[2], changed]
    history = json.loads(pages[0].records[1].payload)["history"]
    assert [row["CloseDate"] for row in history] == ["2026-04-30", "2026-06-30"]


def test_a_raw_record_read_again_is_identical(crm: SalesforceConnector) -> None:
    first = pull(crm)
    again = pull(crm, first[-1].cursor)
    assert set(again[0].records) <= set(first[0].records)


def test_a_short_page_is_not_the_last_page(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    person.set(batch_size=1)
    pages = pull(crm)
    assert [len(page.records) for page in pages] == [1, 1, 1, 0]
    assert pages[-1].snapshot_ids == set(deal_ids(org))


def test_a_pull_that_was_stopped_resumes_at_its_last_page(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    person.set(batch_size=1)
    stopped = crm.pull("opportunities", None, datetime.now(UTC))
    next(stopped)
    second = next(stopped)

    assert ids(pull(crm, second.cursor)) == deal_ids(org)[1:]


def test_deals_with_one_stamp_are_all_read(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    for deal in deal_ids(org):
        person.overwrite(deal, SystemModstamp="2026-01-09T08:00:00.000+0000")
    person.set(batch_size=1)
    first = next(iter(crm.pull("opportunities", None, datetime.now(UTC))))

    assert set(ids([first, *pull(crm, first.cursor)])) == set(deal_ids(org))


def test_a_row_that_appears_late_with_an_earlier_stamp_is_not_missed(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    late, *_, newest = deal_ids(org)
    cursor = pull(crm)[-1].cursor
    last = datetime.fromisoformat(org.records["Opportunity"][newest]["SystemModstamp"])

    person.overwrite(
        late, Amount=7.0, SystemModstamp=format_timestamp(last - timedelta(minutes=10))
    )

    assert late in ids(pull(crm, cursor))


def test_once_a_day_everything_is_read_again(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    cursor = pull(crm)[-1].cursor
    formula = deal_ids(org)[0]
    person.overwrite(formula, Depends_On__c="CDP-99")

    assert formula not in ids(pull(crm, cursor, later=timedelta(hours=23)))
    next_day = pull(crm, cursor, later=timedelta(hours=25))
    assert formula in ids(next_day)
    assert formula not in ids(pull(crm, next_day[-1].cursor, later=timedelta(hours=26)))


def test_a_deleted_deal_is_distinguished_from_one_that_is_no_longer_shared(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    cursor = pull(crm)[-1].cursor
    deleted, hidden, visible = deal_ids(org)
    person.delete(deleted)
    del org.records["Opportunity"][hidden]

    last = pull(crm, cursor)[-1]

    assert (last.deleted, last.snapshot_ids) == ({deleted}, {visible})
    assert "no longer shared" in last.gone_reason


def test_a_deletion_is_remembered_after_the_log_forgot_it(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    deleted = deal_ids(org)[0]
    before = pull(crm)[-1].cursor
    person.delete(deleted)
    first = pull(crm, before)[-1]
    second = pull(crm, first.cursor)[-1]
    del org.records["Opportunity"][deleted]  # the recycle bin and the log forget
    third = pull(crm, second.cursor)[-1]

    assert [page.deleted for page in (first, second, third)] == [{deleted}] * 3


def test_a_deal_restored_from_the_recycle_bin_is_no_longer_deleted(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    deal = deal_ids(org)[0]
    cursor = pull(crm)[-1].cursor
    person.delete(deal)
    gone = pull(crm, cursor)[-1]
    person.overwrite(deal, IsDeleted=False)

    back = pull(crm, gone.cursor)

    assert deal in ids(back)
    assert back[-1].deleted == set()
    assert back[-1].cursor["deleted"] == []


class _LogWithRestoredDeal(QueryClient):
    """A delete log that still lists a deal which was taken from the recycle bin since."""

    def fetch_delete_log(
        self, thing: str, since: datetime, until: datetime
    ) -> tuple[list[SObjectRow], datetime]:
        return [{"id": "006000000000001AAA"}], until

    def fetch_pages(self, soql: str) -> Iterator[list[SObjectRow]]:
        yield [{"Id": "006000000000001AAA"}] if soql == ALL_IDS else []


def test_a_visible_deal_is_not_deleted_whatever_the_log_says() -> None:
    client = HttpClient("crm", "https://acme.example", httpx.Auth(), "nothing")
    pull_of_deals = OpportunityPull(
        _LogWithRestoredDeal("crm", "/api", client), OpportunityFields((), (), (), (), False, True)
    )
    before: Cursor = {"deleted_until": NOW.isoformat()}

    (page,) = pull_of_deals.pages(before, NOW + timedelta(hours=1))

    assert page.deleted == set()
    assert page.cursor["deleted"] == []


def test_a_connection_that_was_idle_for_weeks_still_reads_the_delete_log(
    crm: SalesforceConnector,
) -> None:
    cursor = pull(crm)[-1].cursor
    long_ago = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    assert pull(crm, cursor | {"deleted_until": long_ago})[-1].snapshot_ids


def test_more_deals_than_a_query_may_name_have_their_history(
    crm: SalesforceConnector, org: SalesforceOrg
) -> None:
    owner = next(iter(org.records["User"]))
    for number in range(IDS_PER_QUERY):
        insert(org, "Opportunity", {"Name": f"Deal {number}"}, owner, format_timestamp(NOW))

    records = pull(crm)[0].records

    assert len(records) == IDS_PER_QUERY + 3
    assert all(json.loads(record.payload)["history"] for record in records)


def test_an_empty_org_has_no_snapshot_ids(crm: SalesforceConnector, org: SalesforceOrg) -> None:
    org.records["Opportunity"].clear()
    (page,) = pull(crm)
    assert (page.records, page.snapshot_ids) == ((), frozenset())
    assert pull(crm, page.cursor)[-1].snapshot_ids == frozenset()


def test_a_session_that_expires_half_way_is_renewed(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    person.set(batch_size=1)
    person.fault("expire_token", "GET .*/query/", times=1)

    assert ids(pull(crm)) == deal_ids(org)
    assert len(person.asked("POST /services/oauth2/token")) == 2


def test_at_the_daily_limit_the_pull_stops_and_names_the_time_to_resume(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    person.set(batch_size=1)
    pages = crm.pull("opportunities", None, datetime.now(UTC))
    first = next(pages)
    person.fault("429", ".*")

    with pytest.raises(ConnectionFailed, match=r"free again by \d{4}-\d\d-\d\d"):
        list(pages)

    assert first.cursor["stamp"] == org.records["Opportunity"][deal_ids(org)[0]]["SystemModstamp"]


def test_a_page_cut_in_half_is_read_again(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    person.fault("truncate", "GET .*/query", times=1)
    assert ids(pull(crm)) == deal_ids(org)


def test_a_hidden_field_fails_the_pull_and_is_named(
    crm: SalesforceConnector, person: Person
) -> None:
    person.set(hidden_fields=["Opportunity.CloseDate"])
    with pytest.raises(ConnectionFailed, match=r"Opportunity\.CloseDate .* field-level security"):
        pull(crm)


def test_a_field_hidden_while_reading_is_named_with_its_remedy(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    person.set(batch_size=1)
    pages = crm.pull("opportunities", None, datetime.now(UTC))
    next(pages)
    person.set(hidden_fields=["OpportunityHistory.Amount"])
    with pytest.raises(ConnectionFailed, match=r"'Amount'.*read access"):
        list(pages)


def test_an_amount_is_null_in_the_tool_and_in_the_deal(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person
) -> None:
    person.change(deal_ids(org)[0], Amount=None)
    records = {r.native_id: r for r in pull(crm)[0].records}
    result = crm.map("opportunities", records[deal_ids(org)[0]], NOW)
    assert [getattr(v.record, "amount", 0) for v in result.versions] == [1000, None]


def test_an_org_that_states_no_currency_needs_one_in_the_settings(connect: Connect) -> None:
    with pytest.raises(ConnectionFailed, match="`currency`"):
        pull(connect(currency=None))


def test_an_org_with_several_currencies_needs_none_in_the_settings() -> None:
    described = described_org() | {"currencies": ["EUR", "USD"]}
    described["opportunities"][0]["currency"] = "USD"
    with running_sandbox(salesforce=described) as sandbox:
        context = ConnectorContext("crm", Path(), ENVIRONMENT)
        crm = open_connector(settings(url=sandbox.salesforce_url, currency=None), context)
        results = [crm.map("opportunities", record, NOW) for record in pull(crm)[0].records]
        crm.close()
    assert [getattr(result.versions[-1].record, "currency", "") for result in results] == [
        "USD",
        "EUR",
        "EUR",
    ]
