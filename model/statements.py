"""What people say about a conflict without deciding it, and what follows from that.

Each function returns what changes in the ledger, or None where nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from model.conflicts import Conflict, EscalationStatus, Statement, StatementKind
from model.ledger import EscalationOf, Event, LedgerUpdate
from model.operating_model.rights import find_authorities
from model.operating_model.schema import OperatingModel, Person

_LONGEST_PATH_DAYS = 1000


def add_statement(conflict: Conflict, statement: Statement) -> LedgerUpdate | None:
    """Put a statement on the conflict; None where the same person has said the same already.

    Only the last person named as its owner is kept.
    """
    if any(_is_repeated(statement, before) for before in conflict.statements):
        return None
    kept = [
        before
        for before in conflict.statements
        if statement.kind is not StatementKind.OWNER or before.kind is not StatementKind.OWNER
    ]
    update: dict[str, Any] = {"statements": (*kept, statement)}
    # That somebody has read a comment is no reason to notify its readers.
    if statement.kind is not StatementKind.SEEN:
        update["changed_at"] = statement.at
    event = Event(conflict.id, statement.kind.value, statement.at, _details(statement))
    return LedgerUpdate((conflict.model_copy(update=update),), (event,))


def retract_unconfirmed(conflict: Conflict, text: str) -> Conflict:
    """The conflict without what a file said in these words, which it does not say any more."""
    kept = tuple(
        each
        for each in conflict.statements
        if each.kind is not StatementKind.UNCONFIRMED or each.text != text
    )
    return conflict.model_copy(update={"statements": kept})


def pass_on(
    conflict: Conflict, statement: Statement, escalation_of: EscalationOf
) -> LedgerUpdate | None:
    """Give an open conflict to the next level now; None where it is with the last one.

    The statement on it then has the level that it reached.

    Deadlines are a function of the instant from which they count. That instant moves back until
    the present level has just run out, so the next one has all its days.
    """
    following = _find_next_level(conflict, escalation_of)
    if following is None:
        return None
    due_from, escalation = following
    said = add_statement(conflict, statement.model_copy(update={"level": escalation.level}))
    if said is None:
        return None
    after = said.conflicts[0].model_copy(update={"due_from": due_from, "escalation": escalation})
    details = {
        "severity": after.severity.name.lower(),
        "title": after.wording.title,
        "level": escalation.level,
        "authority": escalation.authority_id,
        "decide_by": escalation.decide_by.isoformat(),
        "by": statement.person,
    }
    event = Event(conflict.id, "escalated", statement.at, details)
    return LedgerUpdate((after,), (*said.events, event))


def is_passed_on(conflict: Conflict, person: str | None) -> bool:
    """Whether the level to which this person has passed the conflict on has the turn.

    Who is asked on that level may pass it on again.
    """
    level = conflict.escalation.level
    has_passed = any(s.person == person and s.level == level for s in conflict.statements)
    return has_passed and person not in {each.person for each in conflict.escalation.asked}


def is_concerned(
    model: OperatingModel, person: Person, conflict: Conflict, owners: Iterable[tuple[str, str]]
) -> bool:
    """Whether a conflict is about a person's work, function or right.

    `owners` are the owners of its records, each as a connection and the account there.
    """
    roles = [role for role in model.roles if person.id in (role.holder, role.deputy)]
    heads = {each.head for each in model.functions if each.id in conflict.finding.functions}
    may_decide = {each.role.id for each in find_authorities(model, conflict.finding)}
    return (
        any(role.function in conflict.finding.functions for role in roles if role.function)
        or any(role.id in heads | may_decide for role in roles)
        or any(person.identities.get(connection) == account for connection, account in owners)
        or conflict.escalation.authority_id == person.id
    )


def _is_repeated(statement: Statement, before: Statement) -> bool:
    if statement.kind is not before.kind or statement.kind is StatementKind.ESCALATED:
        return False
    is_same_person = (statement.person, statement.person_name) == (
        before.person,
        before.person_name,
    )
    if statement.kind is StatementKind.SEEN:
        return is_same_person
    return is_same_person and (statement.text, statement.about) == (before.text, before.about)


def _details(statement: Statement) -> dict[str, Any]:
    details = {
        "person": statement.person,
        "name": statement.person_name,
        "text": statement.text,
        "about": statement.about,
    }
    return {name: value for name, value in details.items() if value}


def _find_next_level(
    conflict: Conflict, escalation_of: EscalationOf
) -> tuple[datetime, EscalationStatus] | None:
    start = conflict.counts_from
    for days in range(1, _LONGEST_PATH_DAYS):
        earlier = start - timedelta(days=days)
        status = escalation_of(conflict.finding, earlier)
        if status.level > conflict.escalation.level:
            return earlier, status
        if status.overdue:
            break
    return None
