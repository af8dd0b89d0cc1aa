"""Landing: word for word, changed only when the content is, and gone only for a reason."""

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
WORDS = '{"b":1,  "a":"ü\\u0000", "a": 2.10}'


def test_a_payload_is_kept_word_for_word(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        land(connection, "it-jira", "issues", [("1", WORDS)], NOW)
        payload = connection.exec_driver_sql("select payload from landing").scalar_one()

    assert payload == WORDS


def test_the_mapping_sees_no_nul_character_but_a_backslash_stays_one(warehouse: Engine) -> None:
    """A real Jira has titles that end in NUL, which PostgreSQL's text cannot hold."""
    said = r'{"title": "Chart\u0000", "path": "C:\\u0000", "both": "\\\u0000"}'
    with warehouse.begin() as connection:
        land(connection, "it-jira", "issues", [("1", said)], NOW)
        (row,) = read_unmapped(connection, "it-jira", "issues", 0, 10)

    assert json.loads(row.payload) == {"title": "Chart", "path": "C:\\u0000", "both": "\\"}


def test_the_same_content_again_is_not_new_to_the_mapping(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        land(connection, "it-jira", "issues", [("1", WORDS)], NOW)
        (before,) = read_unmapped(connection, "it-jira", "issues", 0, 10)

        changed = land(connection, "it-jira", "issues", [("1", WORDS)], LATER)

        assert changed == 0
        assert read_unmapped(connection, "it-jira", "issues", before.seq, 10) == []


def test_changed_content_comes_to_the_mapping_again(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        land(connection, "it-jira", "issues", [("1", "{}"), ("2", "{}")], NOW)
        last = read_unmapped(connection, "it-jira", "issues", 0, 10)[-1].seq

        land(connection, "it-jira", "issues", [("1", '{"changed": true}')], LATER)

        (row,) = read_unmapped(connection, "it-jira", "issues", last, 10)
        assert (row.native_id, row.landed_at) == ("1", LATER)


def test_what_a_census_does_not_name_is_gone_and_comes_back_when_it_lands(
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


def test_what_is_deleted_or_hidden_is_not_counted_and_a_deletion_known_is_not_new(
    warehouse: Engine,
) -> None:
    with warehouse.begin() as connection:
        rows = [(native_id, "{}") for native_id in ("kept", "deleted", "hidden")]
        land(connection, "crm", "deals", rows, NOW)

        assert mark_deleted(connection, "crm", "deals", {"deleted", "never landed"}, NOW) == 1
        assert mark_deleted(connection, "crm", "deals", {"deleted", "never landed"}, LATER) == 0
        mark_gone(connection, "crm", "deals", {"kept", "deleted"}, "no longer shared", NOW)

        gone = {r.native_id: r.gone_reason for r in read_unmapped(connection, "crm", "deals", 0, 9)}
        assert gone == {"kept": None, "deleted": "deleted", "hidden": "no longer shared"}
        assert count_present_records(connection, "crm") == 1


def test_a_cursor_belongs_to_its_stage(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        move_cursor(connection, "it-jira", "issues", "pull", {"since": 5}, NOW)
        move_cursor(connection, "it-jira", "issues", "pull", {"since": 9}, LATER)

        assert read_cursor(connection, "it-jira", "issues", "pull") == {"since": 9}
        assert read_cursor(connection, "it-jira", "issues", "map") is None
