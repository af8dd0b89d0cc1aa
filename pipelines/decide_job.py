"""The job `decide`: a form that records the verdict of a verified person."""

from typing import Any

import dagster as dg

from connectors.base import ConnectionFailed
from model.agreement import outcome_text
from model.operating_model.identity import Identity, IdentityKind
from model.rules import Option, installed_rules
from pipelines.assets.keys import INBOX
from pipelines.cards.inbox import inbox_metadata
from pipelines.cards.publish import publish_cards
from pipelines.coordinator import person_of_run
from pipelines.instance import Instance
from pipelines.printable import printable
from pipelines.proxy_identity import LOCAL_PERSON, NotVerified
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.comment import comment
from pipelines.steps.decide import Choice, DecisionRefused, record_decision


def _all_options() -> dict[str, Option]:
    return {option.id: option for rule in installed_rules() for option in rule.options}


def _answer_fields() -> dict[str, dg.Field]:
    """The fields of all options; which of them a decision needs depends on its option."""
    fields = {each.name: each for option in _all_options().values() for each in option.fields}
    return {
        name: dg.Field(dg.String, is_required=False, description=each.description)
        for name, each in sorted(fields.items())
    }


# Classic fields instead of dg.Config: a text field of dg.Config also accepts {env: NAME}, so a
# form could read the secrets of this process.
_FORM = {
    "conflict": dg.Field(dg.String, description="The conflict's id, like C-1a2b3c4d5e."),
    # An enum, so that the form offers the verdicts and refuses any other before a run begins.
    "verdict": dg.Field(
        dg.Enum("Verdict", [dg.EnumValue(option_id) for option_id in sorted(_all_options())]),
        description="The option that is chosen; the conflict's card lists those of its rule.",
    ),
    **_answer_fields(),
    "reason": dg.Field(
        dg.String,
        is_required=False,
        description="Why; the comments in all tools show it. Some options need it.",
    ),
}


@dg.op(config_schema=_FORM)
def record(context: dg.OpExecutionContext, interlock: InterlockResource) -> None:
    """Record the verdict, then update comments, cards and inbox."""
    try:
        # Decisions name a person for good, so a run without one must not reach the ledger.
        person = person_of_run(context.run)
    except NotVerified as reason:
        raise dg.Failure(
            f"This run has no verified person, so it cannot decide: {reason}. Open Dagster through "
            "the proxy that signs people in.",
            allow_retries=False,
        ) from None
    with interlock.open() as instance:
        try:
            _decide(context, instance, person)
        except DecisionRefused as refusal:
            raise dg.Failure(str(refusal), allow_retries=False) from None
        _publish_decision(context, instance)


def _decide(context: dg.OpExecutionContext, instance: Instance, person: Identity) -> None:
    form: dict[str, Any] = context.op_config
    answers = {name: form[name] for name in _answer_fields() if name in form}
    decided = record_decision(
        instance,
        # Copied ids often come with a blank.
        form["conflict"].strip(),
        Choice(form["verdict"], answers, form.get("reason", "")),
        person,
        "dagster",
        run_instant(context),
    )
    context.log.info(f"{decided.id} {outcome_text(decided)}")
    if person.kind is IdentityKind.LOCAL:
        context.log.warning(
            f"Nothing has verified that this is {person.value}: {LOCAL_PERSON} is set, so whoever "
            "can reach this UI decides as them. Only for a machine of your own."
        )


def _publish_decision(context: dg.OpExecutionContext, instance: Instance) -> None:
    if instance.deployment.comments.mode == "write":
        for name in instance.deployment.connection_names:
            _update_comments(context, instance, name)
    # At once, not with the next sync: whoever decided looks at the card to see that it worked.
    publish_cards(instance, context.instance, context.log_event)
    metadata = inbox_metadata(instance, context.instance, run_instant(context))
    context.log_event(dg.AssetMaterialization(INBOX, metadata=metadata))


def _update_comments(context: dg.OpExecutionContext, instance: Instance, name: str) -> None:
    try:
        comment(instance, name, run_instant(context), dry_run=False)
    # The decision is recorded already: an unreachable tool must not make it look refused.
    except ConnectionFailed as failure:
        context.log.error(
            f"{printable(str(failure))} The decision stands; the next sync writes its comments."
        )


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
