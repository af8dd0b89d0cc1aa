"""The job `decide`: a form with three fields, and the verdict of a verified person on record."""

from typing import Any

import dagster as dg

from model.conflicts import Verdict
from pipelines.cards.publish import publish_cards
from pipelines.coordinator import PERSON_TAG
from pipelines.instance import Instance
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.comment import comment
from pipelines.steps.decide import DecisionRefused, record_decision

_FORM = {
    "conflict": dg.Field(dg.String, description="The conflict's id, like C-1a2b3c4d5e."),
    "verdict": dg.Field(
        dg.Enum("Verdict", [dg.EnumValue(verdict.value) for verdict in Verdict]),
        description="hold: the late function makes the date; move: the waiting function moves; "
        "accept: both carry the risk; dismiss: it is not a conflict.",
    ),
    "reason": dg.Field(dg.String, description="Why, for everybody whom it concerns."),
}


@dg.op(name="record", config_schema=_FORM)
def record(context: dg.OpExecutionContext, interlock: InterlockResource) -> None:
    """Record the verdict, then let comments and cards follow."""
    form: dict[str, Any] = context.op_config
    person = context.run.tags.get(PERSON_TAG, "")
    if not person:
        raise dg.Failure(
            "This run has no verified person, so it cannot decide. "
            "Open Dagster through the proxy that signs people in.",
            allow_retries=False,
        )
    with interlock.opened() as instance:
        try:
            decided = record_decision(
                instance,
                form["conflict"].strip(),
                Verdict(form["verdict"]),
                person,
                form["reason"],
                "dagster",
                run_instant(context),
            )
        except DecisionRefused as refusal:
            raise dg.Failure(str(refusal), allow_retries=False) from None
        context.log.info(f"{decided.id} decided: {form['verdict']} by {person}")
        _follow(context, instance)


def _follow(context: dg.OpExecutionContext, instance: Instance) -> None:
    publish_cards(instance, context.instance, context.log_event)
    settings = instance.deployment
    if settings.comments.mode == "write":
        for name in settings.names:
            comment(instance, name, run_instant(context), dry_run=False)


@dg.config_mapping(config_schema=_FORM)
def _flat(form: dict[str, Any]) -> dict[str, Any]:
    return {"ops": {"record": {"config": form}}}


@dg.job(
    config=_flat,
    executor_def=dg.in_process_executor,
    description="Decide a conflict. Open it from a conflict's card: the form is then filled in.",
)
def decide() -> None:
    record()
