"""The job `decide`: a form with three fields that records the verdict of a verified person."""

from typing import Any

import dagster as dg

from connectors.base import ConnectionFailed
from model.rules import installed_rules
from pipelines.assets.keys import INBOX
from pipelines.cards.inbox import inbox_metadata
from pipelines.cards.publish import publish_cards
from pipelines.coordinator import LOCAL_PERSON, PERSON_TAG
from pipelines.instance import Instance
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.comment import comment
from pipelines.steps.decide import DecisionRefused, record_decision

_MEANINGS = {option.id: option.meaning for rule in installed_rules() for option in rule.options}

# Classic fields instead of dg.Config: a text field of dg.Config also accepts {env: NAME}, so a
# form could read the secrets of this process.
_FORM = {
    "conflict": dg.Field(dg.String, description="The conflict's id, like C-1a2b3c4d5e."),
    "verdict": dg.Field(
        dg.Enum("Verdict", [dg.EnumValue(verdict) for verdict in _MEANINGS]),
        description=". ".join(f"{verdict}: {meaning}" for verdict, meaning in _MEANINGS.items()),
    ),
    "reason": dg.Field(dg.String, description="Why; the comments in all tools show it."),
}


@dg.op(config_schema=_FORM)
def record(context: dg.OpExecutionContext, interlock: InterlockResource) -> None:
    """Record the verdict, then update comments, cards and inbox."""
    person = context.run.tags.get(PERSON_TAG, "")
    if not person:
        raise dg.Failure(
            "This run has no verified person, so it cannot decide. Open Dagster through the proxy "
            f"that signs people in, or on a machine of your own set {LOCAL_PERSON}.",
            allow_retries=False,
        )
    with interlock.open() as instance:
        try:
            _decide(context, instance, person)
        except DecisionRefused as refusal:
            raise dg.Failure(str(refusal), allow_retries=False) from None
        _publish_decision(context, instance)


def _decide(context: dg.OpExecutionContext, instance: Instance, person: str) -> None:
    form: dict[str, Any] = context.op_config
    decided = record_decision(
        instance,
        # Copied ids often come with a blank.
        form["conflict"].strip(),
        form["verdict"],
        person,
        form["reason"],
        "dagster",
        run_instant(context),
    )
    context.log.info(f"{decided.id} decided: {form['verdict']} by {person}")


def _publish_decision(context: dg.OpExecutionContext, instance: Instance) -> None:
    if instance.deployment.comments.mode == "write":
        for name in instance.deployment.connection_names:
            _update_comments(context, instance, name)
    publish_cards(instance, context.instance, context.log_event)
    metadata = inbox_metadata(instance, context.instance, run_instant(context))
    context.log_event(dg.AssetMaterialization(INBOX, metadata=metadata))


def _update_comments(context: dg.OpExecutionContext, instance: Instance, name: str) -> None:
    try:
        comment(instance, name, run_instant(context), dry_run=False)
    # The decision is recorded already: an unreachable tool must not make it look refused.
    except ConnectionFailed as failure:
        context.log.error(f"{failure} The decision stands; the next sync writes its comments.")


# Otherwise the form would show the fields below `ops: record: config:`.
@dg.config_mapping(config_schema=_FORM)
def _flatten_form(form: dict[str, Any]) -> dict[str, Any]:
    return {"ops": {"record": {"config": form}}}


@dg.job(
    config=_flatten_form,
    executor_def=dg.in_process_executor,
    # A relaunched run has no verified person, so it could only fail.
    tags={"dagster/max_retries": "0"},
    description="Decide a conflict. Open it from a conflict's card: the form is then filled in.",
)
def decide() -> None:
    record()
