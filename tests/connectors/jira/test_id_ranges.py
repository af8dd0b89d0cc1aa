"""Ids in a cursor: small, and the same when read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connectors.jira.id_ranges import format_id_ranges, parse_id_ranges


@given(st.frozensets(st.integers(min_value=1, max_value=10_000_000).map(str)))
def test_ids_are_read_back_as_they_were_written(ids: frozenset[str]) -> None:
    assert parse_id_ranges(format_id_ranges(ids)) == ids


def test_neighbours_are_written_as_a_range() -> None:
    assert format_id_ranges(["10003", "10001", "10002", "10009"]) == "10001-10003 10009"
