"""Conflicts: the ledger with one check a rule, the inbox, and a card for each conflict."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import dagster as dg

from model.conflicts import Conflict, Status
from model.findings import Severity
from model.rules import BrokenPlugin, Rule, RuleSet
from pipelines.assets.connections import RETRIES
from pipelines.assets.keys import CARD, CONFLICTS, FORECAST, INBOX
from pipelines.cards.inbox import inbox_metadata
from pipelines.cards.publish import CARDS, publish_cards
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.detect import DetectResult, detect

SHOWN = 20
"""Conflicts that a check names; the inbox has them with their cards."""

PLUGINS = "all_rules_loaded"

card = dg.AssetSpec(
    CARD,
    group_name="conflicts",
    partitions_def=CARDS,
    deps=[CONFLICTS],
    description="One card a conflict that wants a decision, worst first; choose a partition.",
)


def conflict_assets(rules: RuleSet) -> list[dg.AssetsDefinition]:
    """The assets of the governance lead."""

    @dg.asset(
        key=CONFLICTS,
        group_name="conflicts",
        kinds={"postgres"},
        deps=[FORECAST],
        description="Where one function's plan breaks another's; each keeps one identity for life.",
        check_specs=[
            *(dg.AssetCheckSpec(r.name, asset=CONFLICTS, description=_promise(r)) for r in rules),
            dg.AssetCheckSpec(PLUGINS, asset=CONFLICTS, description="Every rule could be loaded."),
        ],
        retry_policy=RETRIES,
    )
    def conflicts(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            detected = detect(instance, run_instant(context))
        return dg.MaterializeResult(
            metadata=_counts(detected),
            check_results=[
                *_checks(rules, detected.in_force),
                _plugins_check(detected.broken_plugins),
            ],
        )

    @dg.asset(
        key=INBOX,
        group_name="conflicts",
        kinds={"markdown"},
        deps=[CONFLICTS],
        description="What wants a decision now, by severity. Open a conflict's card to decide.",
        retry_policy=RETRIES,
    )
    def inbox(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            publish_cards(instance, context.instance, context.log_event)
            now = run_instant(context)
            return dg.MaterializeResult(metadata=inbox_metadata(instance, context.instance, now))

    return [conflicts, inbox]


def _promise(rule: Rule[Any]) -> str:
    return f"{rule.title}: no conflict of this rule is open."


def _counts(detected: DetectResult) -> dict[str, int]:
    in_force = detected.in_force
    events = {f"newly {event}": count for event, count in detected.events.items()}
    decided = sum(conflict.status is Status.DECIDED for conflict in in_force)
    return {"dagster/row_count": len(in_force), "decided": decided, **events}


def _checks(rules: RuleSet, conflicts: Iterable[Conflict]) -> Iterator[dg.AssetCheckResult]:
    """A check fails while a conflict of its rule is open; medium and low ones only warn."""
    still_open = [c for c in conflicts if c.status is Status.OPEN]
    for rule in rules:
        mine = [c for c in still_open if c.finding.rule == rule.name]
        worst = max((c.severity for c in mine), default=Severity.LOW)
        yield dg.AssetCheckResult(
            check_name=rule.name,
            passed=not mine,
            severity=dg.AssetCheckSeverity.ERROR
            if worst >= Severity.HIGH
            else dg.AssetCheckSeverity.WARN,
            # Plain text: on a check's page Dagster hides all Markdown.
            metadata={"open": len(mine), **{c.id: c.wording.title for c in mine[:SHOWN]}},
        )


def _plugins_check(broken: Sequence[BrokenPlugin]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=PLUGINS,
        passed=not broken,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={plugin.source: str(plugin) for plugin in broken},
    )
