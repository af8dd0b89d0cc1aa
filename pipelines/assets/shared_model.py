"""From the records of all connections to one plan: dependencies, then forecast dates."""

import dagster as dg

from pipelines.assets.connections import RETRIES
from pipelines.assets.keys import DEPENDENCIES, FORECAST, records_key
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.forecast import forecast
from pipelines.steps.link import link_records


def shared_model_assets(names: tuple[str, ...]) -> list[dg.AssetsDefinition]:
    """The assets between the connections with these names and the conflicts."""

    @dg.asset(
        key=DEPENDENCIES,
        group_name="shared_model",
        kinds={"postgres"},
        deps=[records_key(name) for name in names],
        description="Which record waits for which, across all tools: from links, fields and text.",
        retry_policy=RETRIES,
    )
    def dependencies(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            linked = link_records(instance, run_instant(context))
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": linked.dependencies,
                "dangling": linked.dangling,
                "ambiguous": linked.ambiguous,
            }
        )

    @dg.asset(
        key=FORECAST,
        group_name="network",
        kinds={"numpy"},
        deps=[DEPENDENCIES],
        description="Early and late dates, slack and driving predecessor of all items.",
        retry_policy=RETRIES,
    )
    def forecast_dates(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            computed = forecast(instance, run_instant(context))
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": computed.items,
                "dependencies": computed.dependencies,
                "cycles": computed.cycles,
            }
        )

    return [dependencies, forecast_dates]
