import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from model.records import Kind, Ref, Spend, SpendKind

Line = Callable[..., str]
Desk = Any


def test_a_line_becomes_spend_in_the_words_of_the_shared_model(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("4711", "1.234,56-"))
    assert desk.spend() == [
        Spend(
            ref=Ref("books", Kind.SPEND, "1000|2026/003|4711"),
            key="4711",
            title="Lizenzen",
            dates_from='column "Buchungsdatum"',
            function="finance",
            spend_kind=SpendKind.ACTUAL,
            amount=Decimal("-1234.56"),
            currency="EUR",
            on=date(2026, 3, 15),
            fiscal_period="2026/003",
            cost_centre="4400",
            wbs="P-100",
        )
    ]


def test_a_line_holds_from_when_its_file_was_saved(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line(), day=9)
    assert desk.mapped()[0].versions[0].valid_from == datetime(2026, 6, 9, 12, 0, tzinfo=UTC)


def test_a_file_from_a_clock_that_is_ahead_does_not_begin_in_the_future(
    desk: Desk, line: Line
) -> None:
    path = desk.put("march.csv", line())
    ahead = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    os.utime(path, (ahead, ahead))
    assert desk.mapped()[0].versions[0].valid_from == datetime(2026, 7, 1, 6, 0, tzinfo=UTC)


def test_a_line_that_only_moved_within_its_file_is_the_same_record(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line())
    before = desk.spend()
    desk.put("march.csv", line(), head=f"Preamble\r\n{_head(desk)}", day=2)
    assert desk.spend() == before


def _head(desk: Desk) -> str:
    text: str = (desk.home / "march.csv").read_text().splitlines()[0]
    return text


@pytest.mark.parametrize(("word", "kind"), [("plan", "budget"), ("OBLIGO", "commitment")])
def test_the_words_for_kinds_of_money_are_the_profiles(
    desk: Desk, line: Line, word: str, kind: str
) -> None:
    desk.put("march.csv", line(kind=word))
    assert desk.spend()[0].spend_kind == kind


def test_the_cost_centre_says_which_function_answers(desk: Desk, line: Line) -> None:
    desk.settings["functions"] = {"4400": "it"}
    desk.put("march.csv", line("1"), line("2", cost_centre="5000"))
    assert [spend.function for spend in desk.spend()] == ["it", "finance"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": "12,3x"}, 'column "Betrag": "12,3x" is not an amount in the german style'),
        ({"amount": ""}, 'column "Betrag": "" is not an amount'),
        ({"date": "31.02.2026"}, '"Buchungsdatum": "31.02.2026" is no possible date of the form'),
        ({"date": "31.12.9999"}, '"Buchungsdatum": "31.12.9999" is no possible date of the form'),
        ({"kind": "Storno"}, 'column "Wertart": "Storno" is no known kind of money'),
        ({"date": "", "period": "soon"}, 'column "Periode": "soon" is no fiscal period'),
        ({"date": "", "period": ""}, "it has no date"),
    ],
)
def test_a_field_that_cannot_be_read_holds_its_line_and_names_the_place(
    desk: Desk, line: Line, fields: dict[str, str], said: str
) -> None:
    desk.put("march.csv", line("1", "1,50"), line("2", **fields))
    (problem,) = desk.held()
    assert problem.reason.startswith("march.csv, line 3: ")
    assert said in problem.reason
    assert problem.held
    assert problem.known_as == ("2", "P-100")
    assert [spend.key for spend in desk.spend()] == ["1"]


def test_an_ambiguous_column_holds_its_lines_until_the_profile_decides(
    desk: Desk, line: Line
) -> None:
    desk.put("march.csv", line("1", "1.234"), line("2", "950"))
    assert len(desk.held()) == 2
    assert "can be read as 1234 (german) or 1.234 (english)" in desk.held()[0].reason
    assert desk.held()[0].remedy == "Declare `numbers` in the profile"
    landed = desk.pull().records[0]
    desk.profile["numbers"] = "german"
    replayed = desk.connector.map("lines", landed, datetime(2026, 7, 1, tzinfo=UTC))
    assert replayed.versions[0].record.amount == 1234


def test_a_budget_counts_from_its_release(desk: Desk, line: Line) -> None:
    desk.profile["columns"] = {"date": "Buchungsdatum", "release_date": "Text"}
    desk.put("march.csv", line("1", kind="Plan", text="01.07.2026"), line("2", text="01.07.2026"))
    assert [spend.on for spend in desk.spend()] == [date(2026, 7, 1), date(2026, 3, 15)]


def test_without_a_date_a_budget_counts_from_the_first_day_and_spend_on_the_last(
    desk: Desk, line: Line
) -> None:
    desk.put("march.csv", line("1", kind="Plan", date="00.00.0000"), line("2", kind="Ist", date=""))
    budget, actual = desk.spend()
    assert (budget.on, actual.on) == (date(2026, 3, 1), date(2026, 3, 31))
    assert budget.dates_from == 'first day of the period in column "Periode"'


@pytest.fixture
def wide(desk: Desk) -> Desk:
    del desk.profile["amount"], desk.profile["kind"], desk.profile["kinds"]
    desk.profile["amounts"] = {"budget": "Plan", "actual": "Ist"}
    desk.profile["columns"] = {"fiscal_period": "Periode", "wbs": "PSP"}
    desk.profile |= {"keys": ["PSP"], "covers": ["Periode"]}
    return desk


def test_a_column_a_kind_gives_a_record_for_each_amount(wide: Desk) -> None:
    wide.put("q.csv", "2026/003;P-100;5.000,00;1.200,50", head="Periode;PSP;Plan;Ist")
    assert {spend.ref.native_id: spend.amount for spend in wide.spend()} == {
        "2026/003|P-100/budget": Decimal(5000),
        "2026/003|P-100/actual": Decimal("1200.50"),
    }


def test_in_a_column_a_kind_nothing_and_zero_are_no_money(wide: Desk) -> None:
    wide.put(
        "q.csv", "2026/003;P-100;0,00;7,00", "2026/003;P-200;;1,00", head="Periode;PSP;Plan;Ist"
    )
    assert [spend.ref.native_id for spend in wide.spend()] == [
        "2026/003|P-100/actual",
        "2026/003|P-200/actual",
    ]


def test_a_line_without_any_amount_is_held(wide: Desk) -> None:
    wide.put("q.csv", "2026/003;P-100;;", head="Periode;PSP;Plan;Ist")
    assert "it has no amount" in wide.held()[0].reason


def test_the_total_is_checked_for_each_column_of_amounts(wide: Desk) -> None:
    wide.profile["total"] = "Summe"
    wide.put("q.csv", "2026/003;P;5,00;1,00", "Summe;;5,00;2,00", head="Periode;PSP;Plan;Ist")
    assert 'says 2.00 for "Ist"' in wide.pull().problems[0].reason


def test_a_currency_column_is_read_and_a_wrong_code_held(desk: Desk, line: Line) -> None:
    desk.profile["currency"] = None
    desk.profile["columns"] = {"date": "Buchungsdatum", "currency": "Text"}
    desk.put("march.csv", line("1", text="chf"), line("2", text="Euro"))
    assert [spend.currency for spend in desk.spend()] == ["CHF"]
    assert 'column "Text": "EURO" is no currency code' in desk.held()[0].reason


def test_a_sap_list_in_utf16_with_everything_at_once(desk: Desk, line: Line) -> None:
    desk.profile |= {"total": "**", "skip": ["*"]}
    rows = (line("1", "1.000,00"), line("2", "250,00-", text="Prämie Łódź"))
    desk.put(
        "march.csv",
        *(row.replace(";", "\t") for row in (*rows, "*;;;;;;;;750,00", "**;;;;;;;;750,00")),
        head=f"Kostenbericht\r\n\r\n{_usual()}".replace(";", "\t"),
        encoding="utf-16",
    )
    assert desk.pull().problems == []
    assert [(spend.amount, spend.title) for spend in desk.spend()] == [
        (Decimal(1000), "Lizenzen"),
        (Decimal(-250), "Prämie Łódź"),
    ]


def _usual() -> str:
    return "BuKr;Periode;Belegnr;Buchungsdatum;Kostenstelle;PSP-Element;Wertart;Text;Betrag"


def test_without_a_date_the_period_counts_in_the_fiscal_year_as_it_is_named(
    desk: Desk, line: Line
) -> None:
    desk.profile |= {"fiscal_year_starts_in_month": 10, "fiscal_year_named_after": "end"}
    desk.put("march.csv", line(kind="Plan", date="", period="2026/001"))
    assert desk.spend()[0].on == date(2025, 10, 1)
