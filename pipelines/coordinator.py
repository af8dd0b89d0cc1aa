"""Who launched a run: the person whom the authenticating proxy in front of the UI has verified."""

import os

import dagster as dg

PERSON_HEADER = "X-Forwarded-Email"
PERSON_TAG = "interlock/person"
SHOWN_TAG = "user"
"""What the UI shows as "Launched by"."""
LOCAL_PERSON = "INTERLOCK_LOCAL_PERSON"
"""The environment variable with the e-mail address of whoever uses a UI without a proxy.

Only for a UI that nobody else can reach.
"""


class VerifiedPersonCoordinator(dg.QueuedRunCoordinator):
    """Queues runs and tags each with its verified person, whatever the launch form claimed.

    The proxy strips incoming `X-Forwarded-*` headers and sets its own. A run without a verified
    person, for example one that a schedule starts, gets an empty tag and cannot decide anything.
    """

    def submit_run(self, context: dg.SubmitRunContext) -> dg.DagsterRun:
        person = _verified_person(context)
        is_claimed = SHOWN_TAG in context.dagster_run.tags
        shown = {SHOWN_TAG: person or "not verified"} if person or is_claimed else {}
        # Before the run is queued, and over tags of the same name that the launch form has set.
        self._instance.add_run_tags(context.dagster_run.run_id, {PERSON_TAG: person, **shown})
        return super().submit_run(context)


def _verified_person(context: dg.SubmitRunContext) -> str:
    # A run that a schedule or the command line starts comes without a request: the local person
    # did not ask for it.
    is_request = context.get_request_header("Host") is not None
    fallback = os.environ.get(LOCAL_PERSON, "") if is_request else ""
    return context.get_request_header(PERSON_HEADER) or fallback
