"""Decide: record a verdict, if the person has the right to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from model.conflicts import Conflict, Decision, Status
from model.decisions import InvalidAnswer, Verdict, make_decision, make_verdict, may_replace
from model.ledger import DecisionGrounds, decide
from model.operating_model.identity import Identity, find_person
from model.operating_model.load import fingerprint
from model.operating_model.rights import (
    PermittedDecision,
    RefusedDecision,
    find_authorities,
    may_decide,
)
from model.operating_model.schema import OperatingModel
from model.records import Money
from model.rules import Option, RuleSet
from model.warehouse.ledger import read_conflicts, write_decision, write_ledger_update
from model.warehouse.locks import exclusive_lock
from model.warehouse.model_versions import record_model_version
from pipelines.instance import Instance
from pipelines.steps.link import MODEL_STEP


class DecisionRefused(Exception):
    """A verdict that was not recorded; the message says why and who may decide."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody decides: the id of an option of the conflict's rule, its fields, and why.

    A field that is left out takes the option's default.
    """

    option: str
    answers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


def record_decision(
    instance: Instance,
    conflict_id: str,
    choice: Choice,
    identity: Identity,
    channel: str,
    now: datetime,
) -> Conflict:
    """Record a decision and return its conflict.

    `identity` is the person as `channel` names them: a connection, `cli` or `dagster`. Raises
    DecisionRefused.
    """
    # Under the lock of the model, or a sync at the same time could overwrite the decision.
    with exclusive_lock(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        return decide_within(connection, instance, conflict_id, choice, identity, channel, now)


def decide_within(
    connection: Connection,
    instance: Instance,
    conflict_id: str,
    choice: Choice,
    identity: Identity,
    channel: str,
    now: datetime,
) -> Conflict:
    """`record_decision` in a transaction of the caller, who holds the lock of the model."""
    conflict = _require_undecided(read_conflicts(connection), conflict_id)
    option = _require_option(instance.rules, conflict, choice)
    verdict = _check_answers(instance, option, choice, conflict, now)
    permitted = _require_right(instance.model, identity, conflict, verdict)
    decision = make_decision(verdict, conflict, permitted, choice.reason.strip(), now)
    # The model may have changed since the last sync, which would have recorded it.
    record_model_version(connection, instance.model, now)
    grounds = DecisionGrounds(
        role=permitted.role.id,
        right=permitted.right,
        channel=channel,
        identity=str(identity),
        bounds=_bounds(instance.model, decision, conflict),
        model_version=fingerprint(instance.model),
    )
    update = decide(conflict, decision)
    write_decision(connection, conflict_id, decision, grounds)
    write_ledger_update(connection, update, now)
    return update.conflicts[0]


def _check_answers(
    instance: Instance, option: Option, choice: Choice, conflict: Conflict, now: datetime
) -> Verdict:
    if option.needs_reason and not choice.reason.strip():
        raise DecisionRefused(f"{conflict.id}: {option.id} needs its reason")
    today = instance.today(now)
    try:
        return make_verdict(option, choice.answers, conflict, instance.model, today)
    except InvalidAnswer as error:
        raise DecisionRefused(f"{conflict.id}: {error}") from None


def _require_right(
    model: OperatingModel, identity: Identity, conflict: Conflict, verdict: Verdict
) -> PermittedDecision:
    """The right by which the person decides; also over a decision that is in force already."""
    # Who accepts a longer delay than today's needs a right that reaches so far.
    accepted = replace(conflict.finding, impact=verdict.accepted)
    permitted = may_decide(model, find_person(model, identity), accepted)
    if isinstance(permitted, RefusedDecision):
        raise DecisionRefused(f"{conflict.id}: {permitted}")
    standing = conflict.decision
    if standing and not may_replace(model, standing, permitted):
        others = [
            authority
            for authority in find_authorities(model, accepted)
            if may_replace(model, standing, authority.permitted)
        ]
        reason = f"It stands decided by {standing.person_name}, whose right reaches further"
        raise DecisionRefused(f"{conflict.id}: {RefusedDecision(reason, tuple(others))}")
    return permitted


def _require_undecided(conflicts: dict[str, Conflict], conflict_id: str) -> Conflict:
    if conflict_id not in conflicts:
        raise DecisionRefused(
            f"{conflict_id}: there is no such conflict; see `interlock conflicts`"
        )
    conflict = conflicts[conflict_id]
    if conflict.status is Status.RESOLVED:
        raise DecisionRefused(f"{conflict_id}: it is resolved, nothing is left to decide")
    return conflict


def _require_option(rules: RuleSet, conflict: Conflict, choice: Choice) -> Option:
    options = rules.options_of(conflict.finding.rule)
    if not options:
        raise DecisionRefused(
            f"{conflict.id}: its rule {conflict.finding.rule} is not installed, so nothing can be "
            "decided; `interlock check` says why"
        )
    if choice.option not in options:
        raise DecisionRefused(
            f'{conflict.id}: "{choice.option}" is no option; choose {" or ".join(options)}'
        )
    return options[choice.option]


def _bounds(model: OperatingModel, decision: Decision, conflict: Conflict) -> dict[str, Any]:
    """The size of the conflict that the person saw, how far the decision and the right reach."""
    finding = conflict.finding
    right = next(each for each in model.decision_rights if each.id == decision.right)
    return {
        "days": finding.impact.days,
        "items": finding.impact.items,
        "value": [_exact(amount) for amount in finding.impact.value],
        "needed_by": finding.needed_by and finding.needed_by.isoformat(),
        "accepted_days": decision.days,
        "until": decision.until and decision.until.isoformat(),
        "awaits": decision.awaits,
        "replaces": decision.replaces,
        "right_up_to_days": right.up_to.days,
        "right_up_to_value": right.up_to.value and _exact(right.up_to.value),
    }


def _exact(money: Money) -> str:
    return f"{money.amount} {money.currency}"
