from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

from pipelines.demo.demo_instance import require_demo_instance
from pipelines.demo.stage import is_staged, stage
from pipelines.demo.story import read_story
from pipelines.instance import open_instance

TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21)


def test_a_story_is_staged_for_one_day_only(home: Path) -> None:
    instance, story = open_instance(home, {}), read_story()
    demo = require_demo_instance(instance)
    assert not is_staged(demo, story, TODAY)
    stage(instance, demo, story, TODAY)
    assert is_staged(demo, story, TODAY)
    assert not is_staged(demo, story, TOMORROW)


def test_a_story_whose_files_changed_is_staged_again(home: Path) -> None:
    instance, story = open_instance(home, {}), read_story()
    demo = require_demo_instance(instance)
    stage(instance, demo, story, TODAY)
    assert not is_staged(demo, dataclasses.replace(story, digest="another"), TODAY)


def test_a_story_of_which_a_file_is_missing_is_staged_again(home: Path) -> None:
    instance, story = open_instance(home, {}), read_story()
    demo = require_demo_instance(instance)
    stage(instance, demo, story, TODAY)
    demo.export.unlink()
    assert not is_staged(demo, story, TODAY)


def test_findings_and_changes_of_the_previous_story_are_deleted(home: Path) -> None:
    instance, story = open_instance(home, {}), read_story()
    demo = require_demo_instance(instance)
    stage(instance, demo, story, TODAY)
    findings = demo.export.with_name("erp-export.findings.csv")
    findings.write_text("of yesterday")
    demo.changes.mkdir(parents=True)
    (demo.changes / "jira.json").write_text("{}")
    stage(instance, demo, story, TOMORROW)
    assert not findings.exists()
    assert not demo.changes.exists()


def test_two_days_with_the_same_next_working_day_get_the_same_files(home: Path) -> None:
    instance, story = open_instance(home, {}), read_story()
    demo = require_demo_instance(instance)
    stage(instance, demo, story, date(2026, 11, 21))
    saturday = demo.export.read_bytes(), (demo.contents / "jira.json").read_bytes()
    stage(instance, demo, story, date(2026, 11, 22))
    assert saturday == (demo.export.read_bytes(), (demo.contents / "jira.json").read_bytes())
