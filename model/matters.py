"""One matter, one conflict: findings of several rules about the same thing become one.

The leading finding gives the title, the options and the deadline; the others are further facts.
The conflict is known by its matter, so it goes on when its leading fact is gone and another stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from model.conflicts import Conflict, Status
from model.findings import Briefing, Finding, Impact, Wording
from model.ledger import WordedFinding
from model.records import Money

T = TypeVar("T")
IsFresh = Callable[[Finding], bool]
"""Whether the data on which a finding rests can be judged today."""


def merge_matters(
    findings: Sequence[WordedFinding], ledger: Mapping[str, Conflict], is_fresh: IsFresh
) -> list[WordedFinding]:
    """One finding per matter, in the order of their first findings.

    A fact that rests on old data joins no other: it would hold up what can be judged. One that the
    conflict had already stays with it.
    """
    groups: defaultdict[str, list[WordedFinding]] = defaultdict(list)
    for worded in findings:
        groups[worded.finding.matter_id].append(worded)
    renamed = {
        conflict.finding.matter_id: conflict_id
        for conflict_id, conflict in ledger.items()
        if conflict.finding.known_as
    }
    return [
        _merge(facts, _find_conflict(matter_id, facts, renamed.get(matter_id), ledger), is_fresh)
        for matter_id, facts in groups.items()
    ]


def _find_conflict(
    matter_id: str,
    facts: Iterable[WordedFinding],
    renamed: str | None,
    ledger: Mapping[str, Conflict],
) -> Conflict | None:
    """The conflict that goes on: an earlier version kept one for each rule of the matter."""
    former = {former for fact in facts for former in fact.finding.former_ids}
    ids = [matter_id, *([renamed] if renamed else []), *sorted(former)]
    known = [ledger[each] for each in ids if each in ledger]
    # What people have before them goes on, rather than one that was resolved long ago.
    in_force = [conflict for conflict in known if conflict.status is not Status.RESOLVED]
    return next(iter((*in_force, *known)), None)


def _merge(
    facts: Sequence[WordedFinding], before: Conflict | None, is_fresh: IsFresh
) -> WordedFinding:
    had = before.finding.rules if before and before.status is not Status.RESOLVED else ()
    joining = [f for f in facts if f.finding.rule in had or is_fresh(f.finding)] or facts
    leading, *others = sorted(joining, key=_precedence)
    finding = _merge_findings(leading.finding, others)
    if before and before.id != finding.matter_id:
        finding = replace(finding, known_as=before.id)
    return WordedFinding(finding, _merge_wordings(leading.wording, others))


def _precedence(fact: WordedFinding) -> tuple[object, ...]:
    """The most severe fact leads; of equal ones that of the rule that gave the matter its name."""
    finding = fact.finding
    return -finding.severity, finding.matter not in ("", finding.rule), finding.rule


def _merge_findings(leading: Finding, others: Iterable[WordedFinding]) -> Finding:
    """The leading finding with the worst of all facts; its chain and deadline are its own."""
    findings = [leading, *(other.finding for other in others)]
    return replace(
        leading,
        functions=_union(each.functions for each in findings),
        subjects=_union(each.subjects for each in findings),
        comment_on=_union(each.comment_on for each in findings),
        downstream=_union(each.downstream for each in findings),
        impact=_worst([each.impact for each in findings]),
        rests_on=tuple(sorted({name for each in findings for name in each.rests_on})),
        also=tuple(each.rule for each in findings[1:]),
        watch_days=min(each.watch_days for each in findings),
    )


def _worst(impacts: Sequence[Impact]) -> Impact:
    # Facts of one matter count the same deals, so amounts are compared and not added.
    value: dict[str, Decimal] = {}
    for amount in (amount for impact in impacts for amount in impact.value):
        value[amount.currency] = max(amount.amount, value.get(amount.currency, amount.amount))
    return Impact(
        days=max(impact.days for impact in impacts),
        items=max(impact.items for impact in impacts),
        value=tuple(Money(currency, amount) for currency, amount in value.items()),
    )


def _merge_wordings(leading: Wording, others: Iterable[WordedFinding]) -> Wording:
    """The leading wording with a sentence per further fact; readers it has no briefing for keep
    that of the further fact."""
    wordings = [other.wording for other in others]
    facts = tuple(f"{wording.title}." for wording in wordings)
    briefings = (
        *(_with_facts(briefing, facts) for briefing in leading.briefings),
        *(briefing for wording in wordings for briefing in wording.briefings),
    )
    return replace(leading, explanation=(*leading.explanation, *facts), briefings=briefings)


def _with_facts(briefing: Briefing, facts: tuple[str, ...]) -> Briefing:
    return replace(briefing, reasons=(*facts, *briefing.reasons))


def _union(parts: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(each for part in parts for each in part))
