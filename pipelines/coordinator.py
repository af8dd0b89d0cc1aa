"""Who launched a run: the person whom the authenticating proxy in front of the UI vouches for."""

import os

import dagster as dg

PERSON_HEADER = "X-Forwarded-Email"
PERSON_TAG = "interlock/person"
SHOWN_TAG = "user"
"""What the UI shows as "Launched by"."""
LOCAL_PERSON = "INTERLOCK_LOCAL_PERSON"
"""The e-mail address of the person at a UI without a proxy, which only their machine reaches."""


class VerifiedPersonCoordinator(dg.QueuedRunCoordinator):
    """Queues runs and tags each with its verified person, whatever the launch form claimed.

    The proxy strips incoming `X-Forwarded-*` headers and sets its own. A run that nobody vouches
    for, and one that a schedule starts, has an empty tag, with which nobody can decide.
    """

    def submit_run(self, context: dg.SubmitRunContext) -> dg.DagsterRun:
        person = _person(context)
        claimed = SHOWN_TAG in context.dagster_run.tags
        shown = {SHOWN_TAG: person or "not verified"} if person or claimed else {}
        self._instance.add_run_tags(context.dagster_run.run_id, {PERSON_TAG: person, **shown})
        return super().submit_run(context)


def _person(context: dg.SubmitRunContext) -> str:
    by_request = context.get_request_header("Host") is not None
    fallback = os.environ.get(LOCAL_PERSON, "") if by_request else ""
    return context.get_request_header(PERSON_HEADER) or fallback
