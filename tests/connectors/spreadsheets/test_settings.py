import pytest
from pydantic import ValidationError

from connectors.spreadsheets.settings import SpreadsheetSettings

REQUIRED = {"tool": "spreadsheets", "function": "marketing", "path": "plan.xlsx"}


def test_a_field_takes_one_heading_or_several() -> None:
    settings = SpreadsheetSettings(**REQUIRED, columns={"key": "Key", "title": ["Task", "Title"]})
    assert settings.columns == {"key": ("Key",), "title": ("Task", "Title")}


def test_a_key_column_is_required() -> None:
    with pytest.raises(ValidationError, match="the heading of the column that names each row"):
        SpreadsheetSettings(**REQUIRED, columns={"title": "Task"})


def test_an_unknown_field_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ValidationError, match="finsh") as invalid:
        SpreadsheetSettings(**REQUIRED, columns={"key": "Key", "finsh": "End"})
    assert "'finish'" in str(invalid.value)
