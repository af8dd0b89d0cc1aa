"""Raise a risk by hand, or withdraw it: in a reply on any record, or with `interlock raise`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from model.conflicts import Conflict
from model.operating_model.identity import Identity, find_person
from model.raised_risks import RULE, RaisedRisk, conflict_id_of
from model.records import Ref
from model.replies import Command
from model.replies.forms import PREFIX
from model.replies.outcomes import Outcome, OutcomeKind
from model.rules.words import format_day
from model.warehouse.locks import exclusive_lock
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.raised_risks import (
    RecordStanding,
    read_raised_risks,
    read_record_standing,
    write_risk,
)
from pipelines.instance import Instance
from pipelines.steps.asked import Asked
from pipelines.steps.link import MODEL_STEP

_FORM = f"{PREFIX} risk needs KEY by DATE because …"


class RiskRefused(Exception):
    """A risk that was not raised or withdrawn; the message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Raiser:
    """Who raises a risk, as `channel` names them; `person` is their id in the operating model."""

    person: str | None
    name: str
    identity: str
    channel: str


@dataclass(frozen=True, slots=True)
class Need:
    """What a record is said to need: a name as it was written, by when, and why."""

    record: Ref
    needs: str
    by: date
    because: str


def raise_at_command(
    instance: Instance,
    record: str,
    needs: str,
    by: date,
    because: str,
    who: Identity,
    now: datetime,
) -> str:
    """Raise a risk for a record that people call by a name; returns its conflict's id.

    Raises RiskRefused. The conflict is there after the next sync.
    """
    raiser = _raiser_at_command(instance, who)
    with exclusive_lock(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        waiting = _find_record(connection, instance, record, "")
        need = Need(waiting, needs, by, because)
        risk, _ = raise_risk(connection, instance, need, raiser, now)
    return conflict_id_of(risk)


def withdraw_at_command(
    instance: Instance, record: str, needs: str, who: Identity, now: datetime
) -> str:
    """Withdraw the risk that this person has raised; returns its conflict's id.

    Raises RiskRefused.
    """
    raiser = _raiser_at_command(instance, who)
    with exclusive_lock(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        refs = tuple(str(_find_record(connection, instance, name, "")) for name in (record, needs))
        for risk in read_raised_risks(connection):
            if (risk.record_ref, risk.needs_ref) == refs and risk.person == raiser.person:
                withdrawn = replace(risk, raised_at=now)
                write_risk(connection, withdrawn, raiser.identity, "cli", withdrawn=True)
                return conflict_id_of(risk)
    raise RiskRefused(f"{raiser.name} has raised no risk that {record} needs {needs}")


def raise_by_reply(asked: Asked, command: Command) -> Outcome:
    """Raise what a reply says about the record below which it stands; anybody may."""
    reply = asked.stored.reply
    if not asked.is_verified and asked.model.unverified_replies != "raise":
        return Outcome(OutcomeKind.REFUSED, None, "Nothing proves who wrote this.")
    if command.needs is None or command.on is None or not command.reason:
        return Outcome(OutcomeKind.NOT_UNDERSTOOD, None, f"a risk is raised by “{_FORM}”.")
    need = Need(reply.record, command.needs, command.on, command.reason)
    try:
        risk, is_new = raise_risk(
            asked.connection, asked.instance, need, _raiser_of_reply(asked), asked.now
        )
    except RiskRefused as refusal:
        return Outcome(OutcomeKind.NOT_UNDERSTOOD, None, f"{refusal}.")
    return Outcome(OutcomeKind.RAISED if is_new else OutcomeKind.NOTHING_NEW, conflict_id_of(risk))


def withdraw_by_reply(asked: Asked, conflict: Conflict) -> Outcome:
    """Withdraw what the author of a reply has raised."""
    raiser = _raiser_of_reply(asked)
    for risk in read_raised_risks(asked.connection):
        if conflict_id_of(risk) == conflict.id and risk.person == raiser.person:
            withdrawn = replace(risk, raised_at=asked.now)
            write_risk(asked.connection, withdrawn, raiser.identity, raiser.channel, withdrawn=True)
            return Outcome(OutcomeKind.WITHDRAWN, conflict.id)
    is_raised = RULE in conflict.finding.rules
    why = "only who raised it can withdraw it" if is_raised else "nobody raised it by hand"
    return Outcome(OutcomeKind.REFUSED, conflict.id, f"{why}.")


def raise_risk(
    connection: Connection, instance: Instance, need: Need, raiser: Raiser, now: datetime
) -> tuple[RaisedRisk, bool]:
    """Record a risk in the caller's transaction; the flag is False where it stands already.

    Raises RiskRefused.
    """
    if need.by < instance.today(now):
        raise RiskRefused(f"{format_day(need.by)} is over")
    needed = _find_record(connection, instance, need.needs, need.record.connection)
    if needed == need.record:
        raise RiskRefused(f"{need.needs} cannot need itself")
    record_id, _ = _require_open(connection, need.record)
    needs_id, standing = _require_open(connection, needed)
    risk = RaisedRisk(
        record_id,
        str(need.record),
        needs_id,
        str(needed),
        need.by,
        need.because,
        raiser.person,
        raiser.name,
        now,
        standing.planned,
        standing.forecast,
    )
    for before in read_raised_risks(connection):
        if _says_the_same(before, risk):
            return before, False
    write_risk(connection, risk, raiser.identity, raiser.channel, withdrawn=False)
    return risk, True


def _says_the_same(before: RaisedRisk, risk: RaisedRisk) -> bool:
    said = [(r.about, r.needed_by, r.reason, r.person, r.person_name) for r in (before, risk)]
    return said[0] == said[1]


def _find_record(connection: Connection, instance: Instance, name: str, own: str) -> Ref:
    """The one record with a name, first among those of the own connection."""
    lookup = WarehouseLookup(connection)
    formats = instance.references.for_connection(own) if own else instance.references
    labels = lookup.read_labels(lookup.find_by_name(name, formats))
    refs = sorted((Ref.parse(label.ref) for label in labels.values()), key=str)
    nearest = [ref for ref in refs if ref.connection == own] or refs
    if not nearest:
        raise RiskRefused(f"no connected tool has a record “{name}”")
    if len(nearest) > 1:
        named = ", ".join(map(str, nearest[:3]))
        raise RiskRefused(f"“{name}” names {len(nearest)} records: {named}; use its address")
    return nearest[0]


def _require_open(connection: Connection, ref: Ref) -> tuple[int, RecordStanding]:
    ids = WarehouseLookup(connection).find_by_ref([ref])
    standing = read_record_standing(connection, ids[0]) if ids else None
    if standing is None:
        raise RiskRefused(f"{ref.native_id} is in no plan")
    if not standing.is_open:
        raise RiskRefused(f"{standing.key} is done")
    return ids[0], standing


def _raiser_of_reply(asked: Asked) -> Raiser:
    account = asked.stored.reply.author
    name = asked.author or "somebody"
    return Raiser(
        asked.person.id if asked.person else None,
        name if asked.is_verified else f"{name} (not verified)",
        f"account:{account}" if account else f"name:{name}",
        asked.stored.connection,
    )


def _raiser_at_command(instance: Instance, who: Identity) -> Raiser:
    person = find_person(instance.model, who)
    if person is None:
        raise RiskRefused(f"the operating model does not know {who.value}")
    return Raiser(person.id, person.name, str(who), "cli")
