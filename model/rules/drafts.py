"""Findings of rows and ids, completed with the text that is looked up for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from model.findings import Finding
from model.plan import Int64, Plan
from model.rules.chain import explain_chains
from model.rules.context import RuleContext


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """A finding whose references and chain are still to be looked up.

    `about` are ids of records whose references go before what `finding.about` already holds;
    `chain` are rows of the plan, upstream first, and may be empty. `rows` of the plan and spend
    `lines` are those on which the finding rests beside the records that it mentions.
    """

    finding: Finding
    about: tuple[int, ...] = ()
    chain: Sequence[int] = ()
    rows: Sequence[int] | Int64 = ()
    lines: Sequence[int] | Int64 = ()


def complete_drafts(context: RuleContext, drafts: Sequence[FindingDraft]) -> list[Finding]:
    """The findings with references and explained chains, in the order of the drafts."""
    ids = {record_id for draft in drafts for record_id in draft.about}
    # One query for all drafts: one per finding would take longer than the rule.
    labels = context.lookup.read_labels(ids) if ids else {}
    chains = explain_chains(context, [draft.chain for draft in drafts])
    return [
        replace(
            draft.finding,
            about=(*(labels[record_id].ref for record_id in draft.about), *draft.finding.about),
            chain=chain,
            found_on=context.plan.today,
            rests_on=_connections_of(context.plan, draft),
        )
        for draft, chain in zip(drafts, chains, strict=True)
    ]


def _connections_of(plan: Plan, draft: FindingDraft) -> tuple[str, ...]:
    """The connections of the finding itself, of its rows and of its spend lines."""
    columns = (
        (plan.attributes.connection, np.array(draft.chain, dtype=np.int64)),
        (plan.attributes.connection, np.asarray(draft.rows, dtype=np.int64)),
        (plan.spend.connection, np.asarray(draft.lines, dtype=np.int64)),
    )
    codes = {code for column, rows in columns for code in np.unique(column[rows]).tolist()}
    return tuple(sorted({*draft.finding.rests_on, *(plan.connections[code] for code in codes)}))
