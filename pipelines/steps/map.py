"""Map: from landing to the shared model, in batches, each committed together with its cursor.

When the mapping changes (settings, operating model, or the tool's mapping version), all raw
records are mapped again from landing, without another pull.

What landed since the last mapping is mapped in one transaction if it could be a mass change, and
held if it is one (see `mass_change`); the cursor then stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from model.operating_model.identity import Identity, find_person
from model.warehouse.holds import Hold, end_hold, read_holds, record_release
from model.warehouse.load import LoadResult
from pipelines.instance import Instance
from pipelines.steps.mapping import open_mapping
from pipelines.steps.mass_change import Verdict


@dataclass(frozen=True, slots=True)
class MapResult:
    """Counts of one mapping: raw records read, shared records changed or ended, problems.

    `hold` is set while the connection is held: what landed last is then not among the figures.
    `confirmed` says in one line why a former hold has ended.
    """

    rows: int = 0
    changed: int = 0
    ended: int = 0
    problems: int = 0
    hold: Hold | None = None
    confirmed: str = ""


class NothingHeld(Exception):
    """There is no hold to release."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"nothing of {name} is held, so there is nothing to release. "
            "`interlock sync` names each connection that it holds"
        )


class ReleaseRefused(Exception):
    """Somebody whom the operating model does not know wants to release a hold."""

    def __init__(self, name: str, identity: Identity) -> None:
        super().__init__(
            f'{name}: "{identity.value}" is no person of the operating model, so nothing is '
            "released. Give the id or the e-mail address that a person has there"
        )


def map_records(instance: Instance, name: str, now: datetime) -> MapResult:
    """Map and load the raw records of one connection that landed since its last mapping.

    Raises ConnectionFailed where too many records of a stream could not be used; what could is
    loaded, but the connection does not count as read.
    """
    with open_mapping(instance, name, now) as mapping:
        held = _read_hold(instance, name)
        known = mapping.map_known()
        if held is not None and not mapping.is_read_again(held):
            return _result(known, held)
        if held is None and not mapping.may_be_mass_change():
            result = _result(known + mapping.map_pending())
        else:
            result = _guarded_result(known, mapping.map_guarded(held))
        if result.hold is None:
            with instance.engine.begin() as connection:
                failure = mapping.record_end(connection)
            if failure:
                raise failure
        return result


def release(
    instance: Instance, name: str, identity: Identity, reason: str, channel: str, now: datetime
) -> MapResult:
    """Map what is held of a connection, whatever it changes; recorded with the person's id.

    Raises NothingHeld, and ReleaseRefused for somebody whom the operating model does not know.
    """
    # Before the lock: the name may be of no connection at all.
    if _read_hold(instance, name) is None:
        raise NothingHeld(name)
    person = find_person(instance.model, identity)
    if person is None:
        raise ReleaseRefused(name, identity)
    with open_mapping(instance, name, now) as mapping:
        held = _read_hold(instance, name)
        if held is None:
            raise NothingHeld(name)
        known = mapping.map_known()
        with instance.engine.begin() as connection:
            loaded = known + mapping.map_pending(connection)
            end_hold(connection, name)
            record_release(connection, held, person.id, reason, channel, now)
            mapping.record_end(connection)
        return _result(loaded)


def _read_hold(instance: Instance, name: str) -> Hold | None:
    with instance.engine.connect() as connection:
        return read_holds(connection).get(name)


def _result(loaded: LoadResult, held: Hold | None = None, confirmed: str = "") -> MapResult:
    figures = loaded.rows, loaded.changed, loaded.ended, loaded.problems
    return MapResult(*figures, held, confirmed)


def _guarded_result(known: LoadResult, verdict: Verdict) -> MapResult:
    if verdict.hold is not None:
        return _result(known, verdict.hold)
    return _result(known + verdict.loaded, confirmed=verdict.confirmed)
