"""Explain: why an item is forecast when it is, and who lies downstream of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from model.findings import Label
from model.network import Certainty, DrivingStep, date_of, explain
from model.plan import Plan
from model.records import State
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.plan import read_plan
from pipelines.instance import Instance


class UnknownName(Exception):
    """No present work item or deal bears this name, or several do."""


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One item of the driving chain: its dates, the tool they came from, how it holds the next."""

    label: Label
    planned_start: date | None
    planned_finish: date | None
    forecast_start: date | None
    forecast_finish: date | None
    done: bool
    """Its finish is then the day on which it was done, and no forecast."""
    certainty: Certainty
    reasons: tuple[str, ...]
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class ItemExplanation:
    """An item's forecast and what it rests on; slack in working days.

    `chain` runs from the source to the item; `downstream` are the open items that move with it.
    """

    chain: tuple[ExplainedStep, ...]
    total_slack: int
    free_slack: int
    late_finish: date | None
    downstream: tuple[Label, ...]

    @property
    def item(self) -> ExplainedStep:
        return self.chain[-1]


def explain_item(
    instance: Instance, name: str, now: datetime, as_of: datetime | None = None
) -> ItemExplanation:
    """Explain the item with this key, address, or reference, as of a past instant if one is given.

    Raises UnknownName.
    """
    with instance.engine.begin() as connection:
        lookup = WarehouseLookup(connection)
        record_id = _only(lookup, name)
        plan = read_plan(connection, instance.model, instance.today(as_of or now), as_of)
        if record_id not in plan.items.id:
            raise UnknownName(_not_there(name, as_of))
        found = explain(plan.forecast, record_id)
        chain = [step.id for step in found.chain]
        below = [int(i) for i in found.descendants]
        labels = lookup.labels([*chain, *below])
        stated, sources = lookup.stated(pairwise(chain)), lookup.sources(chain)
        done = _done(plan)
    return ItemExplanation(
        _links(found.chain, labels, stated, sources, done),
        found.total_slack,
        found.free_slack,
        date_of(found.late_finish),
        tuple(labels[i] for i in below),
    )


def _done(plan: Plan) -> set[int]:
    """Ids of the work that is done; a deal that is won still waits for what it was sold on."""
    done = (plan.items.state == State.DONE) & ~plan.attributes.is_deal
    return set(plan.items.id[done].tolist())


def _only(lookup: WarehouseLookup, name: str) -> int:
    found = lookup.named(name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UnknownName(
            f'nothing is known by the name "{name}"; give a key, address or reference'
        )
    refs = ", ".join(label.ref for label in lookup.labels(found).values())
    raise UnknownName(f'"{name}" names several records; give one of {refs}')


def _not_there(name: str, as_of: datetime | None) -> str:
    if as_of is None:
        return f'"{name}" is gone from its tool; ask how it stood on an earlier day'
    return f'"{name}" was not known then; ask for a later day'


def _links(
    steps: tuple[DrivingStep, ...],
    labels: Mapping[int, Label],
    stated: Mapping[tuple[int, int], str],
    sources: Mapping[int, str],
    done: Collection[int],
) -> tuple[ExplainedStep, ...]:
    following = [step.id for step in steps[1:]]
    return tuple(
        ExplainedStep(
            labels[step.id],
            date_of(step.planned_start),
            date_of(step.planned_finish),
            date_of(step.early_start),
            date_of(step.early_finish),
            step.id in done,
            step.certainty,
            step.reasons,
            sources.get(step.id, ""),
            stated.get((step.id, after), ""),
        )
        for step, after in zip(steps, [*following, -1], strict=True)
    )
