"""Findings of rows and ids, completed with the text that is looked up for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from model.findings import Finding
from model.rules.chain import explain_chains
from model.rules.context import RuleContext


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """A finding whose references and chain are still to be looked up.

    `about` are ids of records whose references go before what `finding.about` already holds;
    `chain` are rows of the plan, upstream first, and may be empty.
    """

    finding: Finding
    about: tuple[int, ...] = ()
    chain: Sequence[int] = ()


def complete_drafts(context: RuleContext, drafts: Sequence[FindingDraft]) -> list[Finding]:
    """The findings with references and explained chains, in the order of the drafts."""
    ids = {record_id for draft in drafts for record_id in draft.about}
    labels = context.lookup.read_labels(ids) if ids else {}
    chains = explain_chains(context, [draft.chain for draft in drafts])
    return [
        replace(
            draft.finding,
            about=(*(labels[record_id].ref for record_id in draft.about), *draft.finding.about),
            chain=chain,
            found_on=context.plan.today,
        )
        for draft, chain in zip(drafts, chains, strict=True)
    ]
