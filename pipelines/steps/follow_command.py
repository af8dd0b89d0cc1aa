"""Follow one command about one conflict: a decision, or a statement that decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from model.answers import InvalidAnswer
from model.conflicts import Conflict, Decision, Statement, StatementKind, Status
from model.decisions import make_verdict
from model.escalation_status import escalation_status_at
from model.ledger import LedgerUpdate
from model.operating_model.identity import Identity, IdentityKind, find_person, identity_of_text
from model.operating_model.rights import RefusedDecision, find_authorities
from model.operating_model.schema import Person
from model.records import Ref
from model.replies import Command, CommandKind
from model.replies.forms import name_fields
from model.replies.outcomes import Outcome, OutcomeKind
from model.rules import Option
from model.rules.options import FieldKind
from model.statements import add_statement, is_concerned, is_passed_on, pass_on
from model.warehouse.ledger import write_ledger_update
from model.warehouse.lookup import WarehouseLookup
from pipelines.steps.asked import Asked
from pipelines.steps.decide import Choice, DecisionRefused, complete_choice, decide_within
from pipelines.steps.raise_risk import withdraw_by_reply

_OF_ANYBODY = (CommandKind.OPTION, CommandKind.ACKNOWLEDGE, CommandKind.WITHDRAW)
_PASSED_ON = (StatementKind.ESCALATED, StatementKind.NOT_OURS)


def follow_command(
    asked: Asked, conflict: Conflict, command: Command, options: Mapping[str, Option]
) -> Outcome:
    """Do what a command asks for; `conflict` is in force, and these are the options of its rule.

    The answer of what is not understood is a clause.
    """
    if refusal := _refuse_author(asked, conflict, command):
        return Outcome(OutcomeKind.REFUSED, conflict.id, refusal)
    match command.kind:
        case CommandKind.OPTION:
            return _choose(asked, conflict, options[command.option], command)
        case CommandKind.ACKNOWLEDGE:
            return _state(asked, conflict, StatementKind.SEEN, OutcomeKind.SEEN)
        case CommandKind.OWNER:
            return _name_owner(asked, conflict, command, options)
        case CommandKind.WITHDRAW:
            return withdraw_by_reply(asked, conflict)
        case _:
            return _pass_on(asked, conflict, command)


def _refuse_author(asked: Asked, conflict: Conflict, command: Command) -> str:
    """Why nothing may follow from this author's command, and who may; empty if something may."""
    if asked.person:
        # Who may decide, and who may withdraw, is asked where that is done.
        if command.kind in _OF_ANYBODY or is_concerned(
            asked.model, asked.person, conflict, _owners(asked, conflict)
        ):
            return ""
        return _who_may(asked, conflict, f"{asked.author} is not concerned by {conflict.id}")
    if asked.is_verified:
        reason = "This account belongs to nobody in the operating model"
        return _who_may(asked, conflict, reason)
    if asked.model.unverified_replies == "nothing":
        return _who_may(asked, conflict, "Nothing proves who wrote this")
    if command.kind in (CommandKind.ACKNOWLEDGE, CommandKind.OPTION):
        return ""
    reason = f"Nothing proves who wrote this, so it may not say “{command.kind}”"
    return _who_may(asked, conflict, reason)


def _who_may(asked: Asked, conflict: Conflict, reason: str) -> str:
    return str(RefusedDecision(reason, tuple(find_authorities(asked.model, conflict.finding))))


def _owners(asked: Asked, conflict: Conflict) -> Iterator[tuple[str, str]]:
    labels = WarehouseLookup(asked.connection).read_labels(conflict.finding.subjects)
    for label in labels.values():
        if label.owner:
            yield Ref.parse(label.ref).connection, label.owner


def _choose(asked: Asked, conflict: Conflict, option: Option, command: Command) -> Outcome:
    answers = _fill_fields(asked, option, command)
    if isinstance(answers, str):
        return _unclear(conflict, answers)
    # Who joins what others proposed says no more than its option.
    choice = complete_choice(Choice(option.id, answers, command.reason), conflict, asked.person)
    today = asked.instance.today(asked.now)
    try:
        verdict = make_verdict(option, choice.answers, conflict, asked.model, today)
    except InvalidAnswer as error:
        return _unclear(conflict, _needed(option, choice.answers, conflict) or str(error))
    if option.needs_reason and not choice.reason:
        return _unclear(conflict, f"{option.id} needs its reason: add “because …”")
    standing = conflict.decision if conflict.status is Status.DECIDED else None
    is_same = standing and (standing.verdict, dict(standing.answers)) == (
        option.id,
        verdict.answers,
    )
    if standing and is_same and not _gives_reason(asked, standing, choice):
        return Outcome(OutcomeKind.NOTHING_NEW, conflict.id)
    if not asked.is_verified:
        return _ask_to_confirm(asked, conflict)
    return _decide(asked, conflict, choice)


def _gives_reason(asked: Asked, standing: Decision, choice: Choice) -> bool:
    """Whether the author of a decision without a reason repeats it with one."""
    is_author = asked.person is not None and asked.person.id == standing.person
    return is_author and bool(choice.reason) and not standing.reason


def _decide(asked: Asked, conflict: Conflict, choice: Choice) -> Outcome:
    account, connection = asked.stored.reply.author or "", asked.stored.connection
    identity = Identity(IdentityKind.ACCOUNT, account, connection)
    try:
        after = decide_within(
            asked.connection, asked.instance, conflict.id, choice, identity, connection, asked.now
        )
    except DecisionRefused as refusal:
        reason = str(refusal).removeprefix(f"{conflict.id}: ")
        return Outcome(OutcomeKind.REFUSED, conflict.id, reason)
    if after == conflict:
        return Outcome(OutcomeKind.NOTHING_NEW, conflict.id)
    # Where functions have to agree, the comment says whose turn it is.
    kind = OutcomeKind.AGREED if after.proposals else OutcomeKind.DECIDED
    return Outcome(kind, conflict.id)


def _fill_fields(asked: Asked, option: Option, command: Command) -> dict[str, str] | str:
    """The fields of an option as the command states them, or a clause why it cannot state them."""
    answers = dict(command.fields)
    stated = {
        FieldKind.DATE: command.on and command.on.isoformat(),
        FieldKind.PERSON: command.person and _person_id(asked, command.person),
    }
    for kind, value in stated.items():
        free = [each for each in option.fields if each.kind is kind and each.name not in answers]
        if value and not free:
            return f"{option.id} takes no {kind}"
        if value:
            answers[free[0].name] = value
    return answers


def _needed(option: Option, answers: Mapping[str, str], conflict: Conflict) -> str:
    """A clause that asks for the fields that are missing; empty if none is."""
    terms = dict(conflict.wording.terms)
    missing = [
        field.name
        for field in option.fields
        if not (field.may_be_empty or answers.get(field.name) or terms.get(field.default))
    ]
    return f"{option.id} needs {name_fields(option, missing)}" if missing else ""


def _person_id(asked: Asked, named: str) -> str:
    """The id of a person whom a mention or a typed name means; else what was written."""
    person = _find_named(asked, named)
    return person.id if person else named


def _find_named(asked: Asked, named: str) -> Person | None:
    account = Identity(IdentityKind.ACCOUNT, named, asked.stored.connection)
    by_name = [each for each in asked.model.people if each.name.casefold() == named.casefold()]
    return (
        find_person(asked.model, account)
        or find_person(asked.model, identity_of_text(named))
        or (by_name[0] if len(by_name) == 1 else None)
    )


def _ask_to_confirm(asked: Asked, conflict: Conflict) -> Outcome:
    """Record what a file says; it counts once the person named, or who decides, confirms it."""
    named = _find_named(asked, asked.author) if asked.author else None
    authority = conflict.escalation.authority
    about = named.name if named else authority.person_name if authority else "nobody"
    text = " ".join(asked.stored.reply.text.split())
    return _state(
        asked, conflict, StatementKind.UNCONFIRMED, OutcomeKind.UNCONFIRMED, text=text, about=about
    )


def _name_owner(
    asked: Asked, conflict: Conflict, command: Command, options: Mapping[str, Option]
) -> Outcome:
    """Decide the option that names a person where the rule has one; else record who it is."""
    if command.person is None:
        return _unclear(conflict, "owner needs @PERSON")
    for option in options.values():
        if any(field.kind is FieldKind.PERSON for field in option.fields):
            return _choose(asked, conflict, option, command)
    named = _find_named(asked, command.person)
    if named is None:
        return _unclear(conflict, f"“{command.person}” is nobody whom the operating model knows")
    kinds = StatementKind.OWNER, OutcomeKind.OWNER
    return _state(asked, conflict, *kinds, text=command.reason, about=named.name)


def _pass_on(asked: Asked, conflict: Conflict, command: Command) -> Outcome:
    """Give the conflict to the next level now, because of this person."""
    is_refusal = command.kind is CommandKind.NOT_OURS
    kind = StatementKind.NOT_OURS if is_refusal else StatementKind.ESCALATED
    outcome = OutcomeKind.NOT_OURS if is_refusal else OutcomeKind.ESCALATED
    if conflict.status is not Status.OPEN:
        return Outcome(OutcomeKind.REFUSED, conflict.id, f"{conflict.id} is decided.")
    is_done = asked.person is not None and is_passed_on(conflict, asked.person.id)
    if is_done and not is_refusal:
        return Outcome(OutcomeKind.NOTHING_NEW, conflict.id)
    # Two people who ask for the next level at the same time do not mean the one after it.
    stays = is_done or any(
        each.kind in _PASSED_ON and each.at >= asked.stored.said_at for each in conflict.statements
    )
    statement = _statement(asked, kind, command.reason)
    statement = statement.model_copy(update={"level": conflict.escalation.level})
    passed = None
    if not stays:
        passed = pass_on(conflict, statement, escalation_status_at(asked.model, asked.now))
    if passed is None and not stays and not is_refusal:
        authority = conflict.escalation.authority
        name = f" {authority.person_name}" if authority else ""
        return Outcome(
            OutcomeKind.REFUSED, conflict.id, f"It is with{name} already, on the last level."
        )
    return _write(asked, conflict, passed or add_statement(conflict, statement), outcome)


def _unclear(conflict: Conflict, why: str) -> Outcome:
    return Outcome(OutcomeKind.NOT_UNDERSTOOD, conflict.id, why)


def _state(
    asked: Asked,
    conflict: Conflict,
    kind: StatementKind,
    outcome: OutcomeKind,
    text: str = "",
    about: str = "",
) -> Outcome:
    update = add_statement(conflict, _statement(asked, kind, text, about))
    return _write(asked, conflict, update, outcome)


def _statement(asked: Asked, kind: StatementKind, text: str, about: str = "") -> Statement:
    return Statement(
        kind=kind,
        person=asked.person and asked.person.id,
        person_name=asked.author,
        at=asked.now,
        text=text,
        about=about,
    )


def _write(
    asked: Asked, conflict: Conflict, update: LedgerUpdate | None, outcome: OutcomeKind
) -> Outcome:
    if update is None:
        return Outcome(OutcomeKind.NOTHING_NEW, conflict.id)
    write_ledger_update(asked.connection, update, asked.now)
    return Outcome(outcome, conflict.id)
