"""Replies: what people wrote to Interlock in all tools, followed before comments are updated."""

from collections.abc import Sequence

import dagster as dg

from model.replies.outcomes import OutcomeKind, RecordedOutcome
from pipelines.assets.connections import RETRIES
from pipelines.assets.keys import CONFLICTS, REPLIES
from pipelines.printable import printable
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.replies import RepliesResult, follow_replies

READ = "all_replies_read"
FOLLOWED = "all_replies_followed"
MOST_NAMED = 20
"""Replies that a check names; `interlock replies` lists all."""

_UNFOLLOWED = (OutcomeKind.REFUSED, OutcomeKind.NOT_UNDERSTOOD)


def replies_asset() -> dg.AssetsDefinition:
    """The replies of all connections: they are followed in the order in which they were written."""

    @dg.asset(
        key=REPLIES,
        group_name="conflicts",
        kinds={"postgres"},
        deps=[CONFLICTS],
        description="What people wrote to Interlock in the tools: decisions, statements, risks.",
        retry_policy=RETRIES,
        check_specs=[
            dg.AssetCheckSpec(READ, asset=REPLIES, description="Every tool's replies were read."),
            dg.AssetCheckSpec(
                FOLLOWED, asset=REPLIES, description="Every new reply was understood and permitted."
            ),
        ],
    )
    def replies(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            result = follow_replies(instance, run_instant(context))
        for failure in result.failures.values():
            context.log.error(printable(str(failure)))
        return dg.MaterializeResult(
            metadata={"new": sum(result.read.values()), **result.counts},
            check_results=[_read_check(result), _followed_check(result.outcomes)],
        )

    return replies


def _read_check(result: RepliesResult) -> dg.AssetCheckResult:
    failures = {name: printable(str(failure)) for name, failure in result.failures.items()}
    return dg.AssetCheckResult(check_name=READ, passed=not failures, metadata=failures)


def _followed_check(outcomes: Sequence[RecordedOutcome]) -> dg.AssetCheckResult:
    """Warns of replies that nothing followed from; their authors are told in the tool."""
    unfollowed = [each for each in outcomes if each.outcome.kind in _UNFOLLOWED]
    answers = {
        f"{each.reply.connection} {each.reply.reply.reply_id}": printable(each.outcome.answer)
        for each in unfollowed[:MOST_NAMED]
    }
    return dg.AssetCheckResult(
        check_name=FOLLOWED,
        passed=not unfollowed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=answers,
    )
