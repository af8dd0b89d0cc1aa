"""Two assets per connection: its raw records (landing) and the shared records mapped from them."""

import dagster as dg

from connectors.base import ConnectionFailed
from model.warehouse.holds import Hold, read_holds
from model.warehouse.landing import count_present_records
from pipelines.assets.keys import FAILURE, group_of, landing_key, records_key
from pipelines.assets.quarantine import summarise_quarantine
from pipelines.instance import Instance
from pipelines.printable import printable
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.map import map_records
from pipelines.steps.pull import pull

# For failures of the warehouse or of Dagster: a connection that fails does not raise.
RETRIES = dg.RetryPolicy(
    # Seconds: a restarted database is back by the second retry; a connector has retried its tool
    # itself.
    max_retries=2,
    delay=5,
    backoff=dg.Backoff.EXPONENTIAL,
    jitter=dg.Jitter.PLUS_MINUS,
)
READABLE = "readable"
MAPPED = "mapped"
NOT_HELD = "not_held"


def connection_assets(name: str, tool: str) -> list[dg.AssetsDefinition]:
    """The assets of one connection."""
    return [_landing_asset(name, tool), _records_asset(name, tool)]


def _landing_asset(name: str, tool: str) -> dg.AssetsDefinition:
    key = landing_key(name)

    @dg.asset(
        key=key,
        group_name=group_of(name),
        kinds={tool},
        description=f"The raw records of {name}, verbatim; a run adds what changed.",
        # All assets that talk to one tool share a pool, so that they never do so at once.
        pool=name,
        retry_policy=RETRIES,
        config_schema={
            "reread": dg.Field(
                dg.Bool,
                default_value=False,
                description="Read everything from the beginning, whatever has changed.",
            )
        },
        check_specs=[
            dg.AssetCheckSpec(READABLE, asset=key, description=f"{name} was read to the end.")
        ],
    )
    def landing(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            try:
                return _pull_connection(instance, name, context)
            except ConnectionFailed as failure:
                context.log.error(printable(str(failure)))
                return failure_result(READABLE, failure)

    return landing


def _pull_connection(
    instance: Instance, name: str, context: dg.AssetExecutionContext
) -> dg.MaterializeResult:
    def report(_name: str, _count: int, why: str) -> None:
        if why and why not in reported:
            reported.add(why)
            context.log.info(f"{name} is read from its beginning, because {why}")

    reported = set[str]()
    reread = bool(context.op_execution_context.op_config["reread"])
    result = pull(instance, name, run_instant(context), report, reread=reread)
    with instance.engine.connect() as connection:
        # Dagster plots this entry, so it is the whole stock and not what this run read.
        total = count_present_records(connection, name)
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
    """The result of an asset whose connection failed: its check fails, all other assets go on."""
    # To Dagster the asset itself succeeded: a failed asset would skip all assets after it.
    metadata = {FAILURE: printable(str(failure))}
    result = dg.AssetCheckResult(passed=False, check_name=check, metadata=metadata)
    return dg.MaterializeResult(metadata=metadata, check_results=[result])


def _records_asset(name: str, tool: str) -> dg.AssetsDefinition:
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
                description=f"No record of {name} is in quarantine or lacks a field.",
            ),
            dg.AssetCheckSpec(
                NOT_HELD,
                asset=key,
                description=f"No change of {name} waits for confirmation because of its size.",
            ),
        ],
    )
    def records(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            try:
                return _map_connection(instance, name, context)
            except ConnectionFailed as failure:
                context.log.error(printable(str(failure)))
                result = failure_result(MAPPED, failure)
                with instance.engine.connect() as connection:
                    held = read_holds(connection).get(name)
                return dg.MaterializeResult(
                    metadata=result.metadata,
                    check_results=[*(result.check_results or []), _check_not_held(held)],
                )

    return records


def _map_connection(
    instance: Instance, name: str, context: dg.AssetExecutionContext
) -> dg.MaterializeResult:
    loaded = map_records(instance, name, run_instant(context))
    if loaded.confirmed:
        context.log.info(loaded.confirmed)
    if loaded.hold:
        context.log.error(str(loaded.hold))
    with instance.engine.connect() as connection:
        quarantine = summarise_quarantine(connection, name)
    return dg.MaterializeResult(
        metadata={
            "mapped": loaded.rows,
            "changed": loaded.changed,
            "ended": loaded.ended,
            "quarantined": quarantine.held,
            "mapped with a field left out": quarantine.partly,
        },
        check_results=[
            dg.AssetCheckResult(
                passed=not quarantine.problems,
                check_name=MAPPED,
                # A warning: the other records were mapped, and the plan stands without these.
                severity=dg.AssetCheckSeverity.WARN,
                metadata=quarantine.problems,
            ),
            _check_not_held(loaded.hold),
        ],
    )


def _check_not_held(held: Hold | None) -> dg.AssetCheckResult:
    metadata: dict[str, str | int] = {}
    if held is not None:
        metadata = {
            "hold": str(held),
            "removed": held.removed,
            "altered": held.altered,
            "records": held.present,
            "examples": ", ".join(held.examples),
            "since": held.since.isoformat(),
        }
    return dg.AssetCheckResult(passed=held is None, check_name=NOT_HELD, metadata=metadata)
