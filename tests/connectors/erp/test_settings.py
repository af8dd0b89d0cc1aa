from typing import Any

import pytest
from pydantic import ValidationError

from connectors.base import ConnectionFailed
from connectors.erp.settings import ExportProfile

ExportFolder = Any
SMALL: dict[str, Any] = {
    "columns": {"date": "Date"},
    "amounts": {"actual": "Amount"},
    "currency": "EUR",
    "keys": ["No"],
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amounts": {}}, "give either `amounts`, or `amount` with `kind` and `kinds`"),
        ({"amounts": {}, "amount": "Amount"}, "give either `amounts`"),
        ({"amount": "Amount"}, "give either `amounts`"),
        ({"columns": {}}, "`fiscal_period`"),
        ({"currency": None}, "give either `currency` or the column `currency`"),
        ({"keys": []}, "at least 1 item"),
        (
            {"columns": {"fiscal_period": "Period"}, "fiscal_year_starts_in_month": 10},
            "say in `fiscal_year_named_after` whether it is its start or its end",
        ),
        ({"colums": {}}, "Extra inputs are not permitted"),
    ],
)
def test_an_incomplete_or_contradictory_profile_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        ExportProfile.model_validate(SMALL | changes)


def test_headings_in_a_profile_file_stay_text_that_yaml_would_convert(
    folder: ExportFolder,
) -> None:
    (folder.home / "sap.yaml").write_text(
        "columns: {date: Date}\namounts: {actual: Amount}\ncurrency: EUR\nkeys: [No]\n"
    )
    folder.profile = "sap.yaml"
    folder.put("a.csv", "1;2026-06-01;5", head="No;Date;Amount")
    assert [spend.amount for spend in folder.spend()] == [5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "sap.yaml cannot be read: No such file"),
        ("keys: [", "sap.yaml is not YAML"),
        ("keys: [No]\namounts: {paid: Amount}\n", "sap.yaml is not complete: amounts.paid"),
    ],
)
def test_a_profile_file_that_cannot_be_used_is_named_with_the_reason(
    folder: ExportFolder, content: str | None, message: str
) -> None:
    folder.profile = "sap.yaml"
    if content is not None:
        (folder.home / "sap.yaml").write_text(content)
    with pytest.raises(ConnectionFailed, match=message):
        _ = folder.connector


@pytest.mark.parametrize(
    "changes",
    [
        {"keys": ["No", "Date"]},
        {"covers": ["Company"]},
        {"skip": ["*"]},
        {"total": "Sum"},
        {"quoted": False},
        {"numbers": "plain"},
        {"fiscal_year_named_after": "end"},
    ],
)
def test_the_digest_of_a_profile_changes_with_each_of_its_settings(
    changes: dict[str, Any],
) -> None:
    changed = ExportProfile.model_validate(SMALL | changes)
    assert changed.digest != ExportProfile.model_validate(SMALL).digest
    assert changed.digest == ExportProfile.model_validate(SMALL | changes).digest
