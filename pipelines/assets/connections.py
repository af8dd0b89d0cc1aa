"""Two assets a connection: what its tool said (landing), and what that means (records)."""

import dagster as dg

from connectors.base import ConnectionFailed
from model.warehouse.landing import landed_count
from pipelines.assets.keys import FAILURE, group_of, landing_key, records_key
from pipelines.assets.quarantine import held_back
from pipelines.instance import Instance
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.map import map_records
from pipelines.steps.pull import pull

RETRIES = dg.RetryPolicy(
    max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)
READABLE = "readable"
MAPPED = "mapped"


def connection_assets(name: str, tool: str) -> list[dg.AssetsDefinition]:
    """The assets of one connection."""
    return [_landing(name, tool), _records(name, tool)]


def _landing(name: str, tool: str) -> dg.AssetsDefinition:
    key = landing_key(name)

    @dg.asset(
        key=key,
        group_name=group_of(name),
        kinds={tool},
        description=f"What {name} said, word for word: every record that changed since last time.",
        pool=name,
        retry_policy=RETRIES,
        check_specs=[
            dg.AssetCheckSpec(READABLE, asset=key, description=f"{name} was read to the end.")
        ],
    )
    def landing(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            try:
                return _pulled(instance, name, context)
            except ConnectionFailed as failure:
                context.log.error(str(failure))
                return failure_result(READABLE, failure)

    return landing


def _pulled(
    instance: Instance, name: str, context: dg.AssetExecutionContext
) -> dg.MaterializeResult:
    result = pull(instance, name, run_instant(context))
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


def failure_result(check: str, failure: ConnectionFailed) -> dg.MaterializeResult:
    """A connection that fails fails its check; all others go on."""
    said = {FAILURE: str(failure)}
    result = dg.AssetCheckResult(passed=False, check_name=check, metadata=said)
    return dg.MaterializeResult(metadata=said, check_results=[result])


def _records(name: str, tool: str) -> dg.AssetsDefinition:
    key = records_key(name)

    @dg.asset(
        key=key,
        group_name=group_of(name),
        kinds={"postgres"},
        deps=[landing_key(name)],
        description=f"{tool} records of {name} as work items, deals or spend, with their history.",
        pool=name,
        retry_policy=RETRIES,
        check_specs=[
            dg.AssetCheckSpec(
                MAPPED,
                asset=key,
                description=f"Nothing of {name} waits in quarantine or lacks a field.",
            )
        ],
    )
    def records(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            try:
                return _mapped(instance, name, context)
            except ConnectionFailed as failure:
                context.log.error(str(failure))
                return failure_result(MAPPED, failure)

    return records


def _mapped(
    instance: Instance, name: str, context: dg.AssetExecutionContext
) -> dg.MaterializeResult:
    taken = map_records(instance, name, run_instant(context))
    with instance.engine.connect() as connection:
        waiting = held_back(connection, name)
    return dg.MaterializeResult(
        metadata={
            "looked at": taken.rows,
            "changed": taken.changed,
            "ended": taken.ended,
            "quarantined": waiting.held,
            "mapped with a field left out": waiting.partly,
        },
        check_results=[
            dg.AssetCheckResult(
                passed=not waiting.problems,
                check_name=MAPPED,
                severity=dg.AssetCheckSeverity.WARN,
                metadata=waiting.problems,
            )
        ],
    )
