"""Decide: record a verdict, if the person has the right to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from model.agreement import add_proposal, is_agreed
from model.answers import InvalidAnswer
from model.conflicts import Conflict, Decision, Status
from model.decisions import (
    Verdict,
    make_decision,
    make_verdict,
    may_replace,
    name_author,
)
from model.findings import Finding
from model.ledger import DecisionGrounds, decide
from model.operating_model.identity import Identity, find_person
from model.operating_model.load import fingerprint
from model.operating_model.rights import (
    DecisionAuthority,
    PermittedDecision,
    RefusedDecision,
    acts_for,
    find_authorities,
    find_parties,
    may_decide,
)
from model.operating_model.schema import OperatingModel, Person
from model.proposals import propose
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
    """Record a decision and return its conflict, which is still open while others have to agree.

    A decision that its author repeats is recorded once. `identity` is the person as `channel` names
    them: a connection, `cli` or `dagster`. Raises DecisionRefused.
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
    person = find_person(instance.model, identity)
    option = _require_option(instance.rules, conflict, choice)
    choice = complete_choice(choice, conflict, person)
    verdict = _check_answers(instance, option, choice, conflict, now)
    # Who accepts a longer delay than today's needs a right that reaches so far.
    accepted = replace(conflict.finding, impact=verdict.accepted)
    permitted = _require_right(instance.model, person, conflict, accepted, instance.today(now))
    decision = make_decision(verdict, conflict, permitted, choice.reason.strip(), now)
    if _is_in_force(conflict, decision):
        return conflict
    # The model may have changed since the last sync, which would have recorded it.
    record_model_version(connection, instance.model, now)
    source = _Source(instance.model, channel, identity)
    parties = find_parties(instance.model, accepted)
    if permitted.role.id not in {party.role.id for party in parties}:
        return _decide(connection, source, conflict, decision)
    own = [
        _as_party(decision, party.asks(permitted.person))
        for party in parties
        if acts_for(party, permitted.person, instance.today(now))
    ]
    proposals = conflict.proposals
    for each in own:
        proposals = add_proposal(proposals, each)
    if is_agreed([party.role.id for party in parties], proposals):
        return _decide(connection, source, conflict, _agreed(own[-1], proposals, parties))
    # What has to be there some days after the decision has no day before there is one.
    day = decision.until if option.until else None
    for each in own:
        proposal = each.model_copy(update={"until": day})
        update = propose(conflict, proposal, source.grounds(conflict, proposal))
        write_ledger_update(connection, update, now)
        conflict = update.conflicts[0] if update.conflicts else conflict
    return conflict


def complete_choice(choice: Choice, conflict: Conflict, person: Person | None) -> Choice:
    """The choice with the fields that others proposed for its option where it leaves them out."""
    others = [each for each in conflict.proposals if person and each.person != person.id]
    if not others or others[-1].verdict != choice.option:
        return choice
    proposed = others[-1]
    stated = {name: value for name, value in choice.answers.items() if value.strip()}
    answers = {**dict(proposed.answers), **stated}
    return replace(choice, answers=answers, reason=choice.reason or proposed.reason)


@dataclass(frozen=True, slots=True)
class _Source:
    """The operating model under which somebody decides, and how the channel named them."""

    model: OperatingModel
    channel: str
    identity: Identity

    def grounds(self, conflict: Conflict, decision: Decision) -> DecisionGrounds:
        return DecisionGrounds(
            role=decision.role,
            right=decision.right,
            channel=self.channel,
            identity=str(self.identity),
            bounds=_bounds(self.model, decision, conflict),
            model_version=fingerprint(self.model),
        )


def _decide(
    connection: Connection, source: _Source, conflict: Conflict, decision: Decision
) -> Conflict:
    update = decide(conflict, decision)
    write_decision(connection, conflict.id, decision, source.grounds(conflict, decision))
    write_ledger_update(connection, update, decision.decided_at)
    return update.conflicts[0]


def _is_in_force(conflict: Conflict, decision: Decision) -> bool:
    """Whether one of its authors repeats the decision in force, which changes nothing."""
    standing = conflict.decision
    if standing is None or not standing.is_same_choice(decision):
        return False
    if decision.role in {agreement.role for agreement in standing.agreed_by}:
        return True
    is_same = (standing.person, standing.role) == (decision.person, decision.role)
    # One with a later day, or another reason, is a new decision.
    is_renewed = decision.until != standing.until and not standing.agreed_by
    return is_same and not is_renewed and decision.reason in ("", standing.reason)


def _as_party(decision: Decision, party: DecisionAuthority) -> Decision:
    return decision.model_copy(
        update={
            "role": party.role.id,
            "role_name": party.role.name,
            "for_name": party.holder.name if party.holder else "",
            "right": party.right,
        }
    )


def _agreed(
    last: Decision, proposals: Sequence[Decision], parties: Sequence[DecisionAuthority]
) -> Decision:
    """The decision of all parties, which the last of them has completed."""
    by_role = {each.role: each for each in proposals}
    others = [by_role[party.role.id] for party in parties if party.role.id != last.role]
    return last.model_copy(update={"agreed_by": tuple(each.author for each in others)})


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
    model: OperatingModel,
    person: Person | None,
    conflict: Conflict,
    accepted: Finding,
    today: date,
) -> PermittedDecision:
    """The right by which the person decides; also over a decision that is in force already."""
    permitted = may_decide(model, person, accepted, today)
    if isinstance(permitted, RefusedDecision):
        raise DecisionRefused(f"{conflict.id}: {permitted}")
    standing = conflict.decision
    if standing and not may_replace(model, standing, permitted):
        others = [
            authority
            for authority in find_authorities(model, accepted)
            if may_replace(model, standing, authority.permitted)
        ]
        reason = f"It stands decided by {name_author(standing)}, whose right reaches further"
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
        "for_name": decision.for_name,
        "agreed_by": [agreement.model_dump() for agreement in decision.agreed_by],
        "right_up_to_days": right.up_to.days,
        "right_up_to_value": right.up_to.value and _exact(right.up_to.value),
    }


def _exact(money: Money) -> str:
    return f"{money.amount} {money.currency}"
