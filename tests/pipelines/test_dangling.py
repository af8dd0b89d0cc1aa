"""A dependency on a record that does not exist, from the cell to the conflict and the comment."""

from __future__ import annotations

from model.conflicts import Conflict
from model.wording import to_plain_text
from pipelines.instance import Instance
from pipelines.steps.sync import SyncResult
from tests.pipelines.small import HEALTHY_PLAN, Small, day
from tests.pipelines.syncing import run_sync


def sync_with_target(
    small: Small, instance: Instance, target: str, *, minutes: int = 0
) -> SyncResult:
    """Sync with a row of the workbook that depends on `target`."""
    row = ("CMP-9", "Flyer", day(20), day(24), "Lena Vogt", "Planned", target)
    small.write_plan(*HEALTHY_PLAN, row)
    return run_sync(instance, minutes=minutes)


def dangling(result: SyncResult) -> Conflict:
    (conflict,) = (
        each for each in result.detected.in_force if each.finding.rule == "dangling_dependency"
    )
    return conflict


def test_it_is_quoted_with_its_place_and_stays_the_same_conflict_in_any_spelling(
    small: Small, instance: Instance
) -> None:
    first = sync_with_target(small, instance, "Print shop 7")
    again = sync_with_target(small, instance, "PRINT Shop 7", minutes=5)

    assert dangling(first).wording.title.endswith("“Print shop 7”, which no connected tool knows")
    assert '(column "Depends on" in marketing-plan)' in dangling(first).wording.explanation[0]
    texts = [
        to_plain_text(change.content) for change, _ in again.commented["marketing-plan"].written
    ]
    assert any("depends on “PRINT Shop 7”" in text for text in texts)
    assert dangling(again).id == dangling(first).id
    assert again.detected.events == {}
