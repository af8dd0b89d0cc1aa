"""Puts the story in place: contents of the tools and files of the instance, as of one day.

What is in place for the same day and story is kept, with all that was written into it. For
another day everything begins anew, the warehouse too: yesterday's plan with the dates of today
would be a history that never was.
"""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine

from connectors.erp.findings_files import findings_path
from model.warehouse.connect import migrate
from pipelines.demo.days import Days
from pipelines.demo.export import erp_export
from pipelines.demo.jira import jira_content
from pipelines.demo.place import Place
from pipelines.demo.salesforce import salesforce_content
from pipelines.demo.story import Story
from pipelines.demo.workbook import marketing_workbook
from pipelines.instance import Instance

_STAGED = "staged.json"
_SAVED_AT = 17
"""Local hour at which people saved their files."""


def is_staged(place: Place, story: Story, today: date) -> bool:
    """Whether this story stands in the instance as of this day."""
    staged = place.contents / _STAGED
    if not staged.exists():
        return False
    there = place.workbook.exists() and place.export.exists()
    return there and orjson.loads(staged.read_bytes()) == _mark(story, today)


def stage(instance: Instance, place: Place, story: Story, today: date) -> None:
    """Begin anew as of `today`; what a run that was killed here left behind is cleared first."""
    _clear(instance, place)
    days = Days.of(instance.model, today)
    _write_json(place.contents / "jira.json", jira_content(story.it, instance.model, days))
    deals = salesforce_content(story.sales, instance.model, days)
    _write_json(place.contents / "salesforce.json", deals)
    workbook = marketing_workbook(story.marketing, place.jira_url, days)
    _write_file(place.workbook, workbook, days, story.marketing.saved)
    _write_file(place.export, erp_export(story.finance, days), days, story.finance.saved)
    _write_json(place.contents / _STAGED, _mark(story, today))


def _mark(story: Story, today: date) -> dict[str, str]:
    return {"day": today.isoformat(), "story": story.digest}


def _clear(instance: Instance, place: Place) -> None:
    for folder in (place.contents, place.changes):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (place.workbook, place.export, findings_path(place.export)):
        file.unlink(missing_ok=True)
    if (place.home / "state" / "warehouse").exists():
        _empty(instance.engine)


def _empty(engine: Engine) -> None:
    """Drop every table, with whatever protects the append-only ones, and make them anew."""
    with engine.begin() as connection:
        connection.exec_driver_sql("drop schema public cascade")
        connection.exec_driver_sql("create schema public")
    migrate(engine)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))


def _write_file(path: Path, content: bytes, days: Days, saved: int) -> None:
    """A file that was saved on a day of the story."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    at = days.at(saved, _SAVED_AT).timestamp()
    os.utime(path, (at, at))
