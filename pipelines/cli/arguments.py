"""The arguments and options of the commands, with their help."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer


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
Reread = Annotated[
    list[str] | None,
    typer.Option(
        "--reread",
        metavar="CONNECTION",
        help="Read this connection from its beginning; may be given several times.",
    ),
]
CommentsDryRun = Annotated[
    bool, _build_flag("--dry-run", "Show every comment in full and write nothing.")
]

ConnectionName = Annotated[
    str, typer.Argument(metavar="CONNECTION", help="Its name in interlock.yaml.")
]
ProblemsOf = Annotated[
    str | None,
    typer.Argument(metavar="[CONNECTION]", help="Only the problems of this connection."),
]
ReleaseReason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why the change is true; it is recorded.")
]
Releaser = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="PERSON",
        help="Who releases it: a person's id or e-mail in the operating model; the account's name "
        "if left out.",
    ),
]

ListedConflict = Annotated[
    str | None,
    typer.Argument(
        metavar="[CONFLICT]", help="Print this conflict in full: its card, who may decide it."
    ),
]
ConflictsAsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="How it stood at the end of that day, in the model's time zone.",
    ),
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

Late = Annotated[
    str,
    typer.Argument(metavar="KEY", help="The key, web address or reference of an item or deal."),
]

Conflict = Annotated[
    str,
    typer.Argument(
        metavar="CONFLICT",
        help="The conflict's id (C-1a2b3c4d5e); `interlock conflicts` lists all ids.",
    ),
]
Verdict = Annotated[
    str | None,
    typer.Option(
        "--verdict",
        metavar="OPTION",
        help="One of the options that its rule offers; without it they are listed.",
    ),
]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A field of the option; may be repeated."),
]
Person = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="PERSON",
        help="Who decides: a person's id or e-mail in the operating model.",
    ),
]
Reason = Annotated[
    str,
    typer.Option(
        "--reason",
        metavar="TEXT",
        help="Why; the comments in all tools show it. Some options need it.",
    ),
]

ExportedRows = Annotated[
    Literal["conflicts", "decisions", "events"],
    typer.Argument(metavar="WHAT", help="conflicts, decisions or events."),
]
ExportForm = Annotated[
    Literal["jsonl", "csv"], typer.Option("--format", metavar="FORMAT", help="jsonl or csv.")
]

ForumName = Annotated[str, typer.Argument(metavar="FORUM", help="Its id in the operating model.")]
On = Annotated[
    datetime | None,
    typer.Option(
        "--on",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The first meeting on this day or later, today if left out; of a past day the agenda "
        "as it was then.",
    ),
]
Markdown = Annotated[bool, _build_flag("--markdown", "Print Markdown.")]
Html = Annotated[bool, _build_flag("--html", "Print a page of HTML that needs no other file.")]

Waiting = Annotated[
    str, typer.Argument(metavar="RECORD", help="Key, web address or reference of what waits.")
]
Needs = Annotated[
    str, typer.Option("--needs", metavar="KEY", help="What it needs, by its key or web address.")
]
NeededBy = Annotated[
    datetime | None,
    typer.Option("--by", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="By which day."),
]
Because = Annotated[
    str, typer.Option("--because", metavar="TEXT", help="Why; the comments in all tools show it.")
]
Raiser = Annotated[
    str,
    typer.Option(
        "--as", metavar="PERSON", help="Who: a person's id or e-mail in the operating model."
    ),
]
Withdraw = Annotated[
    bool, _build_flag("--withdraw", "Withdraw the risk that this person has raised.")
]

AuditedConflict = Annotated[
    str | None,
    typer.Argument(metavar="[CONFLICT]", help="Print the whole record of this conflict instead."),
]
Head = Annotated[
    bool, _build_flag("--head", "Print only the hash of the newest entry, to keep it elsewhere.")
]
Expect = Annotated[
    str | None,
    typer.Option(
        "--expect",
        metavar="HASH",
        help="A hash that --head printed: it has to be in the chain still.",
    ),
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
