"""Measures as numbers of an asset, which Dagster plots over time."""

from collections.abc import Iterator

import dagster as dg

from model.measures import Measures
from pipelines.assets.connections import RETRIES
from pipelines.assets.keys import CONFLICTS, MEASURES, REPLIES
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.measures import measures as read_measures

Numbers = Iterator[tuple[str, int | float | str]]


@dg.asset(
    key=MEASURES,
    group_name="conflicts",
    kinds={"postgres"},
    deps=[CONFLICTS, REPLIES],
    description="How well conflicts are decided, over twelve weeks; days are working days.",
    retry_policy=RETRIES,
)
def measures(
    context: dg.AssetExecutionContext, interlock: InterlockResource
) -> dg.MaterializeResult:
    """Materialize the measures; each number is a series."""
    with interlock.open() as instance:
        measured = read_measures(instance, run_instant(context))
        names = instance.model.function_names
    return dg.MaterializeResult(metadata=dict(_numbers(measured, names)))


def _numbers(measured: Measures, names: dict[str, str]) -> Numbers:
    rules = measured.rules
    yield "open", sum(each.open for each in rules)
    yield "decided", sum(each.decided for each in rules)
    yield "escalated", sum(each.escalated for each in rules)
    yield "reopened", sum(each.reopened for each in rules)
    yield "dismissed", sum(each.dismissed for each in rules)
    yield "comments", sum(measured.comments.values())
    weeks = {week for _, week in measured.comments}
    latest = [count for (_, week), count in measured.comments.items() if week == max(weeks)]
    yield "most comments per person in the last week", max(latest, default=0)
    yield "noisy rules", ", ".join(each.rule for each in rules if each.is_noisy) or "none"
    yield from ((f"open: {each.rule}", each.open) for each in rules)
    for function, count in measured.open_by_function.items():
        yield f"open in {names[function]}", count
    for each in rules:
        # Dagster plots a gap where a run has no value, as there is nothing to take a median of.
        numbers = {
            "days to decide": each.days_to_decide,
            "limit": each.limit,
            "decided in time, %": None if each.in_time is None else 100 * each.in_time,
            "warning days": each.warning_days,
        }
        for name, number in numbers.items():
            if number is not None:
                yield f"{name}: {each.rule}", number
        yield f"dismissed: {each.rule}", each.dismissed
