"""Opportunities and their history mapped to deals and versions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.base import ConnectorContext, RawRecord
from connectors.salesforce.connector import open_connector
from connectors.salesforce.deals import map_deal
from connectors.salesforce.tool import TOOL
from connectors.testing import assert_mapping_version, map_recorded
from model.operating_model.lookups import ConnectionLookups
from model.records import Deal, DealStage, DependencyRole, Mapped, Origin, StatedDependency
from tests.connectors.references import REFERENCES
from tests.connectors.salesforce.builders import (
    DEAL_ID,
    OWNER_ID,
    opportunity,
    raw_record,
    settings,
    snapshot,
)


def map_opportunity(present: dict[str, Any], *history: dict[str, Any], **overrides: Any) -> Mapped:
    return map_deal("crm", settings(**overrides), raw_record(present, *history), REFERENCES)


def deal(result: Mapped) -> Deal:
    record = result.versions[-1].record
    assert isinstance(record, Deal)
    return record


def test_an_opportunity_becomes_a_deal() -> None:
    record = deal(map_opportunity(opportunity()))

    assert str(record.ref) == f"crm:deal:{DEAL_ID}"
    assert (record.key, record.title) == ("Nordwind renewal", "Nordwind renewal")
    assert record.url == f"https://acme.example/lightning/r/Opportunity/{DEAL_ID}/view"
    assert (record.function, record.owner) == ("sales", OWNER_ID)
    assert (record.stage, record.status) == (DealStage.OPEN, "Proposal")
    assert (record.amount, record.currency) == (Decimal("250000"), "EUR")
    assert (record.close_date, record.probability) == (date(2026, 4, 30), 60)
    assert record.touched_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_stated_dependency_names_the_field_that_states_it() -> None:
    dependencies = map_opportunity(opportunity()).versions[-1].stated_dependencies

    where = 'Salesforce field "Depends On"'
    assert dependencies == (
        StatedDependency("CDP-12", DependencyRole.PREDECESSOR, Origin.FIELD, where),
        StatedDependency("CDP-14", DependencyRole.PREDECESSOR, Origin.FIELD, where),
    )


@pytest.mark.parametrize("value", [None, "", "  ;  "])
def test_an_empty_field_states_no_dependency(value: str | None) -> None:
    assert map_opportunity(opportunity(Depends_On__c=value)).versions[-1].stated_dependencies == ()


@pytest.mark.parametrize(
    ("won", "closed", "stage"),
    [
        (True, True, DealStage.WON),
        (False, True, DealStage.LOST),
        (False, False, DealStage.OPEN),
    ],
)
def test_the_stage_follows_from_is_won_and_is_closed(
    won: bool, closed: bool, stage: DealStage
) -> None:
    assert deal(map_opportunity(opportunity(IsWon=won, IsClosed=closed))).stage == stage


def test_each_snapshot_of_the_history_is_a_version() -> None:
    result = map_opportunity(
        opportunity(),
        snapshot("2026-02-01", CloseDate="2026-03-31", Amount=200000.5),
        snapshot("2026-01-05", CloseDate="2026-02-28", Amount=None),
    )

    history = [(v.valid_from.date(), v.record.close_date, v.record.amount) for v in result.versions]
    assert history == [
        (date(2026, 1, 5), date(2026, 2, 28), None),
        (date(2026, 2, 1), date(2026, 3, 31), Decimal("200000.5")),
        (date(2026, 3, 1), date(2026, 4, 30), Decimal("250000")),
    ]


def test_a_past_stage_is_judged_by_its_forecast_category() -> None:
    result = map_opportunity(
        opportunity(),
        snapshot("2026-01-05", StageName="Fermé perdu", ForecastCategory="Omitted", Probability=0),
        snapshot("2026-01-06", StageName="Gewonnen", ForecastCategory="Closed", Probability=100),
        snapshot("2026-01-07", StageName="Hidden", ForecastCategory="Omitted", Probability=40),
    )

    stages = [version.record.stage for version in result.versions]
    assert stages == [DealStage.LOST, DealStage.WON, DealStage.OPEN, DealStage.OPEN]


def test_a_past_stage_of_the_same_name_as_the_present_one_is_the_same_stage() -> None:
    result = map_opportunity(
        opportunity(StageName="Parked", IsWon=False, IsClosed=False),
        snapshot("2026-01-05", StageName="Parked", ForecastCategory="Omitted", Probability=0),
    )
    assert [version.record.stage for version in result.versions] == [DealStage.OPEN] * 2


def test_an_empty_key_field_leaves_the_name_as_the_key() -> None:
    result = map_opportunity(opportunity(Deal_No__c=None), key_field="Deal_No__c")
    assert (deal(result).key, result.aliases) == ("Nordwind renewal", ())


def test_the_snapshot_of_the_last_change_is_no_version_of_its_own() -> None:
    last = snapshot("2026-03-01", CreatedDate="2026-03-01T12:00:00.000+0000")
    assert len(map_opportunity(opportunity(), last).versions) == 1


def test_a_change_by_the_system_alone_begins_the_present_version() -> None:
    rolled_up = snapshot("2026-03-09", Amount=100.0)

    last = map_opportunity(opportunity(), rolled_up).versions[-1]

    assert last.valid_from == datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert last.record.touched_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_key_field_gives_the_key_and_the_name_becomes_an_alias() -> None:
    result = map_opportunity(opportunity(Deal_No__c="D-0042"), key_field="Deal_No__c")

    assert deal(result).key == "D-0042"
    assert result.aliases == ((deal(result).ref, "Nordwind renewal"),)


def test_a_deal_without_amount_is_a_deal() -> None:
    result = map_opportunity(opportunity(Amount=None))
    assert deal(result).amount is None
    assert result.problems == ()


def test_the_currency_of_the_record_takes_precedence_over_the_default() -> None:
    assert deal(map_opportunity(opportunity(CurrencyIsoCode="USD"))).currency == "USD"


def test_an_amount_without_currency_is_left_out_and_reported_once() -> None:
    result = map_opportunity(opportunity(), snapshot("2026-01-05"), currency=None)

    assert deal(result).amount is None
    assert [(p.held, p.reason) for p in result.problems] == [
        (False, "Amount has no currency and was left out")
    ]
    assert "interlock.yaml" in result.problems[0].remedy


@pytest.mark.parametrize("code", ["euro", "eur", "€", 978])
def test_a_currency_that_is_no_code_counts_as_none(code: object) -> None:
    result = map_opportunity(opportunity(CurrencyIsoCode=code))
    assert (deal(result).amount, deal(result).currency) == (None, None)
    assert [problem.held for problem in result.problems] == [False]


@pytest.mark.parametrize(("value", "percent"), [(66.6, 67), (0.0, 0), (100.0, 100), (None, None)])
def test_a_probability_is_rounded_to_whole_percent(value: float | None, percent: int) -> None:
    assert deal(map_opportunity(opportunity(Probability=value))).probability == percent


@pytest.mark.parametrize("time", ["2026-03-01T12:00:00", "yesterday", None])
def test_a_change_without_an_exact_time_holds_the_deal(time: str | None) -> None:
    result = map_opportunity(opportunity(LastModifiedDate=time))
    assert result.versions == ()
    assert [problem.held for problem in result.problems] == [True]


def test_cents_are_exact() -> None:
    payload = raw_record(opportunity()).payload.replace("250000.0", "1234567890123456.78")
    result = map_deal("crm", settings(), RawRecord(DEAL_ID, payload), REFERENCES)
    assert deal(result).amount == Decimal("1234567890123456.78")


@pytest.mark.parametrize("bad", ["NaN", "lots", -5])
def test_an_impossible_probability_is_left_out_and_reported(bad: object) -> None:
    result = map_opportunity(opportunity(Probability=bad))

    assert deal(result).probability is None
    assert not result.problems[0].held
    assert "Probability" in result.problems[0].reason


@pytest.mark.parametrize(
    ("text", "error_text"),
    [("2026-02-30", "is no date"), ("0206-03-01", "is not plausible"), ("4000-12-31", "is not pl")],
)
def test_an_impossible_close_date_holds_the_deal_which_stays_known_by_its_name(
    text: str, error_text: str
) -> None:
    result = map_opportunity(opportunity(CloseDate=text))

    (problem,) = result.problems
    assert result.versions == ()
    assert problem.held
    assert problem.reason.startswith(f"CloseDate '{text}' {error_text}")
    address = f"https://acme.example/lightning/r/Opportunity/{DEAL_ID}/view"
    assert problem.known_as == ("Nordwind renewal", address, DEAL_ID)


def test_an_unreadable_snapshot_is_left_out_of_the_history() -> None:
    result = map_opportunity(opportunity(), snapshot("2026-02-31"), snapshot("2026-02-01"))

    assert len(result.versions) == 2
    assert [problem.held for problem in result.problems] == [False]


@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"opportunity": 1, "history": 2}', '{"op'])
def test_a_raw_record_that_is_no_opportunity_is_held(payload: str) -> None:
    result = map_deal("crm", settings(), RawRecord("006X", payload), REFERENCES)
    assert [(p.native_id, p.held) for p in result.problems] == [("006X", True)]


def test_markup_in_names_is_kept_verbatim() -> None:
    name = "<img src=x onerror=alert(1)> & Söhne"
    assert deal(map_opportunity(opportunity(Name=name))).title == name


def test_mapping_is_deterministic() -> None:
    args = (opportunity(), snapshot("2026-01-05"), snapshot("2026-02-01"))
    assert map_opportunity(*args) == map_opportunity(*args)


RAW_RECORDS = Path(__file__).with_name("raw_records.json")
RECORDED = (2, "4f87f5567f927db3")
"""The mapping version, and the digest of what `raw_records.json` maps to."""


def test_a_changed_mapping_has_a_new_version() -> None:
    lookups = ConnectionLookups(references=REFERENCES)
    connector = open_connector(settings(), ConnectorContext("crm", Path(), {}, lookups))
    now = datetime(2026, 3, 2, tzinfo=UTC)
    results = map_recorded(connector, RAW_RECORDS, now)
    assert_mapping_version(TOOL, results, *RECORDED)
