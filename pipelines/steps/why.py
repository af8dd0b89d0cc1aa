"""Why: which records made an item later than it was promised, what was flagged and decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection

from model.conflicts import Conflict
from model.findings import Label
from model.network import UNKNOWN, RowIndex, date_of, driving_chain
from model.network.columns import Days, Ids
from model.operating_model.calendar import calendar_with_id, local_day
from model.operating_model.schema import OperatingModel
from model.outcomes import JudgedOutcome, TakenDecision, judge
from model.plan import Plan
from model.records import State
from model.root_cause import Slip, find_slips, find_upstream, tell_unknown
from model.warehouse.ledger import read_conflicts
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.plan import read_plan
from model.warehouse.record import read_all_events, read_taken_decisions
from model.warehouse.schedule_changes import Promise, read_changes, read_promise
from pipelines.freshness import read_freshness
from pipelines.instance import Instance
from pipelines.steps.explain import UnknownName, resolve_name


class NothingPromised(UnknownName):
    """The item never had a date, or has none now, so that it cannot be late."""


@dataclass(frozen=True, slots=True)
class FollowingDecision:
    """A decision about a flagged conflict, its local day, and what became of it."""

    decision: TakenDecision
    on: date
    became: JudgedOutcome


@dataclass(frozen=True, slots=True)
class Flag:
    """A conflict about the delay: when it was first flagged, and what was decided then.

    `record_ids` are the records that it is about or explains itself with.
    """

    conflict: Conflict
    on: date
    record_ids: frozenset[int]
    decisions: tuple[FollowingDecision, ...]


@dataclass(frozen=True, slots=True)
class Delay:
    """How an item became later than promised; `days` are working days, the sum of all slips.

    `finish` is the day on which it was done, or its forecast. `labels` name the records.
    """

    target: int
    promise: Promise
    finish: date
    is_done: bool
    days: int
    slips: tuple[Slip, ...]
    flags: tuple[Flag, ...]
    labels: Mapping[int, Label]


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What is kept of the plan at the end of a day: enough for `find_slips`, and small."""

    target: int
    chain: tuple[int, ...]
    finishes: tuple[RowIndex, Days]
    upstream: frozenset[int]
    is_done: bool

    def finish_of(self, record_id: int) -> date | None:
        index, finishes = self.finishes
        row = int(index.find(np.array([record_id]))[0])
        return None if row < 0 else date_of(int(finishes[row]))


@dataclass(frozen=True, slots=True)
class _Snapshots:
    """The plan at the end of each day that was asked for, read once."""

    connection: Connection
    model: OperatingModel
    target: int
    now: datetime
    data_dates: Mapping[str, date]
    by_day: dict[date, _Snapshot] = field(default_factory=dict)

    def on(self, day: date) -> _Snapshot:
        if day not in self.by_day:
            self.by_day[day] = _take_snapshot(self._read(day), self.target)
        return self.by_day[day]

    def upstream(self) -> set[int]:
        """All records on which the target depends in a snapshot that was taken so far."""
        return set().union(*(each.upstream for each in self.by_day.values()))

    def _read(self, day: date) -> Plan:
        end = datetime.combine(day, time.max, tzinfo=ZoneInfo(self.model.time_zone))
        # A tool that is not read now was read on the days before.
        known = {name: min(day, read_on) for name, read_on in self.data_dates.items()}
        return read_plan(self.connection, self.model, day, min(end, self.now), known)


def _take_snapshot(plan: Plan, target: int) -> _Snapshot:
    index, finishes = plan.network.row_index, plan.forecast.early_finish
    row = int(index.find(np.array([target]))[0])
    if row < 0 or date_of(int(finishes[row])) is None:
        return _Snapshot(target, (), (index, finishes), frozenset(), False)
    is_done = int(plan.items.state[row]) == State.DONE and not plan.attributes.is_deal[row]
    upstream = find_upstream(target, _edges(plan))
    chain = tuple(driving_chain(plan.forecast, target))
    return _Snapshot(target, chain, (index, finishes), frozenset(upstream.tolist()), is_done)


def _edges(plan: Plan) -> Iterator[tuple[Ids, Ids]]:
    """What may hold back what: dependencies, and parents and their children each other."""
    items, links = plan.items, plan.links
    is_child = items.parent != UNKNOWN
    yield links.predecessor, links.successor
    yield items.id[is_child], items.parent[is_child]
    yield items.parent[is_child], items.id[is_child]


def explain_delay(instance: Instance, name: str, now: datetime) -> Delay:
    """Why the item with this key, address or reference is later than first promised.

    Raises UnknownName, and NothingPromised.
    """
    model, today = instance.model, instance.today(now)
    calendar = calendar_with_id(model, model.calendar)
    with instance.engine.begin() as connection:
        lookup = WarehouseLookup(connection)
        target = resolve_name(lookup, name, instance.references)
        promise = read_promise(connection, model, target)
        if promise is None:
            raise NothingPromised(f'"{name}" never had a date, so it cannot be late')
        data_dates = read_freshness(instance, connection, now).data_dates()

        snapshots = _Snapshots(connection, model, target, now, data_dates)
        present = snapshots.on(today)
        finish = present.finish_of(target)
        if finish is None:
            raise NothingPromised(f'"{name}" is cancelled or gone, so it has no date any more')
        slips = _find_all_slips(instance, snapshots, promise, today)
        flags = _find_flags(instance, connection, slips, target, today)
        mentioned = {target, *(slip.record_id for slip in slips if slip.record_id is not None)}
        labels = lookup.read_labels(mentioned)
    return Delay(
        target,
        promise,
        finish,
        present.is_done,
        calendar.working_days_between(promise.finish, finish),
        tuple(slips),
        tuple(flags),
        labels,
    )


def _find_all_slips(
    instance: Instance, snapshots: _Snapshots, promise: Promise, until: date
) -> list[Slip]:
    """The slips up to a day, by the changes of all on which the target depended on any day.

    Where its history begins late, as in a workbook, that of its driver tells what was before.
    """
    slips = _find_slips(instance, snapshots, promise, until)
    unknown = slips[0] if slips and slips[0].record_id is None else None
    if unknown is None or unknown.days < 0:
        return slips
    *_, driver, _ = (-1, *snapshots.on(unknown.first_day).chain)
    known = read_promise(snapshots.connection, instance.model, driver)
    if known is None or known.known_on >= unknown.first_day:
        return slips
    # A driver lies before what it drives, so this ends.
    of_driver = replace(snapshots, target=driver, by_day={})
    earlier = _find_all_slips(instance, of_driver, known, unknown.first_day)
    return tell_unknown(slips, earlier)


def _find_slips(
    instance: Instance, snapshots: _Snapshots, promise: Promise, until: date
) -> list[Slip]:
    calendar = calendar_with_id(instance.model, instance.model.calendar)
    for day in (promise.known_on, until):
        snapshots.on(day)
    upstream: set[int] = set()
    slips: list[Slip] = []
    while True:
        found = snapshots.upstream()
        if found <= upstream:
            return slips
        upstream |= found
        slips = find_slips(
            snapshots.target,
            promise.finish,
            promise.known_on,
            until,
            read_changes(snapshots.connection, instance.model, upstream),
            snapshots.on,
            calendar.working_days_between,
        )


def _find_flags(
    instance: Instance, connection: Connection, slips: Iterable[Slip], target: int, today: date
) -> list[Flag]:
    """The conflicts about the target or what made it late, in the order in which they came."""
    causes = {target, *(slip.record_id for slip in slips if slip.record_id is not None)}
    events = read_all_events(connection)
    decisions = read_taken_decisions(connection)
    flags = []
    for conflict in read_conflicts(connection).values():
        finding = conflict.finding
        about = {*finding.subjects, *(step.record_id for step in finding.chain)}
        own = events.get(conflict.id, [])
        # What is about a cause alone may concern somebody else's plan.
        is_of_target = target in {*about, *finding.downstream}
        if not own or not (causes & about and is_of_target):
            continue
        following = tuple(
            FollowingDecision(
                each, local_day(instance.model, each.decided_at), judge(each, own, today)
            )
            for each in decisions
            if each.conflict_id == conflict.id
        )
        flagged_on = local_day(instance.model, own[0].at)
        flags.append(Flag(conflict, flagged_on, frozenset(about), following))
    return sorted(flags, key=lambda flag: (flag.on, flag.conflict.id))
