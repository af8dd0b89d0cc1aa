"""A dependency on nothing, from the cell to the conflict and the comment."""

from __future__ import annotations

from datetime import timedelta

from model.conflicts import Conflict
from model.wording import to_plain_text
from pipelines.instance import Instance
from pipelines.steps.sync import SyncResult, sync_all
from tests.pipelines.small import HEALTHY_PLAN, NOW, Small, day


def run(small: Small, instance: Instance, target: str, *, later: int = 0) -> SyncResult:
    """Sync, with a row of the workbook that depends on `target`."""
    small.plan(*HEALTHY_PLAN, ("CMP-9", "Flyer", day(20), day(24), "Lena Vogt", "Planned", target))
    return sync_all(instance, NOW + timedelta(minutes=later), lambda _: None, write=True)


def dangling(result: SyncResult) -> Conflict:
    (one,) = (c for c in result.detected.in_force if c.finding.rule == "dangling_dependency")
    return one


def test_it_is_told_as_it_is_written_and_where_and_stays_the_same_conflict_however_spelled(
    small: Small, instance: Instance
) -> None:
    first = run(small, instance, "Print shop 7")
    again = run(small, instance, "PRINT Shop 7", later=5)

    assert dangling(first).wording.title.endswith("“Print shop 7”, which no connected tool knows")
    assert '(column "Depends on" in marketing-plan)' in dangling(first).wording.explanation[0]
    written = [change.content for change, _ in again.commented["marketing-plan"].written]
    assert any("depends on “PRINT Shop 7”" in to_plain_text(content) for content in written)
    assert dangling(again).id == dangling(first).id
    assert again.detected.events == {}
