"""One asset a connection: the comments that its records carry."""

from collections.abc import Iterable

import dagster as dg

from connectors.base import ConnectionFailed
from model.comment_content import CommentChange
from pipelines.assets.connections import RETRIES, failure_result
from pipelines.assets.keys import CONFLICTS, comments_key
from pipelines.cards.markdown import bullets, escape, link, metadata_entries
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.comment import CommentResult, comment

WRITTEN = "written"


def comments_asset(name: str, tool: str, *, dry_run: bool) -> dg.AssetsDefinition:
    """The comments of one connection; in a dry run only what would be written is shown."""
    key = comments_key(name)

    @dg.asset(
        key=key,
        group_name="comments",
        kinds={tool},
        deps=[CONFLICTS],
        description=f"What {name} says about conflicts, against what it should say.",
        pool=name,
        retry_policy=RETRIES,
        check_specs=[
            dg.AssetCheckSpec(
                WRITTEN, asset=key, description=f"{name} took every comment it was given."
            )
        ],
    )
    def comments(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            try:
                done = comment(instance, name, run_instant(context), dry_run=dry_run)
            except ConnectionFailed as failure:
                context.log.error(str(failure))
                return failure_result(WRITTEN, failure)
        return _result(done, dry_run=dry_run)

    return comments


def _result(done: CommentResult, *, dry_run: bool) -> dg.MaterializeResult:
    created = sum(change.posted is None for change, _ in done.written)
    would = _would(done.difference.changes) if dry_run else {}
    links = (link(change.target.key, posted.url) for change, posted in done.written)
    return dg.MaterializeResult(
        metadata={
            **would,
            **metadata_entries("written", bullets(links)),
            "created": created,
            "edited": len(done.written) - created,
            "unchanged": done.unchanged,
            "postponed": len(done.difference.postponed),
            "refused": len(done.refused),
        },
        check_results=[_check(done)],
    )


def _would(changes: Iterable[CommentChange]) -> dict[str, dg.MarkdownMetadataValue]:
    """What a dry run would write: where, and the first line of each."""
    lines = [
        f"{link(one.target.key, one.target.url)}: {escape(one.content.heading)}" for one in changes
    ]
    head = "Comments are not written yet (`mode: dry-run`); `interlock comments` shows every word."
    return metadata_entries("would write", bullets(lines), f"{head}\n\n") if lines else {}


def _check(done: CommentResult) -> dg.AssetCheckResult:
    """Refused comments and why, an error where one needs a person; a wait for a ceiling is fine.

    In plain text: on a check's page Dagster hides all Markdown.
    """
    needs_person = any(not refusal.retryable for refusal in done.refused)
    refused = {
        f"{one.change.target.key} {one.change.content.conflict_id}": f"{one.reason}. {one.remedy}"
        for one in done.refused
    }
    waiting = {
        f"{one.target.key} {one.content.conflict_id}": one.reason
        for one in done.difference.postponed
    }
    return dg.AssetCheckResult(
        passed=not done.refused,
        check_name=WRITTEN,
        severity=dg.AssetCheckSeverity.ERROR if needs_person else dg.AssetCheckSeverity.WARN,
        metadata={**refused, **waiting},
    )
