"""`interlock conflicts`: what breaks where, who decides by when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from model.comment_content import PostedComment
from model.conflicts import Conflict, Status
from model.findings import Label
from model.rules.words import day
from model.warehouse.ledger import read_conflicts, read_posted
from model.warehouse.lookup import WarehouseLookup
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import print_json, print_line, print_table
from pipelines.instance import Instance
from pipelines.steps.detect import mentioned_ids


def conflicts(*, include_resolved: bool, json: bool) -> None:
    """List those in force, worst first; the resolved ones too with `include_resolved`."""
    with open_home_instance() as instance:
        found, labels, posted = read_listed_conflicts(instance, include_resolved=include_resolved)
        names = instance.model.function_names
    if json:
        print_json([conflict_to_json(c, labels, posted.get(c.id, [])) for c in found])
    else:
        print_conflicts(found, names)


def read_listed_conflicts(
    instance: Instance, *, include_resolved: bool = False
) -> tuple[list[Conflict], Mapping[int, Label], Mapping[str, list[PostedComment]]]:
    """Conflicts, the names of what they mention, and their comments by conflict."""
    statuses = () if include_resolved else (Status.OPEN, Status.DECIDED)
    with instance.engine.connect() as connection:
        found = list(read_conflicts(connection, *statuses).values())
        labels = WarehouseLookup(connection).labels(mentioned_ids(c.finding for c in found))
        return found, labels, read_posted(connection)


def conflict_to_json(
    conflict: Conflict, labels: Mapping[int, Label], posted: Sequence[PostedComment]
) -> dict[str, Any]:
    """A conflict for machines; amounts are text, dates and instants ISO 8601."""
    finding, standing = conflict.finding, conflict.escalation
    who, decision = standing.authority, conflict.decision
    return {
        "id": conflict.id,
        "rule": finding.rule,
        "severity": conflict.severity.name.lower(),
        "status": conflict.status.value,
        "title": conflict.wording.title,
        "explanation": list(conflict.wording.explanation),
        "functions": list(finding.functions),
        "subjects": [_record(labels[i]) for i in finding.subjects if i in labels],
        "authority": who and {"person": who.person, "name": who.person_name, "role": who.role},
        "decide_by": standing.decide_by.isoformat(),
        "overdue": standing.overdue,
        "otherwise": standing.otherwise,
        "level": standing.level,
        "needed_by": finding.needed_by and finding.needed_by.isoformat(),
        "impact": {
            "days": finding.impact.days,
            "items": finding.impact.items,
            "value": [
                {"amount": str(m.amount), "currency": m.currency} for m in finding.impact.value
            ],
        },
        "decision": decision
        and {
            "verdict": decision.verdict,
            "person": decision.person,
            "reason": decision.reason,
            "decided_at": decision.decided_at.isoformat(),
        },
        "opened_at": conflict.opened_at.isoformat(),
        "comments": [
            {"on": str(p.target), "comment_id": p.comment_id, "url": p.url} for p in posted
        ],
    }


def _record(label: Label) -> dict[str, str | None]:
    return {"ref": label.ref, "key": label.key, "title": label.title, "url": label.url}


def print_conflicts(found: Sequence[Conflict], names: Mapping[str, str]) -> None:
    """A table for people."""
    if not found:
        print_line("No conflict is in force.")
        return
    print_table(
        ("Severity", "Conflict", "What", "Between", "Decides", "By"),
        [_row(conflict, names) for conflict in found],
        "Conflicts",
    )


def _row(conflict: Conflict, names: Mapping[str, str]) -> tuple[str, ...]:
    standing = conflict.escalation
    who = standing.authority.person_name if standing.authority else "nobody may"
    decided, late = conflict.decision, " (passed)" if standing.overdue else ""
    return (
        conflict.severity.name.lower(),
        conflict.id,
        conflict.wording.title,
        ", ".join(names.get(f, f) for f in conflict.finding.functions),
        f"decided: {decided.verdict}" if decided else who,
        "" if decided else f"{day(standing.decide_by)}{late}",
    )
