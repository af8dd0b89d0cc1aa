"""One asset a connection: the comments that its records carry."""

import dagster as dg

from connectors.base import ConnectionFailed
from pipelines.assets.conflicts import CONFLICTS
from pipelines.assets.connections import RETRIES, group_of
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.comment import Commented, comment

WRITTEN = "written"


def comments_key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["comments", group_of(name)])


def comments_asset(name: str, tool: str, *, dry_run: bool) -> dg.AssetsDefinition:
    """The comments of one connection; in a dry run only what would be written is shown."""

    @dg.asset(
        key=comments_key(name),
        group_name="comments",
        kinds={tool},
        deps=[CONFLICTS],
        description=f"What {name} says about conflicts, against what it should say.",
        pool=name,
        retry_policy=RETRIES,
        check_specs=[
            dg.AssetCheckSpec(
                WRITTEN,
                asset=comments_key(name),
                description=f"{name} says what it should about every conflict in force.",
            )
        ],
    )
    def comments(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.opened() as instance:
            try:
                done = comment(instance, name, run_instant(context), dry_run=dry_run)
            except ConnectionFailed as failure:
                context.log.error(str(failure))
                return _failed(str(failure))
        return _result(done)

    return comments


def _failed(reason: str) -> dg.MaterializeResult:
    check = dg.AssetCheckResult(passed=False, check_name=WRITTEN, metadata={"failure": reason})
    return dg.MaterializeResult(metadata={"failure": reason}, check_results=[check])


def _result(done: Commented) -> dg.MaterializeResult:
    created = sum(change.posted is None for change, _ in done.written)
    reasons = {
        f"{r.change.target.key} {r.change.remark.conflict_id}": f"{r.reason}. {r.remedy}"
        for r in done.refused
    }
    waiting = {
        f"{p.target.key} {p.remark.conflict_id}": p.reason for p in done.difference.postponed
    }
    return dg.MaterializeResult(
        metadata={
            "created": created,
            "edited": len(done.written) - created,
            "unchanged": done.unchanged,
            "postponed": len(waiting),
            "refused": len(reasons),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=not reasons,
                check_name=WRITTEN,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={**reasons, **waiting},
            )
        ],
    )
