"""Decisions that the authorities of several functions have to agree to: whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence

from model.conflicts import Conflict, Decision, EscalationStatus, NamedAuthority, Status
from model.decisions import name_author
from model.rules.words import end_sentence, format_list


def with_turn(escalation: EscalationStatus, proposals: Sequence[Decision]) -> EscalationStatus:
    """The status with those awaited who have not agreed to the newest proposal."""
    awaited = _awaited(escalation.parties, proposals)
    if not awaited:
        return escalation
    return escalation.model_copy(update={"awaited": awaited, "authority": awaited[0]})


def add_proposal(proposals: Sequence[Decision], proposal: Decision) -> tuple[Decision, ...]:
    """The proposals with this one as the newest; a role has one only."""
    return (*(each for each in proposals if each.role != proposal.role), proposal)


def is_agreed(roles: Sequence[str], proposals: Sequence[Decision]) -> bool:
    """Whether all these roles have agreed to the newest proposal."""
    return not _without_consent(roles, proposals)


def agreement_text(conflict: Conflict) -> str:
    """`agreed by Ada Example (CIO), awaits Ben Example (CMO)`; empty without a proposal."""
    parts = [proposers_text(conflict)]
    # On a higher level somebody else decides alone.
    if parts[0] and (awaited := conflict.escalation.awaited):
        parts.append(f"awaits {format_list(map(str, awaited))}")
    return ", ".join(parts)


def proposers_text(conflict: Conflict) -> str:
    """`agreed by Ada Example (CIO)`, without whose turn it is; empty without a proposal."""
    if not conflict.proposals:
        return ""
    first, *counters = _grouped(conflict.proposals)
    parts = [f"{_first_words(conflict, counters)} by {_names(first)}"]
    parts += [f"counter-proposal by {_names(counter)}" for counter in counters]
    return ", ".join(parts)


def outcome_text(conflict: Conflict) -> str:
    """What became of a decision: `decided by Ada Example (CIO): …`, or who else has to agree."""
    decided = ""
    if conflict.status is Status.DECIDED and conflict.decision:
        decided = f"decided by {name_author(conflict.decision)}: {conflict.decision.meaning}"
    return "; ".join(filter(None, (decided, agreement_text(conflict))))


def proposal_sentences(conflict: Conflict) -> tuple[str, ...]:
    """What the functions have proposed so far, a sentence each, and with reasons."""
    sentences: list[str] = []
    groups = _grouped(conflict.proposals)
    words = _first_words(conflict, groups[1:]).capitalize()
    for same in groups:
        reasons = [f" Reason: {end_sentence(each.reason)}" for each in same if each.reason]
        sentences.append(f"{words} by {_names(same)}: {same[-1].meaning}.{''.join(reasons)}")
        words = "Counter-proposal"
    return tuple(sentences)


def _first_words(conflict: Conflict, counters: Sequence[object]) -> str:
    if conflict.status is Status.DECIDED:
        return "proposed instead"
    # What somebody contradicts must not read as agreed.
    return "proposed" if counters else "agreed"


def _awaited(
    parties: Sequence[NamedAuthority], proposals: Sequence[Decision]
) -> tuple[NamedAuthority, ...]:
    missing = _without_consent([party.role for party in parties], proposals)
    return tuple(party for party in parties if party.role in missing)


def _without_consent(roles: Sequence[str], proposals: Sequence[Decision]) -> list[str]:
    if not proposals:
        return list(roles)
    agreed = {each.role for each in proposals if each.is_same_choice(proposals[-1])}
    return [role for role in roles if role not in agreed]


def _grouped(proposals: Sequence[Decision]) -> list[list[Decision]]:
    """Proposals of the same choice together, the choice that was made first in front."""
    groups: list[list[Decision]] = []
    for proposal in proposals:
        same = next((group for group in groups if group[0].is_same_choice(proposal)), None)
        if same is None:
            groups.append([proposal])
        else:
            same.append(proposal)
    return groups


def _names(proposals: Sequence[Decision]) -> str:
    return format_list(str(each.author) for each in proposals)
