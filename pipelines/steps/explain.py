"""Explain: why an item has its forecast, and which items move with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from model.findings import Label
from model.freshness import Freshness, OldReading
from model.keys import ReferenceFormats
from model.network import Certainty, DrivingStep, date_of, explain
from model.plan import Plan
from model.records import Ref, State
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.plan import read_plan
from pipelines.freshness import read_freshness
from pipelines.instance import Instance


class UnknownName(Exception):
    """No present work item or deal has this name, or several have it; the message says which."""


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One item of the driving chain: its dates and the tool they come from.

    `forecast_finish` is the day of completion where the item is `done`. `dependency_place` is
    where the next item of the chain states that it depends on this one; empty for the last item.
    `old_reading` is that of its connection if that is not fresh: its forecast counts from then.
    """

    label: Label
    planned_start: date | None
    planned_finish: date | None
    forecast_start: date | None
    forecast_finish: date | None
    done: bool
    certainty: Certainty
    reasons: tuple[str, ...]
    source: str
    dependency_place: str
    old_reading: OldReading | None = None


@dataclass(frozen=True, slots=True)
class ItemExplanation:
    """An item's forecast and what it rests on; total and free slack in working days.

    `chain` runs from its source to the item; `downstream` are the open items that move with it.
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
    """Explain the item with this key, web address or reference, as of a past instant if given.

    Raises UnknownName.
    """
    with instance.engine.begin() as connection:
        lookup = WarehouseLookup(connection)
        record_id = resolve_name(lookup, name, instance.references)
        freshness = read_freshness(instance, connection, now)
        # What was known on a past day is known; only of the present it may be too old.
        dates = freshness.data_dates() if as_of is None else {}
        plan = read_plan(connection, instance.model, instance.today(as_of or now), as_of, dates)
        if record_id not in plan.items.id:
            raise UnknownName(_absence_text(name, as_of))
        explanation = explain(plan.forecast, record_id)
        chain = [step.id for step in explanation.chain]
        descendants = [int(i) for i in explanation.descendants]
        labels = lookup.read_labels([*chain, *descendants])
        places, sources = lookup.read_link_places(pairwise(chain)), lookup.read_date_sources(chain)
    steps = _explain_steps(explanation.chain, labels, places, sources, _done_ids(plan))
    return ItemExplanation(
        tuple(_with_age(step, freshness) for step in steps) if as_of is None else steps,
        explanation.total_slack,
        explanation.free_slack,
        date_of(explanation.late_finish),
        tuple(labels[i] for i in descendants),
    )


def _with_age(step: ExplainedStep, freshness: Freshness) -> ExplainedStep:
    readings = freshness.old_readings([Ref.parse(step.label.ref).connection])
    return replace(step, old_reading=readings[0]) if readings else step


def _done_ids(plan: Plan) -> set[int]:
    # A deal that is won still waits for what it was sold on, so it is never done.
    done = (plan.items.state == State.DONE) & ~plan.attributes.is_deal
    return set(plan.items.id[done].tolist())


def resolve_name(lookup: WarehouseLookup, name: str, references: ReferenceFormats) -> int:
    """The id of the only record with this name; raises UnknownName for none or several."""
    record_ids = lookup.find_by_name(name, references)
    if len(record_ids) == 1:
        return record_ids[0]
    if not record_ids:
        raise UnknownName(
            f'nothing is known by the name "{name}"; give a key, address or reference'
        )
    refs = ", ".join(label.ref for label in lookup.read_labels(record_ids).values())
    raise UnknownName(f'"{name}" names several records; give one of {refs}')


def _absence_text(name: str, as_of: datetime | None) -> str:
    if as_of is None:
        return f'"{name}" is gone from its tool; ask how it stood on an earlier day'
    return f'"{name}" was not known then; ask for a later day'


def _explain_steps(
    steps: tuple[DrivingStep, ...],
    labels: Mapping[int, Label],
    places: Mapping[tuple[int, int], str],
    sources: Mapping[int, str],
    done_ids: Collection[int],
) -> tuple[ExplainedStep, ...]:
    """`places` are by pair of ids (predecessor, successor), `labels` and `sources` by id."""
    next_ids = [*(step.id for step in steps[1:]), -1]
    return tuple(
        ExplainedStep(
            labels[step.id],
            date_of(step.planned_start),
            date_of(step.planned_finish),
            date_of(step.early_start),
            date_of(step.early_finish),
            step.id in done_ids,
            step.certainty,
            step.reasons,
            sources.get(step.id, ""),
            places.get((step.id, next_id), ""),
        )
        for step, next_id in zip(steps, next_ids, strict=True)
    )
