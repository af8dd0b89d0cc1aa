"""Decide: record a verdict, if the person has the right to decide."""

from __future__ import annotations

from datetime import datetime

from model.conflicts import Conflict, Decision, Status
from model.ledger import decide
from model.operating_model.people import person_with_email, person_with_identity
from model.operating_model.rights import RefusedDecision, may_decide
from model.operating_model.schema import OperatingModel, Person
from model.rules import Option, RuleSet
from model.warehouse.ledger import read_conflicts, write_decision, write_ledger_update
from model.warehouse.locks import exclusive_lock
from pipelines.instance import Instance
from pipelines.steps.link import MODEL_STEP


class DecisionRefused(Exception):
    """A verdict that was not recorded; the message says why and who may decide."""


def record_decision(
    instance: Instance,
    conflict_id: str,
    verdict: str,
    identity: str,
    reason: str,
    channel: str,
    now: datetime,
) -> Conflict:
    """Record a verdict, the id of an option of the conflict's rule, and return the conflict.

    `identity` is a person's id, e-mail address, or identity in the connection that `channel`
    names. Raises DecisionRefused.
    """
    # Under the lock of the model, or a sync at the same time could overwrite the decision.
    with exclusive_lock(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        conflict = _require_undecided(read_conflicts(connection), conflict_id)
        person = _find_person(instance.model, channel, identity)
        permitted = may_decide(instance.model, person, conflict.finding)
        if isinstance(permitted, RefusedDecision):
            raise DecisionRefused(f"{conflict_id}: {permitted}")
        option = _require_option(instance.rules, conflict, verdict)
        if not reason.strip():
            raise DecisionRefused(f"{conflict_id}: a decision needs its reason")
        decision = Decision(
            verdict=option.id,
            meaning=option.meaning,
            person=permitted.person.id,
            person_name=permitted.person.name,
            reason=reason.strip(),
            severity=conflict.severity,
            decided_at=now,
        )
        update = decide(conflict, decision)
        write_decision(
            connection, conflict_id, decision, permitted.role.id, permitted.right, channel
        )
        write_ledger_update(connection, update)
        return update.conflicts[0]


def _require_undecided(conflicts: dict[str, Conflict], conflict_id: str) -> Conflict:
    if conflict_id not in conflicts:
        raise DecisionRefused(
            f"{conflict_id}: there is no such conflict; see `interlock conflicts`"
        )
    conflict = conflicts[conflict_id]
    if conflict.status is Status.RESOLVED:
        raise DecisionRefused(f"{conflict_id}: it is resolved, nothing is left to decide")
    return conflict


def _require_option(rules: RuleSet, conflict: Conflict, verdict: str) -> Option:
    options = rules.options_of(conflict.finding.rule)
    if not options:
        raise DecisionRefused(
            f"{conflict.id}: its rule {conflict.finding.rule} is not installed, so nothing can be "
            "decided; `interlock check` says why"
        )
    if verdict not in options:
        raise DecisionRefused(
            f'{conflict.id}: "{verdict}" is no option; choose {" or ".join(options)}'
        )
    return options[verdict]


def _find_person(model: OperatingModel, channel: str, identity: str) -> Person | None:
    by_id = next((person for person in model.people if person.id == identity), None)
    return (
        by_id
        or person_with_email(model, identity)
        or person_with_identity(model, channel, identity)
    )
