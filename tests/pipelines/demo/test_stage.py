from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

from pipelines.demo.place import demo_place
from pipelines.demo.stage import is_staged, stage
from pipelines.demo.story import read_story
from pipelines.instance import open_instance

TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21)


def test_the_story_stands_for_its_own_day_only(home: Path) -> None:
    instance, story = open_instance(home, {}), read_story()
    place = demo_place(instance)
    assert not is_staged(place, story, TODAY)
    stage(instance, place, story, TODAY)
    assert is_staged(place, story, TODAY)
    assert not is_staged(place, story, TOMORROW)


def test_a_story_that_was_retold_begins_anew(home: Path) -> None:
    instance, story = open_instance(home, {}), read_story()
    place = demo_place(instance)
    stage(instance, place, story, TODAY)
    assert not is_staged(place, dataclasses.replace(story, digest="another"), TODAY)


def test_a_file_that_was_taken_away_begins_anew(home: Path) -> None:
    instance, story = open_instance(home, {}), read_story()
    place = demo_place(instance)
    stage(instance, place, story, TODAY)
    place.export.unlink()
    assert not is_staged(place, story, TODAY)


def test_what_was_written_into_the_last_story_is_cleared(home: Path) -> None:
    instance, story = open_instance(home, {}), read_story()
    place = demo_place(instance)
    stage(instance, place, story, TODAY)
    findings = place.export.with_name("erp-export.findings.csv")
    findings.write_text("of yesterday")
    place.changes.mkdir(parents=True)
    (place.changes / "jira.json").write_text("{}")
    stage(instance, place, story, TOMORROW)
    assert not findings.exists()
    assert not place.changes.exists()


def test_two_days_on_which_the_same_is_due_get_the_same_files(home: Path) -> None:
    instance, story = open_instance(home, {}), read_story()
    place = demo_place(instance)
    stage(instance, place, story, date(2026, 11, 21))
    saturday = place.export.read_bytes(), (place.contents / "jira.json").read_bytes()
    stage(instance, place, story, date(2026, 11, 22))
    assert saturday == (place.export.read_bytes(), (place.contents / "jira.json").read_bytes())
