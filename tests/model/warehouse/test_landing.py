"""Landing: raw records verbatim, changed only with their content, gone only for a reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import Engine

from model.warehouse.landing import (
    count_present_records,
    land,
    mark_deleted,
    mark_gone,
    move_cursor,
    read_cursor,
    read_unmapped,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LATER = datetime(2026, 3, 3, tzinfo=UTC)
PAYLOAD = '{"b":1,  "a":"ü\\u0000", "a": 2.10}'


def test_a_raw_record_is_stored_verbatim(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        land(connection, "it-jira", "issues", [("1", PAYLOAD)], NOW)
        payload = connection.exec_driver_sql("select payload from landing").scalar_one()

    assert payload == PAYLOAD


def test_the_mapping_reads_no_nul_character_and_keeps_backslashes(warehouse: Engine) -> None:
    """A real Jira has titles that end in NUL, which PostgreSQL's text cannot hold."""
    payload = r'{"title": "Chart\u0000", "path": "C:\\u0000", "both": "\\\u0000"}'
    with warehouse.begin() as connection:
        land(connection, "it-jira", "issues", [("1", payload)], NOW)
        (row,) = read_unmapped(connection, "it-jira", "issues", 0, 10)

    assert json.loads(row.payload) == {"title": "Chart", "path": "C:\\u0000", "both": "\\"}


def test_the_same_content_again_is_not_mapped_again(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        land(connection, "it-jira", "issues", [("1", PAYLOAD)], NOW)
        (before,) = read_unmapped(connection, "it-jira", "issues", 0, 10)

        changed = land(connection, "it-jira", "issues", [("1", PAYLOAD)], LATER)

        assert changed == 0
        assert read_unmapped(connection, "it-jira", "issues", before.seq, 10) == []


def test_changed_content_is_mapped_again(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        land(connection, "it-jira", "issues", [("1", "{}"), ("2", "{}")], NOW)
        last = read_unmapped(connection, "it-jira", "issues", 0, 10)[-1].seq

        land(connection, "it-jira", "issues", [("1", '{"changed": true}')], LATER)

        (row,) = read_unmapped(connection, "it-jira", "issues", last, 10)
        assert (row.native_id, row.landed_at) == ("1", LATER)


def test_a_record_missing_from_the_snapshot_ids_is_gone_until_it_lands_again(
    warehouse: Engine,
) -> None:
    with warehouse.begin() as connection:
        land(connection, "it-jira", "issues", [("1", "{}"), ("2", "{}")], NOW)
        assert mark_gone(connection, "it-jira", "issues", {"2"}, "deleted", LATER) == 1
        assert mark_gone(connection, "it-jira", "issues", {"2"}, "deleted", LATER) == 0
        gone = {
            r.native_id: r.gone_reason for r in read_unmapped(connection, "it-jira", "issues", 0, 9)
        }
        assert gone == {"1": "deleted", "2": None}

        assert land(connection, "it-jira", "issues", [("1", "{}")], LATER) == 1


def test_deleted_and_hidden_records_are_not_counted_and_a_known_deletion_is_not_new(
    warehouse: Engine,
) -> None:
    with warehouse.begin() as connection:
        rows = [(native_id, "{}") for native_id in ("present", "deleted", "hidden")]
        land(connection, "crm", "deals", rows, NOW)

        assert mark_deleted(connection, "crm", "deals", {"deleted", "never landed"}, NOW) == 1
        assert mark_deleted(connection, "crm", "deals", {"deleted", "never landed"}, LATER) == 0
        mark_gone(connection, "crm", "deals", {"present", "deleted"}, "no longer shared", NOW)

        gone = {r.native_id: r.gone_reason for r in read_unmapped(connection, "crm", "deals", 0, 9)}
        assert gone == {"present": None, "deleted": "deleted", "hidden": "no longer shared"}
        assert count_present_records(connection, "crm") == 1


def test_a_cursor_belongs_to_its_stage(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        move_cursor(connection, "it-jira", "issues", "pull", {"since": 5}, NOW)
        move_cursor(connection, "it-jira", "issues", "pull", {"since": 9}, LATER)

        assert read_cursor(connection, "it-jira", "issues", "pull") == {"since": 9}
        assert read_cursor(connection, "it-jira", "issues", "map") is None


def test_a_hidden_record_that_is_deleted_later_is_gone_for_the_new_reason(
    warehouse: Engine,
) -> None:
    with warehouse.begin() as connection:
        land(connection, "crm", "deals", [("1", "{}")], NOW)
        mark_gone(connection, "crm", "deals", set(), "no longer shared", NOW)

        assert mark_gone(connection, "crm", "deals", set(), "deleted", LATER) == 1

        (row,) = read_unmapped(connection, "crm", "deals", 0, 9)
        assert row.gone_reason == "deleted"
