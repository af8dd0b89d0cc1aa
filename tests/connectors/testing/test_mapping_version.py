"""A changed mapping is noticed where its version stayed the same, and only then."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from connectors.jira.tool import TOOL
from connectors.testing import assert_mapping_version
from connectors.testing.mapping_version import record_digest
from model.records import Kind, Mapped, Problem, Ref, State, Version, WorkItem

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ITEM = WorkItem(
    ref=Ref("it", Kind.WORK_ITEM, "1"),
    key="CDP-1",
    title="Platform",
    function="it",
    state=State.PLANNED,
    status="To Do",
)


def mapped(item: WorkItem = ITEM, *problems: Problem) -> list[Mapped]:
    return [Mapped((Version(NOW, item),), problems)]


LATE = ITEM.model_copy(update={"planned_finish": date(2026, 5, 1)})
VERSION, DIGEST = TOOL.mapping_version, record_digest(mapped())


def test_the_same_results_pass() -> None:
    assert_mapping_version(TOOL, mapped(), VERSION, DIGEST)


def test_other_results_under_the_same_version_ask_for_a_new_one() -> None:
    with pytest.raises(AssertionError, match=f"Raise its mapping version to {VERSION + 1}"):
        assert_mapping_version(TOOL, mapped(LATE), VERSION, DIGEST)


@pytest.mark.parametrize("item", [ITEM, LATE], ids=["same results", "other results"])
def test_a_new_version_has_to_be_recorded(item: WorkItem) -> None:
    newer = replace(TOOL, mapping_version=VERSION + 1)
    recorded = re.escape(f'({VERSION + 1}, "{record_digest(mapped(item))}")')
    with pytest.raises(AssertionError, match=f"Record the new version.*Jira Cloud.*{recorded}"):
        assert_mapping_version(newer, mapped(item), VERSION, DIGEST)


def test_a_field_that_the_mapping_fills_for_no_recorded_record_is_named() -> None:
    stated = WorkItem(**ITEM.model_dump(exclude_unset=True), priority=None, labels=())
    with pytest.raises(AssertionError, match=r"a value for WorkItem\.labels, WorkItem\.priority,"):
        assert_mapping_version(TOOL, mapped(stated), VERSION, DIGEST)


def test_one_record_with_a_value_is_enough_for_its_field() -> None:
    without = WorkItem(**ITEM.model_dump(exclude_unset=True), planned_finish=None)
    results = [*mapped(without), *mapped(LATE)]
    assert_mapping_version(TOOL, results, VERSION, record_digest(results))


def test_a_field_that_no_mapping_fills_does_not_count() -> None:
    same = WorkItem(**ITEM.model_dump(exclude_unset=True), priority=None, labels=())
    assert record_digest(mapped(same)) == record_digest(mapped())


def test_other_words_for_a_problem_do_not_count_but_what_is_held_does() -> None:
    words = mapped(ITEM, Problem("1", "no date", "Add one."))
    other_words = mapped(ITEM, Problem("1", "it has no date", "Please add one."))
    not_held = mapped(ITEM, Problem("1", "no date", "Add one.", held=False))
    assert record_digest(words) == record_digest(other_words) != record_digest(not_held)
