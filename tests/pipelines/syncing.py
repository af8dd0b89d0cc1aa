"""Running a sync of the small instance, and reading what it left in the tools."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx

from connectors.spreadsheets.notes import read_notes
from model.conflicts import Conflict
from model.operating_model.identity import identity_of_text
from model.warehouse.ledger import read_conflicts
from pipelines.instance import Instance
from pipelines.steps.decide import Choice, record_decision
from pipelines.steps.sync import SyncResult, sync_all
from tests.pipelines.small import NOW, Small

COMMENTED = {"CDP-2": 2, "deal": 1, "workbook": 1}
"""Comments per record after a sync of the small instance that writes."""


def run_sync(
    instance: Instance, *, minutes: int = 0, days: int = 0, write: bool = True
) -> SyncResult:
    """Sync as of that long after NOW."""
    now = NOW + timedelta(days=days, minutes=minutes)
    return sync_all(instance, now, lambda _: None, write=write)


def rule_names(result: SyncResult) -> list[str]:
    """The rules of all open and decided conflicts, once per conflict."""
    return sorted(conflict.finding.rule for conflict in result.detected.in_force)


def late_handover(result: SyncResult) -> Conflict:
    conflicts = result.detected.in_force
    return next(each for each in conflicts if each.finding.rule == "late_handover")


def stored_conflict(instance: Instance, rule: str = "late_handover") -> Conflict:
    """The conflict of the rule that an earlier sync has found."""
    with instance.engine.connect() as connection:
        conflicts = read_conflicts(connection).values()
    return next(each for each in conflicts if each.finding.rule == rule)


def written_keys(result: SyncResult) -> dict[str, list[str]]:
    """The keys of the records whose comments were written, by connection."""
    return {
        name: sorted(change.target.key for change, _ in commented.written)
        for name, commented in result.commented.items()
        if commented.written
    }


def jira_comments(small: Small, key: str) -> list[dict[str, Any]]:
    answer = small.call_jira("GET", f"/rest/api/3/issue/{key}/comment")
    comments: list[dict[str, Any]] = answer.json()["comments"]
    return comments


def deal_page(small: Small, deal_id: str) -> str:
    """The page of a deal with its feed, as people see it."""
    return small.call_salesforce("GET", f"/lightning/r/Opportunity/{deal_id}/view").text


def count_comments(small: Small) -> dict[str, int]:
    """The comments of ours that each tool shows, by record."""
    page = small.call_salesforce("GET", "/").text
    deal_id = page.partition("/lightning/r/Opportunity/")[2].partition("/")[0]
    notes = read_notes((small.home / "files" / "plan.xlsx").read_bytes())
    return {
        "CDP-2": len(jira_comments(small, "CDP-2")),
        "deal": deal_page(small, deal_id).count("interlock:C-"),
        "workbook": sum(note.text.count("interlock:C-") for note in notes.values()),
    }


def cause_fault(url: str, **rule: Any) -> None:
    """Let a stand-in misbehave, as the README of the sandbox describes."""
    httpx.post(f"{url}/_sandbox/faults", json=rule, verify=False).raise_for_status()


def decide_as(
    instance: Instance,
    conflict: Conflict,
    option: str,
    person: str,
    reason: str = "",
    now: datetime = NOW,
    **answers: str,
) -> Conflict:
    """The conflict after this person, named by their id, has decided it at the command line."""
    choice = Choice(option, answers, reason)
    return record_decision(instance, conflict.id, choice, identity_of_text(person), "cli", now)
