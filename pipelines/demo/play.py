"""The demo from beginning to end."""

from __future__ import annotations

from contextlib import suppress

from model.operating_model.people import person_with_id, role_with_id
from pipelines.cli.output import console, now, said
from pipelines.demo.place import DemoFailed, Place, demo_place
from pipelines.demo.report import tell
from pipelines.demo.run import Ran, run_sync
from pipelines.demo.serve import dagster_running, stop_on_signals
from pipelines.demo.stage import is_staged, stage
from pipelines.demo.story import read_story
from pipelines.demo.tools import already_running, tools_running
from pipelines.instance import Instance

_LEAD = "cdp-lead"
"""The role as which the demo's UI is opened."""


def play(instance: Instance, *, serve: bool, fresh: bool) -> bool:
    """Run the demo in its instance; True if every connection was read and written.

    DAGSTER_HOME and the demo's secrets stand in the environment. Raises DemoFailed.
    """
    stop_on_signals()
    place = demo_place(instance)
    _prepare(instance, place, fresh=fresh)
    with tools_running(place):
        ran = _sync(instance)
        tell(instance, ran)
        if serve:
            _serve(instance, place)
    return not ran.failures


def _prepare(instance: Instance, place: Place, *, fresh: bool) -> None:
    story, today = read_story(), instance.today(now())
    running = already_running(place)
    if is_staged(place, story, today) and not fresh:
        return
    if running:
        raise DemoFailed(
            f"The tools at {place.jira_url} and {place.salesforce_url} run already and cannot "
            "begin anew. Stop them with Ctrl-C where they run, then start the demo again"
        )
    said(f"The story begins anew as of {today:%A}, {today}")
    stage(instance, place, story, today)


def _sync(instance: Instance) -> Ran:
    with console.status("syncing") as status:
        return run_sync(instance.deployment.names, status.update)


def _serve(instance: Instance, place: Place) -> None:
    lead = person_with_id(instance.model, role_with_id(instance.model, _LEAD).holder)
    ui_url = instance.deployment.ui_url
    said("Starting Dagster …")
    with suppress(KeyboardInterrupt), dagster_running(ui_url, place.contents, lead.email) as child:
        said(f"Jira        {place.jira_url}")
        said(f"Salesforce  {place.salesforce_url}")
        said(f"Inbox       {ui_url}/assets/inbox")
        said(f"Nobody signs in here: whoever opens Dagster decides as {lead.name}")
        said("Ctrl-C ends it all; `interlock sandbox` shows the tools again later")
        child.wait()
        raise DemoFailed(f"Dagster has ended by itself. Its log is in {place.contents}")
