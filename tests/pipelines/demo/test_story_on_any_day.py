"""The same twelve conflicts, and nothing else, whatever day the demo is run on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from model.warehouse.connect import URL_VARIABLE
from pipelines.cli.conflicts import read_listed_conflicts
from pipelines.demo.files import STORY_FOLDER
from pipelines.demo.place import SECRETS, demo_place
from pipelines.demo.stage import stage
from pipelines.demo.story import read_story
from pipelines.demo.tools import port_of
from pipelines.instance import Instance, open_instance
from pipelines.steps.sync import SyncResult, sync_all
from tests.pipelines.demo.expected import CONFLICTS

DAYS = [
    date(2026, 11, 20),
    date(2026, 11, 21),  # a Saturday
    date(2026, 12, 31),  # closed, the last day of the fiscal year
    date(2027, 1, 1),  # a holiday, the first day of the fiscal year
    date(2027, 3, 31),  # the day before a quarter starts
    date(2028, 2, 29),
]


def synced(home: Path, database: URL, today: date) -> tuple[Instance, SyncResult]:
    """The story as of a day, through both tools and all files, without a comment written."""
    first = open_instance(home, SECRETS)
    place = demo_place(first)
    stage(first, place, read_story(), today)
    address = database.render_as_string(hide_password=False)
    instance = open_instance(home, SECRETS | {URL_VARIABLE: address})
    ports = port_of(place.jira_url), port_of(place.salesforce_url)
    with running_sandbox(load=place.contents, jira_port=ports[0], salesforce_port=ports[1]):
        now = datetime.combine(today, time(9), tzinfo=UTC)
        return instance, sync_all(instance, now, lambda _: None, write=False)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_exactly_the_expected_conflicts_are_found(home: Path, database: URL, today: date) -> None:
    instance, result = synced(home, database, today)
    found, labels, _ = read_listed_conflicts(instance)
    told = [
        (
            conflict.finding.rule,
            labels[conflict.finding.subjects[0]].key,
            conflict.escalation.authority.person_name if conflict.escalation.authority else None,
        )
        for conflict in found
    ]
    cycle = [entry if entry[1] != "MK-211" else (entry[0], "CDP-28", entry[2]) for entry in told]
    instance.close()
    assert sorted(cycle) == CONFLICTS
    assert not result.failures


def test_no_comment_waits_below_a_ceiling_and_one_row_waits_in_quarantine(
    home: Path, database: URL, warehouse: Engine
) -> None:
    instance, result = synced(home, database, date(2026, 11, 20))
    instance.close()
    waiting = [one for done in result.commented.values() for one in done.difference.postponed]
    with warehouse.connect() as connection:
        held = connection.execute(text("select native_id, held from quarantine")).all()
    assert waiting == []
    assert held == [("MK-219", True)]


def test_the_plan_is_large_and_has_a_past(home: Path, database: URL, warehouse: Engine) -> None:
    instance, _ = synced(home, database, date(2026, 11, 20))
    instance.close()
    with warehouse.connect() as connection:
        items, deals, lines, past = connection.execute(
            text("""
                select (select count(*) from work_item where valid_to is null),
                       (select count(*) from deal where valid_to is null),
                       (select count(*) from spend where valid_to is null),
                       (select count(*) from work_item where valid_to is not null)
            """)
        ).one()
    assert items >= 60
    assert deals >= 15
    assert lines >= 300
    assert past >= 60


def test_the_table_for_readers_lists_the_expected_conflicts() -> None:
    page = (STORY_FOLDER / "README.md").read_text(encoding="utf-8")
    rules = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(rules) == [rule for rule, _, _ in CONFLICTS]
