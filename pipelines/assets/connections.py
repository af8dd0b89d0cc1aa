"""Two assets a connection: what its tool said (landing), and what that means (records)."""

import dagster as dg

from connectors.base import ConnectionFailed
from model.warehouse.landing import landed_count
from model.warehouse.quarantine import counts
from pipelines.instance import Instance
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.map import map_records
from pipelines.steps.pull import pull

RETRIES = dg.RetryPolicy(
    max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)
READABLE = "readable"


def group_of(name: str) -> str:
    """Dagster's group names know no hyphens."""
    return name.replace("-", "_")


def landing_key(name: str) -> dg.AssetKey:
    return dg.AssetKey([group_of(name), "landing"])


def records_key(name: str) -> dg.AssetKey:
    return dg.AssetKey([group_of(name), "records"])


def connection_assets(name: str, tool: str) -> list[dg.AssetsDefinition]:
    """The assets of one connection."""
    return [_landing(name, tool), _records(name, tool)]


def _landing(name: str, tool: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=landing_key(name),
        group_name=group_of(name),
        kinds={tool},
        description=f"What {name} said, word for word: every record that changed since last time.",
        pool=name,
        retry_policy=RETRIES,
        check_specs=[
            dg.AssetCheckSpec(
                READABLE,
                asset=landing_key(name),
                description=f"{name} could be read to the end.",
            )
        ],
    )
    def landing(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.opened() as instance:
            return _pulled(instance, name, context)

    return landing


def _pulled(
    instance: Instance, name: str, context: dg.AssetExecutionContext
) -> dg.MaterializeResult:
    """A tool that cannot be read fails its check; all others go on."""
    try:
        result = pull(instance, name, run_instant(context))
    except ConnectionFailed as failure:
        context.log.error(str(failure))
        return dg.MaterializeResult(
            metadata={"failure": str(failure)},
            check_results=[
                dg.AssetCheckResult(
                    passed=False, check_name=READABLE, metadata={"failure": str(failure)}
                )
            ],
        )
    with instance.engine.connect() as connection:
        total = landed_count(connection, name)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": total,
            "read": result.read,
            "changed": result.changed,
            "gone": result.gone,
            "problems": result.problems,
        },
        check_results=[dg.AssetCheckResult(passed=True, check_name=READABLE)],
    )


def _records(name: str, tool: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=records_key(name),
        group_name=group_of(name),
        kinds={"postgres"},
        deps=[landing_key(name)],
        description=f"{tool} records of {name} as work items, deals or spend, with their history.",
        pool=name,
        retry_policy=RETRIES,
    )
    def records(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.opened() as instance:
            try:
                taken = map_records(instance, name, run_instant(context))
            except ConnectionFailed as failure:
                return dg.MaterializeResult(metadata={"failure": str(failure)})
            with instance.engine.connect() as connection:
                held, partly = counts(connection).get(name, (0, 0))
        return dg.MaterializeResult(
            metadata={
                "looked at": taken.rows,
                "changed": taken.changed,
                "ended": taken.ended,
                "quarantined": held,
                "mapped with a field left out": partly,
            }
        )

    return records
