"""A site built from recorded responses of a real Jira: CSV files with the JSON in column `data`.

The files are those of Apache DevLake's raw layer (`_raw_jira_api_issues.csv` and its siblings):
responses of REST API version 2. Fields stay as they were recorded, odd ones too; only rich text is
converted, because version 3 has documents in its place.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from pathlib import Path

import orjson

from connectors.sandbox import adf
from connectors.sandbox.jira.build_site import own_account
from connectors.sandbox.jira.defaults import SYSTEM_FIELDS, custom_field, system_field
from connectors.sandbox.jira.file_format import AccountEntry
from connectors.sandbox.jira.site import JiraSite, StoredIssue
from connectors.sandbox.json_http import Json

ISSUES = "_raw_jira_api_issues.csv"
CHANGELOGS = "_raw_jira_api_issue_changelogs.csv"
STATUSES = "_raw_jira_api_status.csv"
RICH_TEXT = ("description", "environment")
LONGEST_CELL = 50_000_000

log = logging.getLogger(__name__)


def is_recording(directory: Path) -> bool:
    """Whether a folder holds recorded responses."""
    return (directory / ISSUES).exists()


def load_recorded(directory: Path, base_url: str) -> JiraSite:
    """The recorded issues as a site in which the connection's account may see everything.

    The files of changelogs and statuses may be missing. A warning lists the issues whose changelog
    was recorded without the issue itself.
    """
    account = AccountEntry()
    site = JiraSite(base_url, account.email, account.token, account.account_id)
    site.users[account.account_id] = own_account(site, account)
    site.fields = {id_: system_field(id_) for id_ in SYSTEM_FIELDS}
    site.statuses = {status["id"]: status for _, status in _rows(directory / STATUSES)}
    for _, recorded in _rows(directory / ISSUES):
        _add_issue(site, recorded)
    unknown_ids = [
        str(parameters["issue_id"])
        for parameters, change in _rows(directory / CHANGELOGS)
        if not _add_change(site, str(parameters["issue_id"]), change)
    ]
    if unknown_ids:
        log.warning(
            "%d recorded changelog entries belong to issues that were not recorded: %s",
            len(unknown_ids),
            ", ".join(dict.fromkeys(unknown_ids)),
        )
    return site


def _rows(path: Path) -> Iterator[tuple[Json, Json]]:
    """Parameters (column `input`) and response (column `data`) of each recorded request."""
    if not path.exists():
        return
    # A recorded response with a long changelog exceeds the default limit of 128 KiB, which is one
    # for the whole process: files that connectors read have to keep theirs.
    usual = csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    finally:
        csv.field_size_limit(usual)
    for row in rows:
        yield orjson.loads(row["input"] or "{}") or {}, orjson.loads(row["data"])


def _add_issue(site: JiraSite, recorded: Json) -> None:
    fields: Json = recorded["fields"]
    comments = (fields.pop("comment", None) or {}).get("comments", [])
    histories = (recorded.get("changelog") or {}).get("histories", [])
    for name in RICH_TEXT:
        fields[name] = _read_text(fields.get(name))
    issue = StoredIssue(recorded["id"], recorded["key"], fields)
    issue.comments = [
        comment | {"body": _read_text(comment["body"]), "properties": []} for comment in comments
    ]
    site.add_issue(issue)
    for change in histories:
        _add_change(site, issue.id, change)
    _add_to_tables(site, fields)


def _read_text(text: object) -> object:
    return adf.text_to_document(text) if isinstance(text, str) and text.strip() else None


def _add_change(site: JiraSite, issue_id: str, change: Json) -> bool:
    """Add a changelog entry to its issue, once; False where there is no such issue."""
    issue = site.issues.get(issue_id)
    if issue is None:
        return False
    if all(entry["id"] != change["id"] for entry in issue.changelog):
        issue.changelog.append(change | {"items": [_item(item) for item in change["items"]]})
        issue.changelog.sort(key=lambda entry: (entry["created"], int(entry["id"])))
    return True


ITEM_MEMBERS = ("field", "fieldId", "fieldtype", "from", "fromString", "to", "toString")


def _item(recorded: Json) -> Json:
    """An item without the undocumented members that version 2 has besides."""
    return {name: recorded[name] for name in ITEM_MEMBERS if name in recorded}


def _add_to_tables(site: JiraSite, fields: Json) -> None:
    """Add what the issue refers to, to the tables of the site that lack it."""
    for role in ("assignee", "reporter", "creator"):
        if user := fields.get(role):
            site.users.setdefault(user["accountId"], user)
    for table, name in (
        (site.projects, "project"),
        (site.statuses, "status"),
        (site.priorities, "priority"),
        (site.issue_types, "issuetype"),
    ):
        if row := fields.get(name):
            table.setdefault(row["id"], row)
    for version in fields.get("fixVersions") or []:
        row = version | {"projectId": int(fields["project"]["id"])}
        site.versions.setdefault(version["id"], row)
    for name in fields:
        if name.startswith("customfield_"):
            site.fields.setdefault(name, custom_field(name, name, "any"))
