"""A site made from recorded answers of a real Jira: CSV files with the JSON in column `data`.

The files are those of Apache DevLake's raw layer (`_raw_jira_api_issues.csv` and its siblings):
answers of REST API version 2. Fields are kept as they were recorded, odd ones too; only rich
text, which version 3 answers as documents, is turned into documents.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from pathlib import Path

import orjson

from connectors.sandbox import adf
from connectors.sandbox.answers import Json
from connectors.sandbox.jira.building import own_account
from connectors.sandbox.jira.defaults import SYSTEM_FIELDS, custom_field, system_field
from connectors.sandbox.jira.files import Account
from connectors.sandbox.jira.site import Issue, JiraSite

ISSUES = "_raw_jira_api_issues.csv"
CHANGELOGS = "_raw_jira_api_issue_changelogs.csv"
STATUSES = "_raw_jira_api_status.csv"
RICH_TEXT = ("description", "environment")
LONGEST_CELL = 50_000_000

log = logging.getLogger(__name__)


def is_recording(directory: Path) -> bool:
    return (directory / ISSUES).exists()


def load_recorded(directory: Path, base_url: str) -> JiraSite:
    """The recorded issues as a site of which the connection's account may see everything.

    The files of changelogs and statuses may be missing. Changelog entries of issues that were
    not recorded cannot be shown; a warning counts them.
    """
    account = Account()
    site = JiraSite(base_url, account.email, account.token, account.account_id)
    site.users[account.account_id] = own_account(site, account)
    site.fields = {id_: system_field(id_) for id_ in SYSTEM_FIELDS}
    site.statuses = {status["id"]: status for _, status in _rows(directory / STATUSES)}
    for _, recorded in _rows(directory / ISSUES):
        _add(site, recorded)
    left_out = [
        str(asked["issue_id"])
        for asked, change in _rows(directory / CHANGELOGS)
        if not _log(site, str(asked["issue_id"]), change)
    ]
    if left_out:
        log.warning(
            "%d recorded changelog entries belong to issues that were not recorded: %s",
            len(left_out),
            ", ".join(dict.fromkeys(left_out)),
        )
    return site


def _rows(path: Path) -> Iterator[tuple[Json, Json]]:
    """What was asked (column `input`), and what was answered (column `data`)."""
    if not path.exists():
        return
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield orjson.loads(row["input"] or "{}") or {}, orjson.loads(row["data"])


def _add(site: JiraSite, recorded: Json) -> None:
    fields: Json = recorded["fields"]
    comments = (fields.pop("comment", None) or {}).get("comments", [])
    histories = (recorded.get("changelog") or {}).get("histories", [])
    for name in RICH_TEXT:
        fields[name] = _document(fields.get(name))
    issue = Issue(recorded["id"], recorded["key"], fields)
    issue.comments = [one | {"body": _document(one["body"]), "properties": []} for one in comments]
    site.add_issue(issue)
    for change in histories:
        _log(site, issue.id, change)
    _list_names(site, fields)


def _document(text: object) -> object:
    return adf.paragraphs(text) if isinstance(text, str) and text.strip() else None


def _log(site: JiraSite, issue_id: str, change: Json) -> bool:
    """Add a changelog entry to its issue, once; False when there is no such issue."""
    issue = site.issues.get(issue_id)
    if issue is None:
        return False
    if all(one["id"] != change["id"] for one in issue.changelog):
        issue.changelog.append(change | {"items": [_item(item) for item in change["items"]]})
        issue.changelog.sort(key=lambda one: (one["created"], int(one["id"])))
    return True


ITEM = ("field", "fieldId", "fieldtype", "from", "fromString", "to", "toString")


def _item(recorded: Json) -> Json:
    """Without the temporary parts that version 2 has beside the published ones."""
    return {name: recorded[name] for name in ITEM if name in recorded}


def _list_names(site: JiraSite, fields: Json) -> None:
    """Put what the issue names into the site's tables, as far as they do not have it."""
    for role in ("assignee", "reporter", "creator"):
        if person := fields.get(role):
            site.users.setdefault(person["accountId"], person)
    for table, name in (
        (site.projects, "project"),
        (site.statuses, "status"),
        (site.priorities, "priority"),
        (site.issue_types, "issuetype"),
    ):
        if one := fields.get(name):
            table.setdefault(one["id"], one)
    for version in fields.get("fixVersions") or []:
        known = version | {"projectId": int(fields["project"]["id"])}
        site.versions.setdefault(version["id"], known)
    for name in fields:
        if name.startswith("customfield_"):
            site.fields.setdefault(name, custom_field(name, name, "any"))
