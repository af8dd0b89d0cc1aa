"""`interlock conflicts`: what breaks where, who decides by when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from model.comment_content import PostedComment
from model.conflicts import Conflict, Status
from model.findings import Label
from model.rules.words import format_day
from model.warehouse.ledger import read_conflicts, read_posted_comments
from model.warehouse.lookup import WarehouseLookup
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import print_json, print_line, print_table
from pipelines.instance import Instance
from pipelines.steps.detect import mentioned_ids


def conflicts(*, include_resolved: bool, json: bool) -> None:
    """List open and decided conflicts, worst first; resolved ones too with `include_resolved`."""
    with open_home_instance() as instance:
        listed, labels, posted = read_listed_conflicts(instance, include_resolved=include_resolved)
        function_names = instance.model.function_names
    if json:
        print_json([conflict_to_json(c, labels, posted.get(c.id, [])) for c in listed])
    else:
        print_conflicts(listed, function_names)


def read_listed_conflicts(
    instance: Instance, *, include_resolved: bool = False
) -> tuple[list[Conflict], Mapping[int, Label], Mapping[str, list[PostedComment]]]:
    """Conflicts worst first, labels of the records they mention, and comments by conflict id."""
    statuses = () if include_resolved else (Status.OPEN, Status.DECIDED)
    with instance.engine.connect() as connection:
        listed = list(read_conflicts(connection, *statuses).values())
        labels = WarehouseLookup(connection).read_labels(mentioned_ids(c.finding for c in listed))
        return listed, labels, read_posted_comments(connection)


def conflict_to_json(
    conflict: Conflict, labels: Mapping[int, Label], posted: Sequence[PostedComment]
) -> dict[str, Any]:
    """A conflict as JSON values; amounts are text, dates and instants are ISO 8601."""
    finding, escalation = conflict.finding, conflict.escalation
    authority, decision = escalation.authority, conflict.decision
    return {
        "id": conflict.id,
        "rule": finding.rule,
        "severity": conflict.severity.name.lower(),
        "status": conflict.status.value,
        "title": conflict.wording.title,
        "explanation": list(conflict.wording.explanation),
        "functions": list(finding.functions),
        "subjects": [_label_to_json(labels[i]) for i in finding.subjects if i in labels],
        "authority": authority
        and {
            "person": authority.person,
            "name": authority.person_name,
            "role": authority.role,
        },
        "decide_by": escalation.decide_by.isoformat(),
        "overdue": escalation.overdue,
        "otherwise": escalation.otherwise,
        "level": escalation.level,
        "level_name": escalation.level_name,
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
            {"on": str(comment.target), "comment_id": comment.comment_id, "url": comment.url}
            for comment in posted
        ],
    }


def _label_to_json(label: Label) -> dict[str, str | None]:
    return {"ref": label.ref, "key": label.key, "title": label.title, "url": label.url}


def print_conflicts(conflicts: Sequence[Conflict], function_names: Mapping[str, str]) -> None:
    """Print a table; `function_names` are the names of functions by id."""
    if not conflicts:
        print_line("No conflict is in force.")
        return
    print_table(
        ("Severity", "Conflict", "What", "Between", "Decides", "By"),
        [_conflict_row(conflict, function_names) for conflict in conflicts],
        "Conflicts",
    )


def _conflict_row(conflict: Conflict, function_names: Mapping[str, str]) -> tuple[str, ...]:
    escalation, decision = conflict.escalation, conflict.decision
    person = escalation.authority.person_name if escalation.authority else "nobody may"
    late = " (passed)" if escalation.overdue else ""
    return (
        conflict.severity.name.lower(),
        conflict.id,
        conflict.wording.title,
        ", ".join(function_names.get(each, each) for each in conflict.finding.functions),
        f"decided: {decision.verdict}" if decision else person,
        "" if decision else f"{format_day(escalation.decide_by)}{late}",
    )
