"""The commands with their options, help and examples.

Only the command-line library is imported here, so that help and completion are immediate. Each
command imports the module of its own name when it is called.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

# Typer's own tracebacks show local variables, which may hold secrets.
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _build_flag(name: str, help_: str, **options: Any) -> Any:
    """An option that takes no value, and shows none in the help."""
    return typer.Option(name, help=help_, metavar="", **options)


def _print_version(is_requested: bool) -> None:
    if is_requested:
        from importlib.metadata import version

        typer.echo(f"interlock {version('interlock')}")
        raise typer.Exit


Version = Annotated[
    bool,
    _build_flag("--version", "Show the version and exit.", callback=_print_version, is_eager=True),
]
Json = Annotated[bool, _build_flag("--json", "Print JSON instead of text.")]

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER", help="The new instance folder; it is created if it does not exist."
    ),
]

SyncDryRun = Annotated[
    bool,
    _build_flag(
        "--dry-run",
        "Write no comment; `interlock comments --dry-run` then shows what would be written.",
    ),
]
CommentsDryRun = Annotated[
    bool, _build_flag("--dry-run", "Show every comment in full and write nothing.")
]

All = Annotated[bool, _build_flag("--all", "List resolved conflicts too.")]

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="An item's key (CDP-12), web address or reference, or a conflict's id (C-1a2b3c4d5e).",
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="Explain the item as it stood at the end of that day, in the model's time zone.",
    ),
]
Svg = Annotated[
    Path | None,
    typer.Option(
        "--svg",
        metavar="FILE",
        help="Also write the item's driving chain as a timeline into this SVG file.",
    ),
]

Conflict = Annotated[
    str,
    typer.Argument(
        metavar="CONFLICT",
        help="The conflict's id (C-1a2b3c4d5e); `interlock conflicts` lists all ids.",
    ),
]
Verdict = Annotated[
    str,
    typer.Option("--verdict", metavar="OPTION", help="One of the options that its rule offers."),
]
Person = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="PERSON",
        help="Who decides: a person's id or e-mail in the operating model.",
    ),
]
Reason = Annotated[
    str,
    typer.Option("--reason", metavar="TEXT", help="Why; the comments in all tools show it."),
]

Load = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Start with its jira.json and salesforce.json, or its recordings."
    ),
]
State = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Keep changes in this folder; a later start continues from them."
    ),
]
JiraPort = Annotated[int, typer.Option(metavar="PORT", help="0 chooses a free port.")]
SalesforcePort = Annotated[int, typer.Option(metavar="PORT", help="0 chooses a free port.")]
GitHubPort = Annotated[int, typer.Option(metavar="PORT", help="0 chooses a free port.")]

Serve = Annotated[
    bool, _build_flag("--serve", "Keep the tools and the Dagster UI running until Ctrl-C.")
]
Fresh = Annotated[bool, _build_flag("--fresh", "Start with a fresh story, even on the same day.")]


@app.callback()
def interlock(version: Version = False) -> None:
    """Find where one function's plan breaks another's, and say so in the tools people already use.

    Every command works on an instance folder: interlock.yaml (the connected
    tools) and operating_model/ (who plans, who decides). INTERLOCK_HOME names
    it; the default is dagster_home in the current folder.

    To try it, run `interlock demo`. For your own tools: `interlock init FOLDER`,
    fill in the files, then `interlock check`, `interlock sync`, and
    `interlock conflicts`.

    Exit codes
      0  success
      1  something was refused, or could not be read or written
      2  the call, interlock.yaml or the operating model is wrong
      3  another sync is running
    """


@app.command()
def init(folder: Folder) -> None:
    """Create an instance folder: settings to fill in, a small operating model, dagster.yaml.

    Existing files are never overwritten.

    Example
      interlock init my-office
      export INTERLOCK_HOME=my-office
    """
    from pipelines.cli.init import init

    init(folder)


@app.command()
def check(json: Json = False) -> None:
    """Check the settings, the operating model, the warehouse and the access to each tool.

    Nothing is written into any tool. Each problem is printed with what to do
    about it: ✗ would stop a sync (exit code 1), ! only limits it.
    """
    from pipelines.cli.check import check

    check(json=json)


@app.command()
def sync(dry_run: SyncDryRun = False, json: Json = False) -> None:
    """Run a full sync: pull all tools, find conflicts, update the comments.

    While `comments.mode` in interlock.yaml is dry-run, as it is in a new
    instance, no comment is written. A tool that cannot be read or written does
    not stop the others; the exit code is then 1.
    """
    from pipelines.cli.sync import sync

    sync(dry_run=dry_run, json=json)


@app.command()
def conflicts(json: Json = False, all_: All = False) -> None:
    """List the conflicts that the last sync found, worst first, with who decides and by when.

    No tool is read. The exit code is 0 whether or not there are conflicts.
    """
    from pipelines.cli.conflicts import conflicts

    conflicts(include_resolved=all_, json=json)


@app.command()
def explain(name: Name, as_of: AsOf = None, svg: Svg = None, json: Json = False) -> None:
    """Explain why an item has its forecast and who waits for it, or what a conflict is about.

    For an item: the chain of items that determines its dates, each date with
    the tool and the field it comes from; its slack; the items downstream of it.

    Examples
      interlock explain CDP-12
      interlock explain CDP-12 --as-of 2026-03-02 --svg chain.svg
      interlock explain C-1a2b3c4d5e
    """
    from pipelines.cli.explain import explain

    explain(name, as_of=as_of, svg=svg, json=json)


@app.command()
def comments(dry_run: CommentsDryRun = False, json: Json = False) -> None:
    """Compare the comments in each tool with what they should say, and write the difference.

    While `comments.mode` in interlock.yaml is dry-run, the comments are only
    shown, as with --dry-run. A tool that cannot be reached does not stop the
    others; the exit code is then 1, as it is when a comment was refused.

    --json lists for each comment the action (create, edit, resolve, postpone),
    the place, the text, and whether it was written; a dry run has the same form.
    """
    from pipelines.cli.comments import comments

    comments(dry_run=dry_run, json=json)


@app.command()
def decide(
    conflict: Conflict, verdict: Verdict, person: Person, reason: Reason, json: Json = False
) -> None:
    """Record a decision, if the person has the right to it; otherwise name who may decide.

    hold     the date holds: the function that is late changes its plan
    move     the date moves: the function that waits changes its plan
    accept   accepted: both carry the risk as it stands
    dismiss  dismissed: this is not a conflict

    The next sync updates the comments; `interlock comments` does it at once.
    The exit code is 1 when the decision is refused.

    Example
      interlock decide C-1a2b3c4d5e --verdict move --as ada@example.com \\
        --reason "The fair is in May anyway"
    """
    from pipelines.cli.decide import decide

    decide(conflict, verdict, person, reason, json=json)


@app.command()
def sandbox(
    jira_port: JiraPort = 8701,
    salesforce_port: SalesforcePort = 8702,
    github_port: GitHubPort = 8703,
    load: Load = None,
    state: State = None,
) -> None:
    """Run stand-ins of Jira, Salesforce and GitHub until Ctrl-C, and print their addresses.

    Without --load and --state they show the demo as its last run left it.
    """
    from pipelines.cli.sandbox import sandbox

    sandbox(jira_port, salesforce_port, github_port, load, state)


@app.command()
def demo(serve: Serve = False, fresh: Fresh = False) -> None:
    """Start the demo's tools, sync them with Dagster, and show what was found and written.

    A second run on the same day pulls only what changed; on another day the
    story starts again. Only the demo's own stand-ins and files are changed.
    """
    from pipelines.cli.demo import demo

    demo(serve=serve, fresh=fresh)
