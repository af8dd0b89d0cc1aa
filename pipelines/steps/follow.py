"""Follow a reply: find the conflict of each of its commands, and record what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from model.conflicts import Conflict, Status
from model.ledger import LedgerUpdate
from model.operating_model.calendar import local_day
from model.operating_model.identity import Identity, IdentityKind, find_person
from model.operating_model.schema import Person
from model.replies import Command, CommandKind, NotUnderstood, named_conflict, parse_answer
from model.replies.forms import list_forms
from model.replies.outcomes import Outcome, OutcomeKind, RecordedOutcome, StoredReply
from model.replies.text import command_texts
from model.rules import Option
from model.rules.words import format_day
from model.statements import retract_unconfirmed
from model.warehouse.ledger import (
    read_conflicts,
    read_conflicts_commented_on,
    was_reopened,
    write_ledger_update,
)
from model.warehouse.replies import read_former_commands, read_former_text, write_outcome
from pipelines.instance import Instance
from pipelines.steps.asked import Asked
from pipelines.steps.follow_command import follow_command
from pipelines.steps.raise_risk import raise_by_reply


@dataclass(frozen=True, slots=True)
class _Place:
    """The conflict that a command is about; without one, why not and among which to choose."""

    conflict: Conflict | None
    problem: str = ""
    candidates: tuple[Conflict, ...] = ()


def follow_reply(
    connection: Connection, instance: Instance, stored: StoredReply, now: datetime
) -> list[RecordedOutcome]:
    """Do what each command of a reply asks for, in the caller's transaction.

    The caller holds the lock of the model. What an earlier text of the same reply asked for already
    is not done again.
    """
    reply, model = stored.reply, instance.model
    person = _find_author(instance, stored)
    former = read_former_commands(connection, stored)
    texts = [reply.text] if reply.is_answer else command_texts(reply.text)
    recorded: list[RecordedOutcome] = []
    for position, text in enumerate(texts):
        place = _find_place(connection, stored, text)
        options = _options(instance, place)
        kinds = {field.name: field.kind for each in options.values() for field in each.fields}
        command = parse_answer(text, options, local_day(model, stored.said_at), kinds)
        if command.to_json() in former:
            outcome = Outcome(OutcomeKind.NOTHING_NEW, _id(place))
        else:
            asked = Asked(connection, instance, stored, person, now)
            place = _without_former(asked, place)
            outcome = _addressed(stored, _follow(asked, place, command, options))
        person_id = person.id if person else None
        write_outcome(connection, stored, position, command, outcome, person_id, now)
        recorded.append(
            RecordedOutcome(stored, position, command.to_json(), outcome, person_id, now)
        )
    return recorded


def _find_author(instance: Instance, stored: StoredReply) -> Person | None:
    if stored.reply.author is None:
        return None
    identity = Identity(IdentityKind.ACCOUNT, stored.reply.author, stored.connection)
    return find_person(instance.model, identity)


def _find_place(connection: Connection, stored: StoredReply, text: str) -> _Place:
    """By the id that the text names, that of its place, or the only one on its record."""
    conflicts = read_conflicts(connection)
    if conflict_id := named_conflict(text) or stored.reply.conflict_id:
        if conflict := conflicts.get(conflict_id):
            # The comment on another record may still name one that another has taken over.
            return _Place(conflicts.get(conflict.merged_into, conflict))
        return _Place(None, f"there is no conflict {conflict_id}")
    commented = read_conflicts_commented_on(connection, stored.reply.record)
    there = [conflict for conflict in conflicts.values() if conflict.id in commented]
    # A decision that is in force can be replaced, and one that is over can only be named.
    for status in Status:
        matching = tuple(conflict for conflict in there if conflict.status is status)
        if len(matching) == 1:
            return _Place(matching[0])
        if matching:
            names = " or ".join(f"{each.id} ({each.wording.title})" for each in matching)
            return _Place(None, f"{len(matching)} conflicts stand here: name {names}", matching)
    return _Place(None, "no conflict stands here; name one by its id")


def _without_former(asked: Asked, place: _Place) -> _Place:
    """The place whose conflict no longer shows what the cell of a file said before it changed."""
    former = None if asked.is_verified else read_former_text(asked.connection, asked.stored)
    if former is None or place.conflict is None:
        return place
    after = retract_unconfirmed(place.conflict, " ".join(former.split()))
    if after != place.conflict:
        write_ledger_update(asked.connection, LedgerUpdate((after,), ()), asked.now)
    return replace(place, conflict=after)


def _options(instance: Instance, place: _Place) -> Mapping[str, Option]:
    conflicts = (place.conflict,) if place.conflict else place.candidates
    options: dict[str, Option] = {}
    for conflict in conflicts:
        options |= instance.rules.options_of(conflict.finding.rule)
    return options


def _follow(
    asked: Asked, place: _Place, command: Command | NotUnderstood, options: Mapping[str, Option]
) -> Outcome:
    if isinstance(command, Command) and command.kind is CommandKind.RISK:
        return raise_by_reply(asked, command)
    conflict = place.conflict
    if conflict is None:
        first = place.candidates[0].id if place.candidates else None
        parts = [command.why] if isinstance(command, NotUnderstood) else []
        problem = "; ".join([*parts, place.problem])
        return Outcome(OutcomeKind.NOT_UNDERSTOOD, first, f"{problem}.")
    if isinstance(command, NotUnderstood):
        return _not_understood(asked, conflict, command.why, options)
    if command.kind is CommandKind.HELP:
        return Outcome(OutcomeKind.HELPED, conflict.id, _forms(asked, conflict, options, True))
    if problem := _why_over(asked, conflict):
        return Outcome(OutcomeKind.REFUSED, conflict.id, problem)
    outcome = follow_command(asked, conflict, command, options)
    if outcome.kind is OutcomeKind.NOT_UNDERSTOOD:
        return _not_understood(asked, conflict, outcome.answer, options)
    return outcome


def _why_over(asked: Asked, conflict: Conflict) -> str:
    """Why nothing can follow from a reply to this conflict any more; empty if something can."""
    if conflict.status is Status.RESOLVED:
        return f"{conflict.id} is resolved, nothing is left to decide."
    is_older = asked.stored.said_at < conflict.opened_at
    if is_older and was_reopened(asked.connection, conflict.id):
        day = format_day(local_day(asked.instance.model, conflict.opened_at))
        return f"this was written before {conflict.id} opened again on {day}; write it again."
    return ""


def _not_understood(
    asked: Asked, conflict: Conflict, why: str, options: Mapping[str, Option]
) -> Outcome:
    answer = f"{why}. {_forms(asked, conflict, options)}".strip()
    return Outcome(OutcomeKind.NOT_UNDERSTOOD, conflict.id, answer)


def _forms(
    asked: Asked,
    conflict: Conflict,
    options: Mapping[str, Option],
    with_all_fields: bool = False,
) -> str:
    return list_forms(
        options.values(),
        dict(conflict.wording.terms),
        is_answer=asked.stored.reply.is_answer,
        with_all_fields=with_all_fields,
    )


def _addressed(stored: StoredReply, outcome: Outcome) -> Outcome:
    """The outcome with its answer addressed to the author."""
    if not outcome.answer:
        return outcome
    name = " ".join(stored.reply.author_name.split())
    # An answer that begins with the author names them already.
    prefix = "" if not name or outcome.answer.startswith(f"{name} ") else f"{name}: "
    answer = f"{prefix}{outcome.answer}"
    return Outcome(outcome.kind, outcome.conflict_id, answer[:1].upper() + answer[1:])


def _id(place: _Place) -> str | None:
    return place.conflict.id if place.conflict else None
