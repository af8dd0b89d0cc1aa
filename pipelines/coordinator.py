"""Who launched a run: the person whom the authenticating proxy in front of the UI vouches for."""

import os

import dagster as dg
from dagster._core.run_coordinator import QueuedRunCoordinator, SubmitRunContext

PERSON_HEADER = "X-Forwarded-Email"
PERSON_TAG = "interlock/person"
SHOWN_TAG = "user"
LOCAL_PERSON = "INTERLOCK_LOCAL_PERSON"
"""For a UI without a proxy that only this machine reaches: whoever opens it is this person."""


class VerifiedPersonCoordinator(QueuedRunCoordinator):
    """Queues runs and tags each with its verified person, whatever the launch form claimed.

    The proxy strips incoming `X-Forwarded-*` headers and sets its own; a run without one gets an
    empty tag, with which nobody can decide.
    """

    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        person = context.get_request_header(PERSON_HEADER) or os.environ.get(LOCAL_PERSON, "")
        tags = {PERSON_TAG: person} | ({SHOWN_TAG: person} if person else {})
        self._instance.add_run_tags(context.dagster_run.run_id, tags)
        return super().submit_run(context)
