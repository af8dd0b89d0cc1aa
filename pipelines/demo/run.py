"""The demo from beginning to end."""

from __future__ import annotations

from contextlib import suppress

from model.operating_model.people import person_with_id, role_with_id
from pipelines.cli.output import console, now, print_line
from pipelines.demo.demo_instance import DemoFailed, DemoInstance, require_demo_instance
from pipelines.demo.report import print_report
from pipelines.demo.serve import dagster_running, stop_on_signals
from pipelines.demo.stage import is_staged, stage
from pipelines.demo.stand_ins import are_tools_running, tools_running
from pipelines.demo.story import read_story
from pipelines.demo.sync_job import SyncJobResult, run_sync_job
from pipelines.instance import Instance
from pipelines.pages import INBOX_PAGE
from pipelines.ui_links import page_url

_LEAD = "cdp-lead"
"""The role of the person as whom the demo's UI is opened."""


def run_demo(instance: Instance, *, serve: bool, fresh: bool) -> bool:
    """Run the demo in its instance; True if every connection was read and written.

    DAGSTER_HOME and the demo's secrets have to be in the environment. Raises DemoFailed.
    """
    # Before anything starts: the servers and Dagster have to be stopped on Ctrl-C.
    stop_on_signals()
    demo = require_demo_instance(instance)
    _prepare(instance, demo, fresh=fresh)
    with tools_running(demo):
        result = _sync(instance)
        print_report(instance, result)
        if serve:
            _serve(instance, demo)
    return not result.failures


def _prepare(instance: Instance, demo: DemoInstance, *, fresh: bool) -> None:
    story, today = read_story(), instance.today(now())
    # Asked in any case: it also reports another program at the tools' ports.
    has_running_tools = are_tools_running(demo)
    if is_staged(demo, story, today) and not fresh:
        return
    if has_running_tools:
        raise DemoFailed(
            f"The tools at {demo.jira_url} and {demo.salesforce_url} run already and cannot "
            "start over. Stop them with Ctrl-C where they run, then start the demo again"
        )
    print_line(f"The story starts over as of {today:%A}, {today}")
    stage(instance, demo, story, today)


def _sync(instance: Instance) -> SyncJobResult:
    with console.status("syncing") as status:
        return run_sync_job(instance.deployment.connection_names, status.update)


def _serve(instance: Instance, demo: DemoInstance) -> None:
    lead = person_with_id(instance.model, role_with_id(instance.model, _LEAD).holder)
    ui_url = instance.deployment.ui_url
    print_line("Starting Dagster …")
    with suppress(KeyboardInterrupt), dagster_running(ui_url, demo.contents, lead.email) as child:
        print_line(f"Jira        {demo.jira_url}")
        print_line(f"Salesforce  {demo.salesforce_url}")
        print_line(f"Inbox       {page_url(ui_url, INBOX_PAGE)}")
        print_line(f"Nobody signs in here: whoever opens Dagster decides as {lead.name}")
        print_line("Ctrl-C ends it all; `interlock sandbox` shows the tools again later")
        child.wait()
        raise DemoFailed(f"Dagster ended by itself. Its log is in {demo.contents}")
