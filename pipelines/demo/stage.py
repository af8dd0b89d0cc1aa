"""Writes the contents of the tools and the files of the instance, as of one day.

Contents of the same day and story are kept, with the comments written since. On another day
everything starts over, the warehouse too: yesterday's plan with today's dates would be a history
that never happened.
"""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from connectors.erp.findings_files import findings_path
from model.warehouse.connect import recreate_tables
from pipelines.demo.days import Days
from pipelines.demo.demo_instance import DemoInstance
from pipelines.demo.erp_export import erp_export
from pipelines.demo.jira import jira_content
from pipelines.demo.salesforce import salesforce_content
from pipelines.demo.story import Story
from pipelines.demo.workbook import marketing_workbook
from pipelines.instance import Instance

_STAGED = "staged.json"
_SAVED_AT = 17
"""Local hour at which the files were last saved."""


def is_staged(demo: DemoInstance, story: Story, today: date) -> bool:
    """Whether the instance has this story as of this day."""
    staged = demo.contents / _STAGED
    if not staged.exists():
        return False
    has_files = demo.workbook.exists() and demo.export.exists()
    return has_files and orjson.loads(staged.read_bytes()) == _stage_marker(story, today)


def stage(instance: Instance, demo: DemoInstance, story: Story, today: date) -> None:
    """Clear the instance and write the story into it as of `today`."""
    _clear(instance, demo)
    days = Days.for_model(instance.model, today)
    _write_json(demo.contents / "jira.json", jira_content(story.it, instance.model, days))
    deals = salesforce_content(story.sales, instance.model, days)
    _write_json(demo.contents / "salesforce.json", deals)
    workbook = marketing_workbook(story.marketing, demo.jira_url, days)
    _write_file(demo.workbook, workbook, days, story.marketing.saved)
    _write_file(demo.export, erp_export(story.finance, days), days, story.finance.saved)
    # Last, so that a run that is killed before leaves nothing that counts as staged.
    _write_json(demo.contents / _STAGED, _stage_marker(story, today))


def _stage_marker(story: Story, today: date) -> dict[str, str]:
    return {"day": today.isoformat(), "story": story.digest}


def _clear(instance: Instance, demo: DemoInstance) -> None:
    for folder in (demo.contents, demo.changes):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (demo.workbook, demo.export, findings_path(demo.export)):
        file.unlink(missing_ok=True)
    if (demo.home / "state" / "warehouse").exists():
        recreate_tables(instance.home, instance.environment)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))


def _write_file(path: Path, content: bytes, days: Days, saved: int) -> None:
    """Write a file with the modification time of a day of the story."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    # Connectors read the modification time as the day as of which a plan stands.
    at = days.at(saved, _SAVED_AT).timestamp()
    os.utime(path, (at, at))
