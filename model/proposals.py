"""What the authority of one function agrees to, until those of the others have."""

from __future__ import annotations

from model.agreement import add_proposal, with_turn
from model.conflicts import Conflict, Decision
from model.ledger import DecisionGrounds, Event, LedgerUpdate


def propose(conflict: Conflict, proposal: Decision, grounds: DecisionGrounds) -> LedgerUpdate:
    """Record what an authority agreed to; nothing changes where it repeats itself.

    The first proposal, and one that is the same as another's, is an agreement; any other is a
    counter-proposal and replaces none but that of the same role. A decision in force stays so, and
    is the first proposal.
    """
    others = [each for each in conflict.proposals if each.role != proposal.role]
    own = next((each for each in conflict.proposals if each.role == proposal.role), None)
    if own and own.is_same_choice(proposal):
        return LedgerUpdate()
    is_first = not others and conflict.decision is None
    agrees = is_first or any(each.is_same_choice(proposal) for each in others)
    proposals = add_proposal(conflict.proposals, proposal)
    after = conflict.model_copy(
        update={
            "proposals": proposals,
            "escalation": with_turn(conflict.escalation, proposals),
            "changed_at": proposal.decided_at,
        }
    )
    name = "agreed" if agrees else "counter-proposed"
    event = Event(conflict.id, name, proposal.decided_at, _details(proposal, grounds))
    return LedgerUpdate((after,), (event,))


def _details(proposal: Decision, grounds: DecisionGrounds) -> dict[str, object]:
    """All that a decision has on record, since a proposal has no row of its own."""
    return {
        "verdict": proposal.verdict,
        "meaning": proposal.meaning,
        "answers": dict(proposal.answers),
        "person": proposal.person,
        "for": proposal.for_name or None,
        "role": grounds.role,
        "right": grounds.right,
        "reason": proposal.reason,
        "channel": grounds.channel,
        "identity": grounds.identity,
        "bounds": dict(grounds.bounds),
        "model_version": grounds.model_version,
    }
