import pytest
from pydantic import ValidationError

from connectors.spreadsheets.settings import SpreadsheetSettings

GIVEN = {"tool": "spreadsheets", "function": "marketing", "path": "plan.xlsx"}


def test_one_heading_and_several_are_written_alike() -> None:
    settings = SpreadsheetSettings(**GIVEN, columns={"key": "Key", "title": ["Task", "Title"]})
    assert settings.columns == {"key": ("Key",), "title": ("Task", "Title")}


def test_rows_need_a_key() -> None:
    with pytest.raises(ValidationError, match="the heading of the column that names each row"):
        SpreadsheetSettings(**GIVEN, columns={"title": "Task"})


def test_an_unknown_field_is_told_with_those_that_exist() -> None:
    with pytest.raises(ValidationError, match="finsh") as invalid:
        SpreadsheetSettings(**GIVEN, columns={"key": "Key", "finsh": "End"})
    assert "'finish'" in str(invalid.value)
