"""The demo has the same eleven conflicts, and no others, on whatever day it runs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from model.warehouse.failures import URL_VARIABLE
from pipelines.cli.conflicts import read_listed_conflicts
from pipelines.demo.demo_instance import SECRETS, require_demo_instance
from pipelines.demo.files import STORY_FOLDER
from pipelines.demo.stage import stage
from pipelines.demo.stand_ins import port_of
from pipelines.demo.story import read_story
from pipelines.instance import Instance, open_instance
from pipelines.steps.sync import SyncResult, sync_all
from tests.pipelines.demo.expected import CONFLICTS

ORDINARY_DAY = date(2026, 11, 20)
SPECIAL_DAYS = [
    date(2026, 11, 21),  # a Saturday
    date(2026, 12, 31),  # closed, the last day of the fiscal year
    date(2027, 1, 1),  # a holiday, the first day of the fiscal year
    date(2027, 3, 31),  # the day before a quarter starts
    date(2028, 2, 29),
]
DAYS = [ORDINARY_DAY, *(pytest.param(day, marks=pytest.mark.long) for day in SPECIAL_DAYS)]


def sync_story(home: Path, database: URL, today: date) -> tuple[Instance, SyncResult]:
    """The instance and the result of syncing the story as of a day, without writing comments."""
    first = open_instance(home, SECRETS)
    demo = require_demo_instance(first)
    stage(first, demo, read_story(), today)
    address = database.render_as_string(hide_password=False)
    instance = open_instance(home, SECRETS | {URL_VARIABLE: address})
    ports = port_of(demo.jira_url), port_of(demo.salesforce_url)
    with running_sandbox(load=demo.contents, jira_port=ports[0], salesforce_port=ports[1]):
        now = datetime.combine(today, time(9), tzinfo=UTC)
        return instance, sync_all(instance, now, lambda _: None, write=False)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_exactly_the_expected_conflicts_are_found(home: Path, database: URL, today: date) -> None:
    instance, result = sync_story(home, database, today)
    conflicts, labels, _ = read_listed_conflicts(instance)
    rows = [
        (
            ", ".join(conflict.finding.rules),
            labels[conflict.finding.subjects[0]].key,
            conflict.escalation.authority.person_name if conflict.escalation.authority else None,
        )
        for conflict in conflicts
    ]
    # The two items of the cycle have no order of their own: whichever is first stands for both.
    rows = [row if row[1] != "MK-211" else (row[0], "CDP-28", row[2]) for row in rows]
    instance.close()
    assert sorted(rows) == CONFLICTS
    assert not result.failures


def test_no_comment_is_postponed_and_a_single_row_is_in_quarantine(
    home: Path, database: URL, warehouse: Engine
) -> None:
    instance, result = sync_story(home, database, ORDINARY_DAY)
    instance.close()
    postponed = [
        comment for result in result.commented.values() for comment in result.difference.postponed
    ]
    with warehouse.connect() as connection:
        rows = connection.execute(text("select native_id, held from quarantine")).all()
    assert postponed == []
    assert rows == [("MK-219", True)]


def test_the_plan_has_hundreds_of_records_and_a_history(
    home: Path, database: URL, warehouse: Engine
) -> None:
    instance, _ = sync_story(home, database, ORDINARY_DAY)
    instance.close()
    with warehouse.connect() as connection:
        items, deals, lines, past_versions = connection.execute(
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
    assert past_versions >= 60


def test_the_readme_lists_the_expected_conflicts() -> None:
    page = (STORY_FOLDER / "README.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page, re.MULTILINE)
    assert sorted(cell.replace("`", "") for cell in cells) == [rule for rule, _, _ in CONFLICTS]
