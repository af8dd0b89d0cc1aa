"""The chain that explains a date: from where the delay begins, through every tool, to who waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from model.findings import ChainStep
from model.network import NO_DATE, date_of, driving_chain
from model.plan import Plan
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
    step and where nothing states it (a parent and its children).
    """
    plan, lookup = context.plan, context.lookup
    ids = [plan.items.id[list(rows)].tolist() for rows in chains]
    pairs = [pair for chain in ids for pair in pairwise(chain)]
    stated = lookup.stated(pairs) if pairs else {}
    sources = lookup.sources({each for chain in ids for each in chain}) if ids else {}
    return [_steps(plan, rows, stated, sources) for rows in chains]


def _steps(
    plan: Plan,
    rows: Sequence[int],
    stated: Mapping[tuple[int, int], str],
    sources: Mapping[int, str],
) -> tuple[ChainStep, ...]:
    at = list(rows)
    ids = plan.items.id[at].tolist()
    planned = wanted_finish(plan, np.array(at)).tolist()
    forecast = plan.forecast.early_finish[at].tolist()
    done = (plan.items.state[at] == State.DONE) & ~plan.attributes.is_deal[at]
    whys = [stated.get(pair, "") for pair in pairwise(ids)]
    return tuple(
        ChainStep(
            record_id, date_of(plan_day), date_of(day), sources.get(record_id, ""), why, is_done
        )
        for record_id, plan_day, day, why, is_done in zip(
            ids, planned, forecast, [*whys, ""], done.tolist(), strict=True
        )
    )
