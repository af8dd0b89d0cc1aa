import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.erp.tool import TOOL
from connectors.testing import assert_mapping_version, map_recorded
from model.records import Kind, Ref, Spend, SpendKind
from tests.connectors.erp.conftest import NOW, PROFILE, ExportFolder

WriteLine = Callable[..., str]


def test_a_line_is_mapped_to_spend(folder: ExportFolder, line: WriteLine) -> None:
    folder.put("march.csv", line("4711", "1.234,56-"))
    assert folder.spend() == [
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


def test_a_line_is_valid_from_when_its_file_was_saved(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line(), day=9)
    assert folder.mapped()[0].versions[0].valid_from == datetime(2026, 6, 9, 12, 0, tzinfo=UTC)


def test_a_line_of_a_file_saved_in_the_future_is_valid_from_when_it_was_observed(
    folder: ExportFolder, line: WriteLine
) -> None:
    path = folder.put("march.csv", line())
    ahead = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    os.utime(path, (ahead, ahead))
    assert folder.mapped()[0].versions[0].valid_from == datetime(2026, 7, 1, 6, 0, tzinfo=UTC)


def test_a_line_that_only_moved_within_its_file_is_the_same_record(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line())
    before = folder.spend()
    folder.put("march.csv", line(), head=f"Preamble\r\n{_head(folder)}", day=2)
    assert folder.spend() == before


def _head(folder: ExportFolder) -> str:
    text: str = (folder.home / "march.csv").read_text().splitlines()[0]
    return text


@pytest.mark.parametrize(("word", "kind"), [("plan", "budget"), ("OBLIGO", "commitment")])
def test_the_profile_maps_words_to_kinds_of_spend(
    folder: ExportFolder, line: WriteLine, word: str, kind: str
) -> None:
    folder.put("march.csv", line(kind=word))
    assert folder.spend()[0].spend_kind == kind


def test_a_cost_centre_determines_the_responsible_function(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.settings["functions"] = {"4400": "it"}
    folder.put("march.csv", line("1"), line("2", cost_centre="5000"))
    assert [spend.function for spend in folder.spend()] == ["it", "finance"]


@pytest.mark.parametrize(
    ("fields", "message"),
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
def test_a_line_with_an_unreadable_field_is_quarantined_with_its_place(
    folder: ExportFolder, line: WriteLine, fields: dict[str, str], message: str
) -> None:
    folder.put("march.csv", line("1", "1,50"), line("2", **fields))
    (problem,) = folder.quarantined()
    assert problem.reason.startswith("march.csv, line 3: ")
    assert message in problem.reason
    assert problem.held
    assert problem.known_as[:2] == ("2", "P-100")
    assert problem.native_id in problem.known_as
    assert [spend.key for spend in folder.spend()] == ["1"]


def test_lines_of_an_ambiguous_column_are_quarantined_until_the_profile_declares_its_style(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line("1", "1.234"), line("2", "950"))
    assert len(folder.quarantined()) == 2
    assert "can be read as 1234 (german) or 1.234 (english)" in folder.quarantined()[0].reason
    assert folder.quarantined()[0].remedy == "Declare `numbers` in the profile"
    landed = folder.pull().records[0]
    folder.profile["numbers"] = "german"
    replayed = folder.connector.map("lines", landed, datetime(2026, 7, 1, tzinfo=UTC))
    assert replayed.versions[0].record.amount == 1234


def test_a_budget_counts_from_its_release_date(folder: ExportFolder, line: WriteLine) -> None:
    folder.profile["columns"] = {"date": "Buchungsdatum", "release_date": "Text"}
    folder.put("march.csv", line("1", kind="Plan", text="01.07.2026"), line("2", text="01.07.2026"))
    assert [spend.on for spend in folder.spend()] == [date(2026, 7, 1), date(2026, 3, 15)]


def test_without_a_date_a_budget_counts_from_the_start_of_its_period_and_an_actual_from_the_end(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put(
        "march.csv", line("1", kind="Plan", date="00.00.0000"), line("2", kind="Ist", date="")
    )
    budget, actual = folder.spend()
    assert (budget.on, actual.on) == (date(2026, 3, 1), date(2026, 3, 31))
    assert budget.dates_from == 'first day of the period in column "Periode"'


@pytest.fixture
def wide(folder: ExportFolder) -> ExportFolder:
    del folder.profile["amount"], folder.profile["kind"], folder.profile["kinds"]
    folder.profile["amounts"] = {"budget": "Plan", "actual": "Ist"}
    folder.profile["columns"] = {"fiscal_period": "Periode", "wbs": "PSP"}
    folder.profile |= {"keys": ["PSP"], "covers": ["Periode"]}
    return folder


def test_columns_per_kind_give_one_record_per_amount(wide: ExportFolder) -> None:
    wide.put("q.csv", "2026/003;P-100;5.000,00;1.200,50", head="Periode;PSP;Plan;Ist")
    assert {spend.ref.native_id: spend.amount for spend in wide.spend()} == {
        "2026/003|P-100/budget": Decimal(5000),
        "2026/003|P-100/actual": Decimal("1200.50"),
    }


def test_with_columns_per_kind_an_empty_cell_and_zero_give_no_record(wide: ExportFolder) -> None:
    wide.put(
        "q.csv", "2026/003;P-100;0,00;7,00", "2026/003;P-200;;1,00", head="Periode;PSP;Plan;Ist"
    )
    assert [spend.ref.native_id for spend in wide.spend()] == [
        "2026/003|P-100/actual",
        "2026/003|P-200/actual",
    ]


def test_a_line_without_any_amount_is_quarantined(wide: ExportFolder) -> None:
    wide.put("q.csv", "2026/003;P-100;;", head="Periode;PSP;Plan;Ist")
    assert "it has no amount" in wide.quarantined()[0].reason


def test_the_total_is_checked_for_each_column_of_amounts(wide: ExportFolder) -> None:
    wide.profile["total"] = "Summe"
    wide.put("q.csv", "2026/003;P;5,00;1,00", "Summe;;5,00;2,00", head="Periode;PSP;Plan;Ist")
    assert 'says 2.00 for "Ist"' in wide.pull().problems[0].reason


def test_a_currency_column_is_read_and_a_wrong_code_quarantined(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile["currency"] = None
    folder.profile["columns"] = {"date": "Buchungsdatum", "currency": "Text"}
    folder.put("march.csv", line("1", text="chf"), line("2", text="Euro"))
    assert [spend.currency for spend in folder.spend()] == ["CHF"]
    assert 'column "Text": "EURO" is no currency code' in folder.quarantined()[0].reason


def test_a_utf16_sap_list_with_preamble_subtotal_and_trailing_minus_is_read(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile |= {"total": "**", "skip": ["*"]}
    rows = (line("1", "1.000,00"), line("2", "250,00-", text="Prämie Łódź"))
    folder.put(
        "march.csv",
        *(row.replace(";", "\t") for row in (*rows, "*;;;;;;;;750,00", "**;;;;;;;;750,00")),
        head=f"Kostenbericht\r\n\r\n{_usual()}".replace(";", "\t"),
        encoding="utf-16",
    )
    assert folder.pull().problems == []
    assert [(spend.amount, spend.title) for spend in folder.spend()] == [
        (Decimal(1000), "Lizenzen"),
        (Decimal(-250), "Prämie Łódź"),
    ]


def _usual() -> str:
    return "BuKr;Periode;Belegnr;Buchungsdatum;Kostenstelle;PSP-Element;Wertart;Text;Betrag"


def test_without_a_date_the_period_counts_in_a_fiscal_year_named_after_its_end(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile |= {"fiscal_year_starts_in_month": 10, "fiscal_year_named_after": "end"}
    folder.put("march.csv", line(kind="Plan", date="", period="2026/001"))
    assert folder.spend()[0].on == date(2025, 10, 1)


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({}, "P-100"),
        ({"wbs": ""}, "4400"),
        ({"wbs": "", "cost_centre": ""}, "1000|2026/003|4711"),
    ],
)
def test_a_line_without_a_document_is_named_by_wbs_or_cost_centre_or_its_id(
    folder: ExportFolder, line: WriteLine, fields: dict[str, str], key: str
) -> None:
    folder.profile["columns"] = {**folder.profile["columns"], "document": None, "text": None}
    folder.put("march.csv", line(**fields))
    (spend,) = folder.spend()
    assert (spend.key, spend.title) == (key, f"actual {key}")


def test_with_a_single_column_of_amounts_zero_is_an_amount(wide: ExportFolder) -> None:
    wide.profile["amounts"] = {"actual": "Ist"}
    wide.put("q.csv", "2026/003;P-100;0,00", head="Periode;PSP;Ist")
    assert {spend.ref.native_id: spend.amount for spend in wide.spend()} == {
        "2026/003|P-100": Decimal(0)
    }


RAW_RECORDS = Path(__file__).with_name("raw_records.json")
RECORDED = (2, "d43ea958f8e25a06")
"""The mapping version, and the digest of what `raw_records.json` maps to."""


def test_a_changed_mapping_has_a_new_version() -> None:
    columns = {**PROFILE["columns"], "purchase_order": "Bestellung"}
    exports = ExportFolder(Path("/exports"), {**PROFILE, "columns": columns})
    results = map_recorded(exports.connector, RAW_RECORDS, NOW)
    assert_mapping_version(TOOL, results, *RECORDED)
