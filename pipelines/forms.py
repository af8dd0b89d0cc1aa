"""Jobs that a person launches as a form, and how such a run refuses what it cannot do."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg

from model.operating_model.identity import Identity
from pipelines.assets.keys import REFUSALS
from pipelines.coordinator import person_of_run
from pipelines.printable import printable
from pipelines.proxy_identity import NotVerified

OUTCOME_TAG = "interlock/outcome"
REFUSED = "refused"
"""The value of OUTCOME_TAG for a run that did nothing: its form, or who sent it, forbids it.

Such a run is no failure of the platform, so Dagster does not count it as failed.
"""


class Refused(Exception):
    """The form cannot be followed; the message says why and what to do instead."""


def form_job(
    name: str, fields: Mapping[str, dg.Field], op: dg.OpDefinition, description: str
) -> dg.JobDefinition:
    """A job of one op whose launchpad shows these fields at the top level."""

    # Otherwise the form would show the fields below `ops: NAME: config:`.
    @dg.config_mapping(config_schema=dict(fields))
    def flatten(form: dict[str, Any]) -> dict[str, Any]:
        return {"ops": {op.name: {"config": form}}}

    @dg.job(
        name=name,
        config=flatten,
        executor_def=dg.in_process_executor,
        # A relaunched run has no verified person, so it could only be refused.
        tags={"dagster/max_retries": "0"},
        description=description,
    )
    def job() -> None:
        op()

    return job


def require_person(context: dg.OpExecutionContext) -> Identity:
    """The verified person who launched the run; raises Refused."""
    try:
        return person_of_run(context.run)
    except NotVerified as reason:
        raise Refused(
            f"This run has no verified person, so nothing was done: {reason}. Open Dagster through "
            "the proxy that signs people in"
        ) from None


@contextmanager
def refusing(context: dg.OpExecutionContext, back: Callable[[], str]) -> Iterator[None]:
    """End the block on Refused with one line in the run's log, and a link back.

    `back` gives the address of the page that the link leads to, from this site's root on.
    """
    try:
        yield
    except Refused as refusal:
        # Not raised: Dagster would add a stack trace and count the run among failures.
        context.instance.add_run_tags(context.run_id, {OUTCOME_TAG: REFUSED})
        line = printable(str(refusal))
        context.log.error(f"Refused. {line}")
        # Dagster shows the end of a log, where of an event only its metadata are readable.
        metadata: dict[str, Any] = {REFUSED: line, "back": dg.MetadataValue.url(back())}
        context.log_event(dg.AssetObservation(REFUSALS, line, metadata=metadata))
