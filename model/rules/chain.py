"""The chain that explains a date: from where the delay begins, across tools, to who waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from model.findings import ChainStep
from model.network import NO_DATE, date_of, driving_chain
from model.plan import Int64, Plan
from model.records import State
from model.rules.columns import find_rows, stated_finish
from model.rules.context import RuleContext

# What still fits into a comment and a card's timeline.
_MOST_STEPS = 12


def driving_rows(plan: Plan, row: int) -> list[int]:
    """Rows that drive a row's forecast, upstream first, from the first that is behind its plan.

    What lies upstream of that is on time and explains nothing. Of a very long chain only the
    first row and the last ones remain.
    """
    rows = all_driving_rows(plan, row)
    stated = stated_finish(plan, rows)
    is_late = (stated != NO_DATE) & (plan.forecast.early_finish[rows] > stated)
    # `argmax` of flags is the first that is set.
    source = int(is_late.argmax()) if is_late.any() else len(rows) - 1
    chain = rows[source:].tolist()
    return chain if len(chain) <= _MOST_STEPS else [chain[0], *chain[1 - _MOST_STEPS :]]


def all_driving_rows(plan: Plan, row: int) -> Int64:
    """All rows that drive a row's forecast, upstream first, and the row itself."""
    return find_rows(plan, np.array(driving_chain(plan.forecast, int(plan.items.id[row]))))


def explain_chains(
    context: RuleContext, chains: Sequence[Sequence[int]]
) -> list[tuple[ChainStep, ...]]:
    """Chains of rows as steps with their dates and sources, looked up for all chains at once.

    A step's `why` is where its dependency on the next one stands in a tool; empty for the last
    step and where nothing states it (a parent and its children). A chain may be empty.
    """
    plan, lookup = context.plan, context.lookup
    # The type is given because numpy would make an empty list an array of floats.
    rows = [np.array(chain, dtype=np.int64) for chain in chains]
    ids = [plan.items.id[chain].tolist() for chain in rows]
    pairs = [pair for chain in ids for pair in pairwise(chain)]
    stated = lookup.read_link_places(pairs) if pairs else {}
    named_ids = {record_id for chain in ids for record_id in chain}
    sources = lookup.read_date_sources(named_ids) if named_ids else {}
    return [_steps(plan, chain, stated, sources) for chain in rows]


def _steps(
    plan: Plan,
    rows: Int64,
    stated: Mapping[tuple[int, int], str],
    sources: Mapping[int, str],
) -> tuple[ChainStep, ...]:
    ids = plan.items.id[rows].tolist()
    whys = [*(stated.get(pair, "") for pair in pairwise(ids)), ""]
    planned = stated_finish(plan, rows).tolist()
    forecast = plan.forecast.early_finish[rows].tolist()
    # A won deal is done for its tool, but its promise to the customer is still to be kept.
    done = ((plan.items.state[rows] == State.DONE) & ~plan.attributes.is_deal[rows]).tolist()
    return tuple(
        ChainStep(
            record_id=record_id,
            planned=date_of(planned_day),
            forecast=date_of(forecast_day),
            source=sources.get(record_id, ""),
            why=why,
            done=is_done,
        )
        # An empty chain has no steps, but still the one empty text that ends its whys.
        for record_id, planned_day, forecast_day, why, is_done in zip(
            ids, planned, forecast, whys[: len(ids)], done, strict=True
        )
    )
