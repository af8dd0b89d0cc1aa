"""What a person types and reads: the commands with their options, help and examples.

Nothing here imports more than the library of the command line. Each command imports the module
of its name when it is called.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _flag(name: str, help_: str, **more: Any) -> Any:
    """An option that takes no value, and shows none in the help."""
    return typer.Option(name, help=help_, metavar="", **more)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"interlock {version('interlock')}")
        raise typer.Exit


Version = Annotated[
    bool, _flag("--version", "Show the version and exit.", callback=_version, is_eager=True)
]
Json = Annotated[bool, _flag("--json", "Print JSON, for machines.")]

Folder = Annotated[
    Path,
    typer.Argument(metavar="FOLDER", help="The new instance folder; made if it is not there."),
]

SyncDryRun = Annotated[
    bool, _flag("--dry-run", "Write no comment; then `interlock comments --dry-run` shows them.")
]
CommentsDryRun = Annotated[
    bool, _flag("--dry-run", "Show every word that would be written; write nothing.")
]

All = Annotated[bool, _flag("--all", "Resolved ones too.")]

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="An item's key (CDP-12), web address or reference; or a conflict's id (C-1a2b3c4d5e).",
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="Explain the item as it stood at the end of that day.",
    ),
]
Svg = Annotated[
    Path | None,
    typer.Option("--svg", metavar="FILE", help="Write a picture of the item's chain there."),
]

Conflict = Annotated[
    str,
    typer.Argument(
        metavar="CONFLICT",
        help="The conflict's id, like C-1a2b3c4d5e; `interlock conflicts` lists them.",
    ),
]
Verdict = Annotated[
    str,
    typer.Option("--verdict", metavar="OPTION", help="What is decided: an option of its rule."),
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
    typer.Option("--reason", metavar="TEXT", help="Why; it stands in the comments for everybody."),
]

Load = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Begin with its jira.json and salesforce.json, or its recordings."
    ),
]
State = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Keep what changes there; a later start goes on with it."),
]
JiraPort = Annotated[int, typer.Option(metavar="PORT", help="0 takes a free one.")]
SalesforcePort = Annotated[int, typer.Option(metavar="PORT", help="0 takes a free one.")]

Serve = Annotated[
    bool, _flag("--serve", "Leave the tools and the Dagster UI running until Ctrl-C.")
]
Fresh = Annotated[bool, _flag("--fresh", "Begin anew, even on the same day.")]


@app.callback()
def interlock(version: Version = False) -> None:
    """Find where one function's plan breaks another's, and say so in the tools people already use.

    INTERLOCK_HOME names the instance folder (default: dagster_home here).
    Start with `interlock demo` in a checkout, or with `interlock init FOLDER`
    for tools of your own.

    Exit codes
      0  all is well
      1  something was refused, or could not be read or written
      2  the call, interlock.yaml or the operating model is wrong
      3  another sync is at work
    """


@app.command()
def init(folder: Folder) -> None:
    """Write a new instance folder: settings to fill in, a small operating model, dagster.yaml.

    Nothing that is there already is overwritten.

    Example
      interlock init my-office
      export INTERLOCK_HOME=my-office
    """
    from pipelines.cli.init import init

    init(folder)


@app.command()
def check(json: Json = False) -> None:
    """Check settings, operating model, warehouse, and the access to each tool.

    Nothing is written into a tool. Exit code 1 when something would stop a
    sync; what only limits one is marked with ! and stops nothing.
    """
    from pipelines.cli.check import check

    check(json=json)


@app.command()
def sync(dry_run: SyncDryRun = False, json: Json = False) -> None:
    """Pull all tools, find conflicts, and bring the comments to what they should say.

    No comment is written while `comments.mode` in interlock.yaml is dry-run,
    as it is in a new instance. A tool that cannot be read or written does not
    stop the others; the exit code is then 1.
    """
    from pipelines.cli.sync import sync

    sync(dry_run=dry_run, json=json)


@app.command()
def conflicts(json: Json = False, all_: All = False) -> None:
    """List conflicts, worst first: severity, what, between which functions, who decides by when.

    They are those that the last sync found; no tool is asked. Conflicts do not
    change the exit code: it is 0 also when there are some.
    """
    from pipelines.cli.conflicts import conflicts

    conflicts(include_resolved=all_, json=json)


@app.command()
def explain(name: Name, as_of: AsOf = None, svg: Svg = None, json: Json = False) -> None:
    """Explain why an item is forecast when it is and who waits for it, or what a conflict is about.

    For an item: its driving chain up to the source, each date with the tool and
    the field it stands in; its slack; what lies downstream.

    Examples
      interlock explain CDP-12
      interlock explain CDP-12 --as-of 2026-03-02 --svg chain.svg
      interlock explain C-1a2b3c4d5e
    """
    from pipelines.cli.explain import explain

    explain(name, as_of=as_of, svg=svg, json=json)


@app.command()
def comments(dry_run: CommentsDryRun = False, json: Json = False) -> None:
    """Compare what each tool should say with what it says, and write the difference.

    While `comments.mode` in interlock.yaml is dry-run, the words are only
    shown, as with --dry-run. A tool that cannot be reached does not stop the
    others; the exit code is then 1, as it is when a comment was refused.

    --json tells of each comment what is done (create, edit, resolve, postpone),
    where, in which words, and whether it was written; a dry run tells the same.
    """
    from pipelines.cli.comments import comments

    comments(dry_run=dry_run, json=json)


@app.command()
def decide(
    conflict: Conflict, verdict: Verdict, person: Person, reason: Reason, json: Json = False
) -> None:
    """Record a decision, if that person has the right to it; otherwise say who may.

    hold     the date holds: the function that is late changes its plan
    move     the date moves: the function that waits changes its plan
    accept   accepted: both carry the risk as it stands
    dismiss  dismissed: this is not a conflict

    The comments follow with the next sync, or with `interlock comments`. Exit
    code 1 when the decision does not count.

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
    load: Load = None,
    state: State = None,
) -> None:
    """Run stand-ins of Jira and Salesforce until Ctrl-C; their first lines are their addresses.

    Without --load and --state they show the demo, as its last run left it.
    """
    from pipelines.cli.sandbox import sandbox

    sandbox(jira_port, salesforce_port, load, state)


@app.command()
def demo(serve: Serve = False, fresh: Fresh = False) -> None:
    """Start the demo's tools, sync them through Dagster, and show what was found and written.

    Run again on the same day it pulls only what changed; on another day the
    story begins anew. It writes into nothing but its own stand-ins and files.
    """
    from pipelines.cli.demo import demo

    demo(serve=serve, fresh=fresh)
