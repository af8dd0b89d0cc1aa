"""Short paths into JSON."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.kit.json_path import check_path, find_value

ISSUE = {
    "fields": {"due": {"date": "2026-05-01"}, "empty": None},
    "assignees": [{"login": "ada"}, {"login": "bob"}, {}],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("fields.due.date", "2026-05-01"),
        ("assignees[0].login", "ada"),
        ("assignees[7].login", None),
        ("assignees[*].login", ["ada", "bob"]),
        ("fields[*].x", []),
        ("fields.empty.x", None),
        ("assignees.login", None),
        ("$", ISSUE),
        ("$.fields.empty", None),
    ],
)
def test_a_path_finds_its_value_and_nothing_where_there_is_none(path: str, value: Any) -> None:
    assert find_value(ISSUE, path) == value
    assert check_path(path) == path


@pytest.mark.parametrize("text", ["", ".", "a..b", "a[", "a[x]", "[0]x", "a b.", "a.$"])
def test_text_that_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no path"):
        check_path(text)
