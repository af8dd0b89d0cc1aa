"""The commands with their help and examples.

Only the command-line library is imported here, so that help and completion are immediate. Each
command imports the module of its own name when it is called.
"""

from __future__ import annotations

import typer

from pipelines.cli.arguments import (
    All,
    AsOf,
    AuditedConflict,
    Because,
    CommentsDryRun,
    Conflict,
    ConflictsAsOf,
    ConnectionName,
    Expect,
    ExportedRows,
    ExportForm,
    Folder,
    ForumName,
    Fresh,
    GitHubPort,
    Head,
    Html,
    JiraPort,
    Json,
    Late,
    ListedConflict,
    Load,
    Markdown,
    Name,
    NeededBy,
    Needs,
    On,
    Person,
    ProblemsOf,
    Raiser,
    Reason,
    Releaser,
    ReleaseReason,
    Reread,
    SalesforcePort,
    Serve,
    Setting,
    State,
    Svg,
    SyncDryRun,
    Verdict,
    Version,
    Waiting,
    Withdraw,
)
from pipelines.cli.exit_codes import describe_exit_codes

# Typer's own tracebacks show local variables, which may hold secrets.
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog=describe_exit_codes(),
)


@app.callback()
def interlock(version: Version = False) -> None:
    """Find where one function's plan breaks another's, and say so in the tools people already use.

    Every command works on an instance folder: interlock.yaml (the connected
    tools) and operating_model/ (who plans, who decides). INTERLOCK_HOME names
    it; the default is dagster_home in the current folder.

    To try it, run `interlock demo`. For your own tools: `interlock init FOLDER`,
    fill in the files, then `interlock check`, `interlock sync`, and
    `interlock conflicts`.
    """


@app.command()
def init(folder: Folder) -> None:
    """Create an instance folder: settings to fill in, a small operating model, dagster.yaml.

    Existing files are never overwritten.

    Example
      interlock init my-office
      export INTERLOCK_HOME=$PWD/my-office
    """
    from pipelines.cli.init import init

    init(folder)


@app.command()
def check(json: Json = False) -> None:
    """Check the settings, the operating model, the warehouse and the access to each tool.

    Nothing is written into any tool. Each problem is printed with what to do
    about it: ✗ would stop a sync (the exit code is then 1, or 2 where a setting
    is wrong), ! only limits it.
    """
    from pipelines.cli.check import check

    check(json=json)


@app.command()
def sync(dry_run: SyncDryRun = False, reread: Reread = None, json: Json = False) -> None:
    """Run a full sync: pull all tools, find conflicts, update the comments.

    While `comments.mode` in interlock.yaml is dry-run, as it is in a new
    instance, no comment is written. A tool that cannot be read or written does
    not stop the others; the exit code is then 1. It is 4 where all else went
    well and a comment was refused that needs a person.
    """
    from pipelines.cli.sync import sync

    sync(dry_run=dry_run, json=json, reread=reread or ())


@app.command()
def conflicts(
    conflict: ListedConflict = None,
    as_of: ConflictsAsOf = None,
    json: Json = False,
    all_: All = False,
) -> None:
    """List the conflicts that the last sync found, worst first, with who decides and by when.

    No tool is read. The exit code is 0 whether or not there are conflicts. A past
    day is answered from the record, with the operating model of that day.

    Examples
      interlock conflicts
      interlock conflicts C-1a2b3c4d5e --as-of 2027-01-15
    """
    if conflict is not None:
        from pipelines.cli.card import card

        card(conflict, as_of=as_of, json=json)
        return
    from pipelines.cli.conflicts import conflicts

    conflicts(include_resolved=all_, as_of=as_of, json=json)


@app.command()
def decisions(as_of: ConflictsAsOf = None, json: Json = False) -> None:
    """List all decisions, the newest first: what was decided, by whom, and what became of it.

    Examples
      interlock decisions
      interlock decisions --as-of 2027-01-15 --json
    """
    from pipelines.cli.decisions import decisions

    decisions(as_of=as_of, json=json)


@app.command()
def problems(connection: ProblemsOf = None, json: Json = False) -> None:
    """List the records that are held and the fields that are left out, why, and what to do.

    Held records come first: they are not in the plan, or only as they last were.
    What is corrected in its tool or in the settings goes with the next sync. No
    tool is read. The exit code is 0 whether or not there are problems.

    Examples
      interlock problems
      interlock problems it-jira --json
    """
    from pipelines.cli.problems import problems

    problems(connection, json=json)


@app.command()
def explain(name: Name, as_of: AsOf = None, svg: Svg = None, json: Json = False) -> None:
    """Explain why an item has its forecast and who waits for it, or what a conflict is about.

    For an item: the chain of items that determines its dates, each date with
    the tool and the field it comes from; its slack; the items downstream of it.
    For a record that is held: why, and what to do.

    Examples
      interlock explain CDP-12
      interlock explain CDP-12 --as-of 2026-03-02 --svg chain.svg
      interlock explain C-1a2b3c4d5e
    """
    from pipelines.cli.explain import explain

    explain(name, as_of=as_of, svg=svg, json=json)


@app.command()
def why(item: Late, json: Json = False) -> None:
    """Tell from history which record took the time that an item, milestone or deal is late.

    Each line has the day, the record that slipped, by how many working days
    that moved the item, and what had changed. The days add up to the whole
    delay since the date that was promised first. Below: which conflicts had been
    flagged when, and what was decided.

    Example
      interlock why MK-201
    """
    from pipelines.cli.why import why

    why(item, json=json)


@app.command()
def comments(dry_run: CommentsDryRun = False, json: Json = False) -> None:
    """Compare the comments in each tool with what they should say, and write the difference.

    While `comments.mode` in interlock.yaml is dry-run, the comments are only
    shown, as with --dry-run. A tool that cannot be reached does not stop the
    others; the exit code is then 1. It is 4 where a comment was refused that
    needs a person.

    --json lists for each comment the action (create, edit, resolve, postpone),
    the place, the text, and whether it was written; a dry run has the same form.
    """
    from pipelines.cli.comments import comments

    comments(dry_run=dry_run, json=json)


@app.command()
def decide(
    conflict: Conflict,
    verdict: Verdict = None,
    person: Person = None,
    settings: Setting = None,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Record a decision, if the person has the right to it; otherwise name who may decide.

    Without a verdict it lists the options of the conflict and their fields, each
    with the value that it takes if nothing is set. A decision that is in force is
    replaced by its author, a right that reaches as far, or a higher level.

    The next sync updates the comments; `interlock comments` does it at once.
    The exit code is 4 when the decision is refused.

    Examples
      interlock decide C-1a2b3c4d5e
      interlock decide C-1a2b3c4d5e --verdict accept --set until=2027-03-31 \\
        --as ada@example.com --reason "The fair is in May anyway"
    """
    from pipelines.cli.decide import decide, print_options

    if verdict is None:
        print_options(conflict)
        return
    if person is None:
        raise typer.BadParameter("a decision needs --as PERSON")
    decide(conflict, verdict, person, reason, settings or [], json=json)


@app.command()
def agenda(
    forum: ForumName,
    on: On = None,
    markdown: Markdown = False,
    html: Html = False,
    json: Json = False,
) -> None:
    """Print what a forum has to decide at its next meeting, and what became of its decisions.

    Each point has its options and what follows from them. What is not to be
    decided there is not on it. Deadlines and levels are those of the day of the
    meeting. Without a point it says that no meeting is needed.

    Examples
      interlock agenda steering-committee
      interlock agenda steering-committee --html > agenda.html
    """
    from pipelines.cli.agenda import AgendaForm, agenda

    forms = {AgendaForm.MARKDOWN: markdown, AgendaForm.HTML: html, AgendaForm.JSON: json}
    chosen = [form for form, is_set in forms.items() if is_set]
    if len(chosen) > 1:
        raise typer.BadParameter("give one of --markdown, --html and --json")
    agenda(forum, on, chosen[0] if chosen else AgendaForm.TEXT)


@app.command()
def replies(json: Json = False) -> None:
    """List what people wrote to Interlock in the tools, and what came of it.

    Each command of a reply has its outcome: decided, agreed, seen, owner named,
    escalated, not ours, risk raised, nothing new, to be confirmed, refused or
    not understood; and what its author is told in our comment.
    """
    from pipelines.cli.replies import replies

    replies(json=json)


@app.command("raise")
def raise_(
    record: Waiting,
    needs: Needs,
    person: Raiser,
    by: NeededBy = None,
    because: Because = "",
    withdraw: Withdraw = False,
) -> None:
    """Open a conflict by hand: a record needs another one by a day, whatever the plans say.

    It is commented on and decided like any other, credited to the person, and
    ends when the other record is done, when its date fits, or when the person
    withdraws it. The exit code is 4 when a record is not known.

    Examples
      interlock raise MK-201 --needs CDP-18 --by 2027-01-12 \\
        --because "The vendor slipped" --as ada@example.com
      interlock raise MK-201 --needs CDP-18 --withdraw --as ada@example.com
    """
    from pipelines.cli.raise_risk import raise_risk, withdraw_risk

    if withdraw:
        withdraw_risk(record, needs, person)
        return
    if by is None or not because.strip():
        raise typer.BadParameter("a risk needs --by YYYY-MM-DD and --because TEXT")
    raise_risk(record, needs, by.date(), because.strip(), person)


@app.command()
def release(connection: ConnectionName, reason: ReleaseReason, person: Releaser = None) -> None:
    """Let a change of a connection pass that a sync holds because of its size.

    A change that would remove or alter more than `mass_change` in interlock.yaml
    allows is held, and the former state counts, until a second read confirms it.
    This maps it at once and records who released it, when and why, in the record
    that `interlock audit` verifies. The exit code is 4 when nothing of the
    connection is held, or the operating model does not know the person.

    Example
      interlock release it-jira --as ada@example.com --reason "It was archived"
    """
    from pipelines.cli.release import release

    release(connection, person, reason)


@app.command()
def audit(
    conflict: AuditedConflict = None,
    head: Head = False,
    expect: Expect = None,
    json: Json = False,
) -> None:
    """Verify that the record of conflicts and decisions is whole, or print that of one conflict.

    Each event, decision, release and applied operating model has a number and a
    hash that depends on all before it. The first one that was altered, removed,
    inserted or reordered is named, and the exit code is then 6. That the end
    was cut off shows only against a hash that you kept outside.

    Examples
      interlock audit verify
      interlock audit --head > head.txt
      interlock audit --expect "$(cat head.txt)"
      interlock audit C-1a2b3c4d5e
    """
    from pipelines.cli.audit import audit

    # `interlock audit verify` is what people type who know such commands.
    audit(None if conflict == "verify" else conflict, head=head, expect=expect, json=json)


@app.command()
def measures(json: Json = False) -> None:
    """Print how well conflicts are decided: over the last twelve weeks, in working days.

    By rule: how many are open, the median days to a decision and its limit,
    escalations, reopened and dismissed ones, the warning time before the other
    side needs it. A rule that is often dismissed is marked as noisy. Then the
    open conflicts by function, and the comments per person and week.
    """
    from pipelines.cli.measures import measures

    measures(json=json)


@app.command()
def export(what: ExportedRows, form: ExportForm = "jsonl") -> None:
    """Write conflicts, decisions or events to standard output, for other programs.

    JSON Lines have one object per line. In CSV, text that a spreadsheet would take
    for a formula begins with an apostrophe. Instants are in UTC. The events have
    the number and the hash of their entry in the record that `interlock audit` verifies.

    Examples
      interlock export decisions > decisions.jsonl
      interlock export conflicts --format csv > conflicts.csv
    """
    from pipelines.cli.export import Exported, ExportFormat, export

    export(Exported(what), ExportFormat(form))


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
