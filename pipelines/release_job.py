"""The job `release`: a form that lets a held change of one connection pass."""

from typing import Any

import dagster as dg

from pipelines.coordinator import person_of_run
from pipelines.proxy_identity import NotVerified
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.map import NothingHeld, ReleaseRefused
from pipelines.steps.map import release as release_held

# Classic fields instead of dg.Config, which would also read environment variables that a form
# names.
_FORM = {
    "connection": dg.Field(dg.String, description="Its name in interlock.yaml."),
    "reason": dg.Field(dg.String, description="Why the change is true; it is recorded."),
}


@dg.op(config_schema=_FORM)
def release_hold(context: dg.OpExecutionContext, interlock: InterlockResource) -> None:
    """Map what is held of the connection; the next sync updates conflicts and comments."""
    form: dict[str, Any] = context.op_config
    try:
        person = person_of_run(context.run)
    except NotVerified as reason:
        raise dg.Failure(
            f"This run has no verified person, so it cannot release: {reason}. Open Dagster "
            "through the proxy that signs people in.",
            allow_retries=False,
        ) from None
    name = form["connection"].strip()
    with interlock.open() as instance:
        try:
            now = run_instant(context)
            released = release_held(instance, name, person, form["reason"], "dagster", now)
        except (NothingHeld, ReleaseRefused) as refusal:
            raise dg.Failure(str(refusal), allow_retries=False) from None
    context.log.info(
        f"{name} released by {person.value}: {released.changed} records changed, "
        f"{released.ended} ended"
    )


# Otherwise the form would show the fields below `ops: release_hold: config:`.
@dg.config_mapping(config_schema=_FORM)
def _flatten_form(form: dict[str, Any]) -> dict[str, Any]:
    return {"ops": {"release_hold": {"config": form}}}


@dg.job(
    config=_flatten_form,
    executor_def=dg.in_process_executor,
    # A relaunched run has no verified person, so it could only fail.
    tags={"dagster/max_retries": "0"},
    description="Let a held change of a connection pass, without waiting for a second read.",
)
def release() -> None:
    release_hold()
