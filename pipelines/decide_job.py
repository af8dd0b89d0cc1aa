"""The job `decide`: a form that records the decision of a verified person."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from connectors.base import ConnectionFailed
from model.agreement import outcome_text
from model.operating_model.identity import Identity, IdentityKind
from model.rules import RuleSet
from model.warehouse.ledger import read_conflict
from pipelines.cards.publish import publish_pages
from pipelines.decide_form import decide_fields
from pipelines.forms import Refused, form_job, refusing, require_person
from pipelines.instance import Instance
from pipelines.pages import INBOX_PAGE
from pipelines.printable import printable
from pipelines.proxy_identity import LOCAL_PERSON
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.comment import comment
from pipelines.steps.decide import Choice, DecisionRefused, record_decision
from pipelines.ui_links import card_url, own_site, page_url


def decide_job(rules: RuleSet) -> dg.JobDefinition:
    """The job whose form offers every option of these rules."""
    fields = decide_fields(rules)

    @dg.op(config_schema=fields)
    def record(context: dg.OpExecutionContext, interlock: InterlockResource) -> None:
        """Record the decision, then update comments, cards and inboxes."""
        form: Mapping[str, Any] = context.op_config
        # Copied ids often come with a blank.
        conflict_id = form["conflict"].strip()
        with (
            interlock.open() as instance,
            refusing(context, lambda: _way_back(instance, conflict_id)),
        ):
            # Decisions name a person for good, so a run without one must not reach the ledger.
            _decide(context, instance, conflict_id, form, require_person(context))
            _publish_decision(context, instance)

    return form_job(
        "decide",
        fields,
        record,
        "Decide a conflict. Open it from a conflict's card: the form is then filled in.",
    )


def _way_back(instance: Instance, conflict_id: str) -> str:
    """The conflict's card, or the inbox where there is no such conflict."""
    site = own_site(instance.deployment.ui_url)
    with instance.engine.connect() as connection:
        conflict = read_conflict(connection, conflict_id)
    return card_url(site, conflict) if conflict else page_url(site, INBOX_PAGE)


def _decide(
    context: dg.OpExecutionContext,
    instance: Instance,
    conflict_id: str,
    form: Mapping[str, Any],
    person: Identity,
) -> None:
    ((option, answers),) = form["decision"].items()
    choice = Choice(
        option, {name: str(answer) for name, answer in answers.items()}, form.get("reason", "")
    )
    try:
        decided = record_decision(
            instance, conflict_id, choice, person, "dagster", run_instant(context)
        )
    except DecisionRefused as refusal:
        raise Refused(str(refusal)) from None
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
    publish_pages(instance, context.instance, context.log_event, run_instant(context))


def _update_comments(context: dg.OpExecutionContext, instance: Instance, name: str) -> None:
    try:
        comment(instance, name, run_instant(context), dry_run=False)
    # The decision is recorded already: an unreachable tool must not make it look refused.
    except ConnectionFailed as failure:
        context.log.error(
            f"{printable(str(failure))} The decision stands; the next sync writes its comments."
        )
