"""What an opportunity and its history become in the shared model."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.base import RawRecord
from connectors.salesforce.deals import map_deal
from connectors.tools import installed_tools
from model.records import Deal, DealStage, DependencyRole, Mapped, Origin, StatedDependency
from tests.connectors.salesforce.builders import (
    DEAL_ID,
    OWNER_ID,
    opportunity,
    raw_record,
    settings,
    snapshot,
)

REFERENCES = installed_tools().references


def mapped(present: dict[str, Any], *history: dict[str, Any], **own: Any) -> Mapped:
    return map_deal("crm", settings(**own), raw_record(present, *history), REFERENCES)


def deal(found: Mapped) -> Deal:
    record = found.versions[-1].record
    assert isinstance(record, Deal)
    return record


def test_an_opportunity_becomes_a_deal() -> None:
    found = deal(mapped(opportunity()))

    assert str(found.ref) == f"crm:deal:{DEAL_ID}"
    assert (found.key, found.title) == ("Nordwind renewal", "Nordwind renewal")
    assert found.url == f"https://acme.example/lightning/r/Opportunity/{DEAL_ID}/view"
    assert (found.function, found.owner) == ("sales", OWNER_ID)
    assert (found.stage, found.status) == (DealStage.OPEN, "Proposal")
    assert (found.amount, found.currency) == (Decimal("250000"), "EUR")
    assert (found.close_date, found.probability) == (date(2026, 4, 30), 60)
    assert found.touched_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_what_the_deal_depends_on_is_claimed_with_the_place_where_it_stands() -> None:
    claims = mapped(opportunity()).versions[-1].stated_dependencies

    where = 'Salesforce field "Depends On"'
    assert claims == (
        StatedDependency("CDP-12", DependencyRole.PREDECESSOR, Origin.FIELD, where),
        StatedDependency("CDP-14", DependencyRole.PREDECESSOR, Origin.FIELD, where),
    )


@pytest.mark.parametrize("value", [None, "", "  ;  "])
def test_an_empty_field_claims_nothing(value: str | None) -> None:
    assert mapped(opportunity(Depends_On__c=value)).versions[-1].stated_dependencies == ()


@pytest.mark.parametrize(
    ("won", "closed", "stage"),
    [
        (True, True, DealStage.WON),
        (False, True, DealStage.LOST),
        (False, False, DealStage.OPEN),
    ],
)
def test_the_stage_follows_from_what_the_org_says_of_it(
    won: bool, closed: bool, stage: DealStage
) -> None:
    assert deal(mapped(opportunity(IsWon=won, IsClosed=closed))).stage == stage


def test_the_history_tells_how_the_close_date_slipped() -> None:
    found = mapped(
        opportunity(),
        snapshot("2026-02-01", CloseDate="2026-03-31", Amount=200000.5),
        snapshot("2026-01-05", CloseDate="2026-02-28", Amount=None),
    )

    told = [(v.valid_from.date(), v.record.close_date, v.record.amount) for v in found.versions]
    assert told == [
        (date(2026, 1, 5), date(2026, 2, 28), None),
        (date(2026, 2, 1), date(2026, 3, 31), Decimal("200000.5")),
        (date(2026, 3, 1), date(2026, 4, 30), Decimal("250000")),
    ]


def test_a_past_stage_is_judged_by_its_forecast_category() -> None:
    found = mapped(
        opportunity(),
        snapshot("2026-01-05", StageName="Fermé perdu", ForecastCategory="Omitted", Probability=0),
        snapshot("2026-01-06", StageName="Gewonnen", ForecastCategory="Closed", Probability=100),
        snapshot("2026-01-07", StageName="Hidden", ForecastCategory="Omitted", Probability=40),
    )

    stages = [version.record.stage for version in found.versions]
    assert stages == [DealStage.LOST, DealStage.WON, DealStage.OPEN, DealStage.OPEN]


def test_the_snapshot_of_the_last_change_is_the_present_itself() -> None:
    last = snapshot("2026-03-01", CreatedDate="2026-03-01T12:00:00.000+0000")
    assert len(mapped(opportunity(), last).versions) == 1


def test_a_change_made_by_the_system_does_not_date_the_present_back() -> None:
    rolled_up = snapshot("2026-03-09", Amount=100.0)

    last = mapped(opportunity(), rolled_up).versions[-1]

    assert last.valid_from == datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert last.record.touched_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_number_field_names_the_deal_and_its_name_stays_known() -> None:
    found = mapped(opportunity(Deal_No__c="D-0042"), key_field="Deal_No__c")

    assert deal(found).key == "D-0042"
    assert found.aliases == ((deal(found).ref, "Nordwind renewal"),)


def test_a_deal_without_amount_is_a_deal() -> None:
    found = mapped(opportunity(Amount=None))
    assert deal(found).amount is None
    assert found.problems == ()


def test_the_records_own_currency_goes_before_the_default() -> None:
    assert deal(mapped(opportunity(CurrencyIsoCode="USD"))).currency == "USD"


def test_an_amount_without_currency_is_left_out_and_said_once() -> None:
    found = mapped(opportunity(), snapshot("2026-01-05"), currency=None)

    assert deal(found).amount is None
    assert [(p.held, p.reason) for p in found.problems] == [
        (False, "Amount has no currency and was left out")
    ]
    assert "interlock.yaml" in found.problems[0].remedy


def test_cents_are_exact() -> None:
    payload = raw_record(opportunity()).payload.replace("250000.0", "1234567890123456.78")
    found = map_deal("crm", settings(), RawRecord(DEAL_ID, payload), REFERENCES)
    assert deal(found).amount == Decimal("1234567890123456.78")


@pytest.mark.parametrize("bad", ["NaN", "lots", -5])
def test_a_senseless_probability_is_left_out_with_its_reason(bad: object) -> None:
    found = mapped(opportunity(Probability=bad))

    assert deal(found).probability is None
    assert not found.problems[0].held
    assert "Probability" in found.problems[0].reason


@pytest.mark.parametrize(
    ("said", "how"),
    [("2026-02-30", "is no date"), ("0206-03-01", "is not plausible"), ("4000-12-31", "is not pl")],
)
def test_an_impossible_close_date_holds_the_deal_back_without_hiding_it(
    said: str, how: str
) -> None:
    found = mapped(opportunity(CloseDate=said))

    (problem,) = found.problems
    assert found.versions == ()
    assert problem.held
    assert problem.reason.startswith(f"CloseDate '{said}' {how}")
    assert "Nordwind renewal" in problem.known_as


def test_an_unreadable_snapshot_is_left_out_of_the_history() -> None:
    found = mapped(opportunity(), snapshot("2026-02-31"), snapshot("2026-02-01"))

    assert len(found.versions) == 2
    assert [problem.held for problem in found.problems] == [False]


@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"opportunity": 1, "history": 2}', '{"op'])
def test_what_is_no_opportunity_goes_to_quarantine(payload: str) -> None:
    found = map_deal("crm", settings(), RawRecord("006X", payload), REFERENCES)
    assert [(p.native_id, p.held) for p in found.problems] == [("006X", True)]


def test_markup_in_names_stays_what_it_is() -> None:
    name = "<img src=x onerror=alert(1)> & Söhne"
    assert deal(mapped(opportunity(Name=name))).title == name


def test_mapping_the_same_twice_gives_the_same() -> None:
    args = (opportunity(), snapshot("2026-01-05"), snapshot("2026-02-01"))
    assert mapped(*args) == mapped(*args)
