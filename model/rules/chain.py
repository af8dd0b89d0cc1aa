"""The chain that explains a date: from where the delay begins, through every tool, to who waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from model.findings import ChainStep
from model.network import NO_DATE, date_of, driving_chain
from model.plan import Int64, Plan
from model.records import State
from model.rules.columns import rows_of, wanted_finish
from model.rules.context import RuleContext

_LONGEST = 12


def driving_rows(plan: Plan, row: int) -> list[int]:
    """Rows that drive a row's forecast, upstream first, from the first one behind its own plan.

    What is upstream of that explains nothing. Of a very long chain the source and the steps
    next to the row remain.
    """
    rows = rows_of(plan, np.array(driving_chain(plan.forecast, int(plan.items.id[row]))))
    wanted = wanted_finish(plan, rows)
    behind = (wanted != NO_DATE) & (plan.forecast.early_finish[rows] > wanted)
    source = int(behind.argmax()) if behind.any() else len(rows) - 1
    chain = rows[source:].tolist()
    return chain if len(chain) <= _LONGEST else [chain[0], *chain[1 - _LONGEST :]]


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
    named = {record_id for chain in ids for record_id in chain}
    sources = lookup.read_date_sources(named) if named else {}
    return [_steps(plan, chain, stated, sources) for chain in rows]


def _steps(
    plan: Plan,
    rows: Int64,
    stated: Mapping[tuple[int, int], str],
    sources: Mapping[int, str],
) -> tuple[ChainStep, ...]:
    ids = plan.items.id[rows].tolist()
    whys = [*(stated.get(pair, "") for pair in pairwise(ids)), ""]
    planned = wanted_finish(plan, rows).tolist()
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
