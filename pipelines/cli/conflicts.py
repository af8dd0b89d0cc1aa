"""`interlock conflicts`: what breaks where, who decides by when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from model.agreement import agreement_text
from model.awaited import Awaited, find_awaited
from model.comment_content import PostedComment
from model.conflicts import Conflict, Decision, NamedAuthority, Status
from model.findings import Label
from model.freshness import Freshness, OldReading, readings_text
from model.holding import HeldFinding
from model.rules.words import format_count, format_day, format_list
from model.warehouse.conflict_versions import read_conflicts_as_of
from model.warehouse.connection_states import is_anything_read
from model.warehouse.held_findings import read_held_findings
from model.warehouse.ledger import read_conflict, read_conflicts, read_posted_comments
from model.warehouse.lookup import WarehouseLookup
from pipelines.cli.as_of import end_of_day, model_as_of, require_kept
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_error, print_json, print_line, print_table
from pipelines.freshness import read_freshness, read_freshness_as_of, with_ages
from pipelines.instance import Instance
from pipelines.steps.detect import mentioned_ids

ShownConflict = tuple[Conflict, Mapping[int, Label], Sequence[PostedComment]]
"""A conflict, labels of the records that it mentions, and its comments in the tools."""


def conflicts(*, include_resolved: bool, as_of: datetime | None, json: bool) -> None:
    """List open and decided conflicts, worst first; resolved ones too with `include_resolved`.

    With `as_of` as they stood at the end of that day, without what was held then.
    """
    with open_home_instance() as instance:
        instant = as_of and end_of_day(as_of, instance)
        listed, labels, posted = read_listed_conflicts(
            instance, include_resolved=include_resolved, as_of=instant
        )
        with instance.engine.connect() as connection:
            if instant:
                require_kept(instance, connection, instant)
            held = [] if instant else read_held_findings(connection)
            function_names = model_as_of(instance, connection, instant).function_names
        today = instance.today(instant or now())
        with instance.engine.connect() as connection:
            is_read = is_anything_read(connection)
    if not is_read:
        print_error(
            "nothing was read yet, so no conflict is known. Run `interlock check`, then "
            "`interlock sync`"
        )
        if not json:
            return
    if json:
        print_json([conflict_to_json(c, labels, posted.get(c.id, []), today) for c in listed])
    else:
        print_conflicts(listed, function_names, today)
        print_held(held)


def read_shown_conflict(
    instance: Instance, conflict_id: str, as_of: datetime | None = None
) -> ShownConflict | None:
    """One conflict, whatever its state, with what is shown of it; None if there is none."""
    with instance.engine.connect() as connection:
        if as_of:
            conflict = read_conflicts_as_of(connection, as_of).get(conflict_id)
        else:
            conflict = read_conflict(connection, conflict_id)
        if conflict is None:
            return None
        (conflict,) = with_ages([conflict], _read_freshness(instance, connection, as_of))
        labels = WarehouseLookup(connection, as_of).read_labels(mentioned_ids([conflict.finding]))
        posted = read_posted_comments(connection, conflict_id, until=as_of).get(conflict_id, [])
        return conflict, labels, posted


def read_listed_conflicts(
    instance: Instance, *, include_resolved: bool = False, as_of: datetime | None = None
) -> tuple[list[Conflict], Mapping[int, Label], Mapping[str, list[PostedComment]]]:
    """Conflicts worst first, labels of the records they mention, and comments by conflict id.

    With `as_of` as they stood at that instant; comments that were deleted since are missing.
    """
    statuses = () if include_resolved else (Status.OPEN, Status.DECIDED)
    with instance.engine.connect() as connection:
        if as_of:
            known = read_conflicts_as_of(connection, as_of, *statuses)
        else:
            known = read_conflicts(connection, *statuses)
        listed = with_ages(known.values(), _read_freshness(instance, connection, as_of))
        lookup = WarehouseLookup(connection, as_of)
        labels = lookup.read_labels(mentioned_ids(c.finding for c in listed))
        return listed, labels, read_posted_comments(connection, until=as_of)


def _read_freshness(
    instance: Instance, connection: Connection, as_of: datetime | None
) -> Freshness:
    if as_of:
        return read_freshness_as_of(instance, connection, as_of)
    return read_freshness(instance, connection, now())


def conflict_to_json(
    conflict: Conflict, labels: Mapping[int, Label], posted: Sequence[PostedComment], today: date
) -> dict[str, Any]:
    """A conflict as JSON values; amounts are text, dates and instants are ISO 8601.

    `today` is the day as of which something awaited is overdue.
    """
    finding, escalation = conflict.finding, conflict.escalation
    return {
        "id": conflict.id,
        "rule": finding.rule,
        "also": list(finding.also),
        "severity": conflict.severity.name.lower(),
        "status": conflict.status.value,
        "title": conflict.wording.title,
        "explanation": list(conflict.wording.explanation),
        "functions": list(finding.functions),
        "subjects": [_label_to_json(labels[i]) for i in finding.subjects if i in labels],
        "authority": escalation.authority and _authority_to_json(escalation.authority),
        "awaits": [_authority_to_json(each) for each in escalation.asked],
        "came_from": escalation.came_from,
        "absence": escalation.absence,
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
        "decision": conflict.decision and _decision_to_json(conflict.decision),
        "former_decision": conflict.former_decision and _decision_to_json(conflict.former_decision),
        "reopened_because": conflict.reopened_because,
        "agreement": agreement_text(conflict),
        "parties": [_authority_to_json(each) for each in escalation.parties],
        "proposals": [_decision_to_json(each) for each in conflict.proposals],
        "awaited": _awaited_to_json(conflict, today),
        "rests_on": list(finding.rests_on),
        "old_readings": [reading_to_json(reading) for reading in conflict.old_readings],
        "opened_at": conflict.opened_at.isoformat(),
        "comments": [
            {"on": str(comment.target), "comment_id": comment.comment_id, "url": comment.url}
            for comment in posted
        ],
    }


def _authority_to_json(authority: NamedAuthority) -> dict[str, str]:
    return {
        "person": authority.person,
        "name": authority.person_name,
        "role": authority.role,
        "for": authority.for_name,
    }


def _decision_to_json(decision: Decision) -> dict[str, Any]:
    return {
        "verdict": decision.verdict,
        "answers": dict(decision.answers),
        "meaning": decision.meaning,
        "person": decision.person,
        "role": decision.role_name,
        "for": decision.for_name,
        "agreed_by": [_authority_to_json(each) for each in decision.agreed_by],
        "reason": decision.reason,
        "until": decision.until and decision.until.isoformat(),
        "awaits": decision.awaits,
        "replaces": decision.replaces,
        "decided_at": decision.decided_at.isoformat(),
    }


def _awaited_to_json(conflict: Conflict, today: date) -> dict[str, Any] | None:
    """What a decision promised, by when, and whether it has not come in time."""
    if (awaited := find_awaited(conflict, today)) is None:
        return None
    return {
        "what": awaited.what,
        "by": awaited.by.isoformat(),
        "overdue": awaited.is_overdue,
    }


def reading_to_json(reading: OldReading) -> dict[str, Any]:
    """A connection whose data are too old; `removed` if the settings no longer name it."""
    return {
        "connection": reading.connection,
        "read_at": reading.read_at and reading.read_at.isoformat(),
        "removed": reading.is_removed,
    }


def _label_to_json(label: Label) -> dict[str, str | None]:
    return {"ref": label.ref, "key": label.key, "title": label.title, "url": label.url}


def print_conflicts(
    conflicts: Sequence[Conflict], function_names: Mapping[str, str], today: date
) -> None:
    """Print a table as of `today`; `function_names` are the names of functions by id."""
    if not conflicts:
        print_line("No conflict is in force.")
        return
    print_table(
        ("Severity", "Conflict", "What", "Between", "Decides", "By"),
        [_conflict_row(conflict, function_names, today) for conflict in conflicts],
        "Conflicts",
    )


def _conflict_row(
    conflict: Conflict, function_names: Mapping[str, str], today: date
) -> tuple[str, ...]:
    escalation, decision = conflict.escalation, conflict.decision
    awaited = find_awaited(conflict, today)
    unkept = f"Overdue: {awaited}" if awaited and awaited.is_overdue else ""
    persons = format_list(each.person_name for each in escalation.asked) or "nobody may"
    late = " (passed)" if escalation.overdue else ""
    return (
        conflict.severity.name.lower(),
        conflict.id,
        ". ".join(filter(None, (conflict.wording.title, unkept, conflict.age_text))),
        ", ".join(function_names.get(each, each) for each in conflict.finding.functions),
        _decided_text(decision, awaited) if decision else agreement_text(conflict) or persons,
        _decided_until(decision) if decision else f"{format_day(escalation.decide_by)}{late}",
    )


def print_held(held: Iterable[HeldFinding]) -> None:
    """Print how many findings are held, one line per set of connections that they wait for."""
    counts = Counter(readings_text(each.readings) for each in held)
    for names, count in sorted(counts.items()):
        print_line(f"{format_count(count, 'finding')} held: resting on {names}")


def _decided_text(decision: Decision, awaited: Awaited | None) -> str:
    return f"decided, awaiting {awaited}" if awaited else f"decided: {decision.meaning}"


def _decided_until(decision: Decision) -> str:
    return format_day(decision.until) if decision.until else ""
