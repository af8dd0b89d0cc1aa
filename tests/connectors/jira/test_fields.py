"""The site's own fields, chosen by name or id."""

from __future__ import annotations

import pytest

from connectors.base import ConnectionFailed
from connectors.jira.fields import (
    choose_fields,
    find_field_ids,
    list_chosen_names,
    resolve_chosen_fields,
)
from tests.connectors.jira.builders import settings

NAMES = {"customfield_1": "Start date", "customfield_2": "WBS", "customfield_3": "customfield_1"}


@pytest.mark.parametrize("name_or_id", ["Start date", "START DATE", "customfield_1"])
def test_a_field_is_found_by_its_name_in_any_case_and_by_its_id(name_or_id: str) -> None:
    assert find_field_ids(name_or_id, NAMES) == ["customfield_1"]


def test_a_field_that_is_chosen_twice_is_listed_once() -> None:
    chosen = settings(fields={"start": "WBS", "wbs": "WBS"}, references_in=["WBS", "Notes"])
    assert list_chosen_names(chosen) == ["WBS", "Notes"]


def test_chosen_fields_are_resolved_to_ids_and_names_of_the_site() -> None:
    chosen = settings(fields={"start": "start date"}, references_in=["customfield_2"])
    resolved = resolve_chosen_fields("jira-it", chosen, NAMES)
    assert resolved == {"customfield_1": "Start date", "customfield_2": "WBS"}


def test_an_ambiguous_field_is_refused_with_the_ids_to_choose_from() -> None:
    twins = {"customfield_1": "Start", "customfield_2": "start"}
    with pytest.raises(ConnectionFailed, match="2 fields are called") as caught:
        resolve_chosen_fields("jira-it", settings(fields={"start": "Start"}), twins)
    assert "customfield_1, customfield_2" in caught.value.remedy


def test_a_field_that_the_raw_record_does_not_name_is_not_chosen() -> None:
    chosen = choose_fields(settings(fields={"start": "Begin", "wbs": "WBS"}), NAMES)
    assert (chosen.start, chosen.wbs, chosen.ids) == (None, "customfield_2", {"customfield_2"})
    assert chosen.value({"customfield_2": "IT-4"}, chosen.start) is None
