"""One asset per connection: the comments on its records."""

from collections.abc import Iterable

import dagster as dg

from connectors.base import ConnectionFailed
from model.comment_content import CommentChange
from pipelines.assets.connections import RETRIES, failure_result
from pipelines.assets.keys import CONFLICTS, REPLIES, comments_key
from pipelines.cards.markdown import bullets, escape, link, metadata_entries
from pipelines.printable import printable
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.comment import CommentResult, comment

WRITTEN = "written"


def comments_asset(name: str, tool: str, *, dry_run: bool) -> dg.AssetsDefinition:
    """The comments of one connection; a dry run only shows what would be written."""
    key = comments_key(name)

    @dg.asset(
        key=key,
        group_name="comments",
        kinds={tool},
        deps=[CONFLICTS, REPLIES],
        description=f"The comments in {name} about conflicts, brought to their desired state.",
        pool=name,
        retry_policy=RETRIES,
        check_specs=[
            dg.AssetCheckSpec(WRITTEN, asset=key, description=f"{name} accepted every comment.")
        ],
    )
    def comments(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            try:
                result = comment(instance, name, run_instant(context), dry_run=dry_run)
            # Not raised, so that the comments in the other tools are written all the same.
            except ConnectionFailed as failure:
                context.log.error(printable(str(failure)))
                return failure_result(WRITTEN, failure)
        return _materialize_result(result, dry_run=dry_run)

    return comments


def _materialize_result(result: CommentResult, *, dry_run: bool) -> dg.MaterializeResult:
    created = sum(change.posted is None for change, _ in result.written)
    displaced = {"on another record": len(result.displaced)} if result.displaced else {}
    preview = _preview_entries(result.difference.changes) if dry_run else {}
    links = (link(change.target.key, posted.url) for change, posted in result.written)
    return dg.MaterializeResult(
        metadata={
            **preview,
            **displaced,
            **metadata_entries("written", bullets(links)),
            "created": created,
            "edited": len(result.written) - created,
            "unchanged": result.unchanged,
            "postponed": len(result.difference.postponed),
            "refused": len(result.refused),
        },
        check_results=[_check_result(result)],
    )


def _preview_entries(changes: Iterable[CommentChange]) -> dict[str, dg.MarkdownMetadataValue]:
    """What a dry run would write: the place and the first line of each comment."""
    lines = [
        f"{link(change.target.key, change.target.url)}: {escape(change.content.heading)}"
        for change in changes
    ]
    head = "Comments are not written yet (`mode: dry-run`); `interlock comments` shows every word."
    return metadata_entries("would write", bullets(lines), f"{head}\n\n") if lines else {}


def _check_result(result: CommentResult) -> dg.AssetCheckResult:
    """Refused comments and why: an error if one needs a person, a warning if a retry may succeed.

    A comment that waits for a ceiling is listed too, and passes.
    """
    # A warning that goes away by itself must not train people to ignore errors.
    needs_person = any(not refusal.retryable for refusal in result.refused)
    # Plain text, because Dagster hides all Markdown on the page of a check.
    refused = {
        f"{each.change.target.key} {each.change.content.conflict_id}": (
            f"{each.reason}. {each.remedy}"
        )
        for each in result.refused
    }
    postponed = {
        f"{each.target.key} {each.content.conflict_id}": each.reason
        for each in result.difference.postponed
    }
    return dg.AssetCheckResult(
        passed=not result.refused,
        check_name=WRITTEN,
        severity=dg.AssetCheckSeverity.ERROR if needs_person else dg.AssetCheckSeverity.WARN,
        metadata={**refused, **postponed},
    )
