"""Conflicts: the ledger with one check per rule, and the pages of the governance lead."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import dagster as dg

from model.conflicts import Conflict, Status
from model.findings import Severity
from model.freshness import readings_text
from model.operating_model.schema import OperatingModel
from model.rules import BrokenPlugin, Rule, RuleFailure, RuleSet
from model.warehouse.audit import read_head
from pipelines.assets.connections import RETRIES
from pipelines.assets.keys import CONFLICTS, FORECAST, PAGES, REFUSALS, REPLIES
from pipelines.cards.markdown import escape
from pipelines.cards.publish import publish_pages
from pipelines.pages import INBOX_PAGE, reader_pages
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.detect import DetectResult, detect

# Dagster lists every entry of a check at full length.
MOST_NAMED = 20
"""Conflicts that a check names; the inbox lists them with links to their cards."""

PLUGINS = "all_rules_loaded"
FRESH = "all_data_fresh"

OPEN_PAGE = "Open it on the tab [Events](?view=events), where its text has the full width."


def page_specs(model: OperatingModel) -> list[dg.AssetSpec]:
    """The inboxes, and the list of refused forms.

    They have no function of their own: `pages` publishes all of them, and the cards, which are
    too many and too short-lived to be defined.
    """
    inbox = dg.AssetSpec(
        dg.AssetKey(INBOX_PAGE),
        group_name="conflicts",
        kinds={"markdown"},
        deps=[PAGES],
        description=f"What needs a decision now, most urgent first. {OPEN_PAGE}",
    )
    readers = [
        dg.AssetSpec(
            dg.AssetKey(reader.path),
            group_name="inboxes",
            kinds={"markdown"},
            deps=[PAGES],
            description=f"What concerns {escape(reader.name)}, most urgent first. {OPEN_PAGE}",
        )
        for reader in reader_pages(model)
    ]
    refusals = dg.AssetSpec(
        REFUSALS,
        group_name="conflicts",
        description=f"The forms that were refused, and why. {OPEN_PAGE}",
    )
    return [inbox, *readers, refusals]


def conflict_assets(rules: RuleSet) -> list[dg.AssetsDefinition]:
    """The assets of the governance lead; `rules` are those that get a check."""

    @dg.asset(
        key=CONFLICTS,
        group_name="conflicts",
        kinds={"postgres"},
        deps=[FORECAST],
        description="Where one function's plan breaks another's; a conflict keeps its id for life.",
        check_specs=[
            *(dg.AssetCheckSpec(r.name, asset=CONFLICTS, description=_promise(r)) for r in rules),
            dg.AssetCheckSpec(PLUGINS, asset=CONFLICTS, description="Every rule could be loaded."),
            dg.AssetCheckSpec(
                FRESH, asset=CONFLICTS, description="No finding waits for a tool to be read again."
            ),
        ],
        retry_policy=RETRIES,
    )
    def conflicts(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            result = detect(instance, run_instant(context))
            with instance.engine.connect() as connection:
                head = read_head(connection)
        return dg.MaterializeResult(
            # Dagster keeps it outside the warehouse, so a record that was cut off later shows.
            metadata=_count_metadata(result)
            | {"record entries": head.number, "record head": head.hash},
            check_results=[
                *_check_results(rules, result.in_force),
                _plugins_check(result.broken_plugins),
                _fresh_check(result),
            ],
        )

    @dg.asset(
        key=PAGES,
        group_name="conflicts",
        kinds={"markdown"},
        deps=[CONFLICTS, REPLIES],
        description="Publishes the inboxes, and a card per conflict, on pages of their own.",
        retry_policy=RETRIES,
    )
    def pages(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            now = run_instant(context)
            counts = publish_pages(instance, context.instance, context.log_event, now)
        return dg.MaterializeResult(metadata=counts)

    return [conflicts, pages]


def _promise(rule: Rule[Any]) -> str:
    return f"{rule.title}: no conflict of this rule is open."


def _count_metadata(result: DetectResult) -> dict[str, int | str]:
    in_force = result.in_force
    events = {f"newly {event}": count for event, count in result.events.items()}
    decided = sum(conflict.status is Status.DECIDED for conflict in in_force)
    counts = {"dagster/row_count": len(in_force), "decided": decided, "held": len(result.held)}
    return {**counts, **events}


def _check_results(rules: RuleSet, conflicts: Iterable[Conflict]) -> Iterator[dg.AssetCheckResult]:
    """One result per rule: it fails while a conflict is open, and warns below high severity."""
    open_conflicts = [each for each in conflicts if each.status is Status.OPEN]
    for rule in rules:
        of_rule = [each for each in open_conflicts if rule.name in each.finding.rules]
        # Without a conflict the check passes, and its severity is not shown.
        worst = max((each.severity for each in of_rule), default=Severity.LOW)
        titles = {each.id: each.wording.title for each in of_rule[:MOST_NAMED]}
        yield dg.AssetCheckResult(
            check_name=rule.name,
            passed=not of_rule,
            severity=dg.AssetCheckSeverity.ERROR
            if worst >= Severity.HIGH
            else dg.AssetCheckSeverity.WARN,
            # Plain text, because Dagster hides all Markdown on the page of a check.
            metadata={"open": len(of_rule), **titles},
        )


def _plugins_check(broken: Sequence[BrokenPlugin | RuleFailure]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=PLUGINS,
        passed=not broken,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={plugin.source: str(plugin) for plugin in broken},
    )


def _fresh_check(result: DetectResult) -> dg.AssetCheckResult:
    """Warns while findings are held or conflicts wait, and names what rests on which old data."""
    waiting = [conflict for conflict in result.in_force if conflict.old_readings]
    ages = {
        each.conflict_id: f"{each.title}. Rests on {readings_text(each.readings)}."
        for each in result.held
    }
    ages |= {each.id: f"{each.wording.title}. {each.age_text}" for each in waiting}
    return dg.AssetCheckResult(
        check_name=FRESH,
        passed=not ages,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "held": len(result.held),
            "waiting": len(waiting),
            **dict(list(ages.items())[:MOST_NAMED]),
        },
    )
