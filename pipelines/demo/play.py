"""The demo from beginning to end."""

from __future__ import annotations

from contextlib import suppress

from model.operating_model.people import person_with_id, role_with_id
from pipelines.cli.output import console, now, print_line
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
    print_line(f"The story begins anew as of {today:%A}, {today}")
    stage(instance, place, story, today)


def _sync(instance: Instance) -> Ran:
    with console.status("syncing") as status:
        return run_sync(instance.deployment.connection_names, status.update)


def _serve(instance: Instance, place: Place) -> None:
    lead = person_with_id(instance.model, role_with_id(instance.model, _LEAD).holder)
    ui_url = instance.deployment.ui_url
    print_line("Starting Dagster …")
    with suppress(KeyboardInterrupt), dagster_running(ui_url, place.contents, lead.email) as child:
        print_line(f"Jira        {place.jira_url}")
        print_line(f"Salesforce  {place.salesforce_url}")
        print_line(f"Inbox       {ui_url}/assets/inbox")
        print_line(f"Nobody signs in here: whoever opens Dagster decides as {lead.name}")
        print_line("Ctrl-C ends it all; `interlock sandbox` shows the tools again later")
        child.wait()
        raise DemoFailed(f"Dagster has ended by itself. Its log is in {place.contents}")
