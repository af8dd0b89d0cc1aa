"""The job `release`: a form that lets a held change of one connection pass."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from pipelines.forms import Refused, form_job, refusing, require_person
from pipelines.pages import INBOX_PAGE
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.map import NothingHeld, ReleaseRefused
from pipelines.steps.map import release as release_held
from pipelines.ui_links import own_site, page_url

# Classic fields instead of dg.Config, which would also read environment variables that a form
# names.
_FIELDS = {
    "connection": dg.Field(dg.String, description="Its name in interlock.yaml."),
    "reason": dg.Field(dg.String, description="Why the change is true; it is recorded."),
}


@dg.op(config_schema=_FIELDS)
def release_hold(context: dg.OpExecutionContext, interlock: InterlockResource) -> None:
    """Map what is held of the connection; the next sync updates conflicts and comments."""
    form: Mapping[str, Any] = context.op_config
    name = form["connection"].strip()
    with interlock.open() as instance:
        inbox = page_url(own_site(instance.deployment.ui_url), INBOX_PAGE)
        with refusing(context, lambda: inbox):
            person, now = require_person(context), run_instant(context)
            try:
                released = release_held(instance, name, person, form["reason"], "dagster", now)
            except (NothingHeld, ReleaseRefused) as refusal:
                raise Refused(str(refusal)) from None
            context.log.info(
                f"{name} released by {person.value}: {released.changed} records changed, "
                f"{released.ended} ended"
            )


release = form_job(
    "release",
    _FIELDS,
    release_hold,
    "Let a held change of a connection pass, without waiting for a second read.",
)
