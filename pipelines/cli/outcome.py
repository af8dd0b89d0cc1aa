"""How a run's comments are told: what was written where, what waits, what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model.remarks import Change, RemarkState
from pipelines.cli.output import console, failed, lines
from pipelines.steps.comment import Commented


def comments_json(commented: Mapping[str, Commented]) -> dict[str, Any]:
    return {
        name: {
            "written": [
                {
                    "conflict": posted.conflict_id,
                    "on": str(posted.target),
                    "did": did(change),
                    "url": posted.url,
                }
                for change, posted in done.written
            ],
            "unchanged": done.unchanged,
            "postponed": [
                {"conflict": p.remark.conflict_id, "on": str(p.target.ref), "reason": p.reason}
                for p in done.difference.postponed
            ],
            "refused": [
                {
                    "conflict": r.change.remark.conflict_id,
                    "on": str(r.change.target.ref),
                    "reason": r.reason,
                    "remedy": r.remedy,
                }
                for r in done.refused
            ],
        }
        for name, done in commented.items()
    }


def comments_table(commented: Mapping[str, Commented]) -> None:
    """Every comment written, with where to open it, then what stayed unsaid and why."""
    rows = [
        (did(change), name, change.target.key, posted.conflict_id, posted.url or "")
        for name, done in commented.items()
        for change, posted in done.written
    ]
    lines(rows)
    unchanged = sum(done.unchanged for done in commented.values())
    console.print(f"{len(rows)} comments written, {unchanged} say what they should already")
    for name, done in commented.items():
        for waiting in done.difference.postponed:
            where = f"{name} {waiting.target.key} {waiting.remark.conflict_id}"
            console.print(f"postponed: {where}: {waiting.reason}", markup=False)
        for refused in done.refused:
            where = f"{name} {refused.change.target.key} {refused.change.remark.conflict_id}"
            failed(f"{where}: {refused.reason}. {refused.remedy}")


def did(change: Change) -> str:
    if change.posted is None:
        return "created"
    return "resolved" if change.remark.state is RemarkState.RESOLVED else "edited"
