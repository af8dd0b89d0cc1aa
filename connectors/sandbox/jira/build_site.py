"""A site built from a file: tables first, then issues with their fields, history and links."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime

from connectors.sandbox import adf
from connectors.sandbox.jira.changelog import change_items
from connectors.sandbox.jira.defaults import (
    PRIORITIES,
    SYSTEM_FIELDS,
    custom_field,
    system_field,
)
from connectors.sandbox.jira.file_format import (
    AccountEntry,
    IssueEntry,
    JiraFile,
    JiraUserEntry,
    ProjectEntry,
)
from connectors.sandbox.jira.shapes import CATEGORIES
from connectors.sandbox.jira.site import JiraSite, StoredIssue, format_timestamp
from connectors.sandbox.json_http import Json
from connectors.sandbox.storage import UnlistedName


def build(file: JiraFile, base_url: str) -> JiraSite:
    """The site of a file, at this URL.

    Raises UnlistedName with the issue and the name where it refers to something the file lacks.
    """
    account = file.account
    site = JiraSite(base_url, account.email, account.token, account.account_id)
    _fill_tables(site, file)
    # All issues first: links and parents may refer to issues that come later in the file.
    for entry in file.issues:
        site.add_issue(StoredIssue(site.next_id(), entry.key, {}))
    for entry in file.issues:
        try:
            _fill_issue(site, site.issues[site.keys[entry.key.upper()]], entry)
        except KeyError as error:
            raise UnlistedName(f"jira: {entry.key} names {error}, which is not listed") from error
    return site


def own_account(site: JiraSite, account: AccountEntry) -> Json:
    """The connection's own account as a user of the site."""
    return _user(site, JiraUserEntry(**account.model_dump(exclude={"token"})))


def _fill_tables(site: JiraSite, file: JiraFile) -> None:
    site.users = {file.account.account_id: own_account(site, file.account)}
    site.users |= {user.account_id: _user(site, user) for user in file.users}
    site.fields = {id_: system_field(id_) for id_ in SYSTEM_FIELDS}
    site.fields |= {
        field.id: custom_field(field.id, field.name, field.type) for field in file.fields
    }
    for number, status in enumerate(file.statuses, 10_001):
        site.statuses[str(number)] = _status(site, number, status.name, status.category)
    for number, name in enumerate(PRIORITIES, 1):
        site.priorities[str(number)] = _named(site, "priority", str(number), name)
    # A file does not list issue types: those that its issues have are the site's.
    type_names = dict.fromkeys(entry.type for entry in file.issues)
    for number, name in enumerate(type_names, 10_001):
        subtask = {"subtask": name == "Sub-task"}
        site.issue_types[str(number)] = _named(site, "issuetype", str(number), name) | subtask
    for number, project in enumerate(file.projects, 10_000):
        _add_project(site, number, project)


def _user(site: JiraSite, person: JiraUserEntry) -> Json:
    """A UserDetails of the REST API."""
    return {
        "self": f"{site.base_url}/rest/api/3/user?accountId={person.account_id}",
        "accountId": person.account_id,
        "accountType": "atlassian",
        "emailAddress": person.email,
        "displayName": person.display_name,
        "active": person.active,
        "timeZone": person.time_zone,
        "avatarUrls": {},
    }


def _named(site: JiraSite, kind: str, id_: str, name: str) -> Json:
    return {"self": f"{site.base_url}/rest/api/3/{kind}/{id_}", "id": id_, "name": name}


def _status(site: JiraSite, number: int, name: str, category: str) -> Json:
    self = f"{site.base_url}/rest/api/3/statuscategory/{CATEGORIES[category]['id']}"
    category_bean = CATEGORIES[category] | {"self": self}
    status = _named(site, "status", str(number), name)
    return status | {"description": "", "statusCategory": category_bean}


def _add_project(site: JiraSite, number: int, entry: ProjectEntry) -> None:
    site.projects[str(number)] = {
        "self": f"{site.base_url}/rest/api/3/project/{number}",
        "id": str(number),
        "key": entry.key,
        "name": entry.name,
        "projectTypeKey": entry.type,
        "simplified": False,
        "style": "classic",
        "isPrivate": False,
        "avatarUrls": {},
    }
    for version in entry.versions:
        id_ = site.next_id()
        site.versions[id_] = _named(site, "version", id_, version.name) | {
            "archived": False,
            "released": version.released,
            "projectId": number,
        }
        if version.release_date:
            site.versions[id_]["releaseDate"] = version.release_date.isoformat()
        if version.start_date:
            site.versions[id_]["startDate"] = version.start_date.isoformat()


def _fill_issue(site: JiraSite, issue: StoredIssue, entry: IssueEntry) -> None:
    project = _row_with(site.projects, "key", issue.project_key)
    last_change = max([entry.created, *(change.at for change in entry.changes)])
    last_change = max([last_change, *(comment.at for comment in entry.comments)])
    # Jira returns every field of the site, null where it has no value.
    issue.fields = dict.fromkeys(site.fields) | {
        "summary": entry.summary,
        "description": adf.text_to_document(entry.description) if entry.description else None,
        "project": project,
        "issuetype": _row_with(site.issue_types, "name", entry.type),
        "status": _row_with(site.statuses, "name", entry.status),
        "priority": _row_with(site.priorities, "name", entry.priority),
        "assignee": site.users[entry.assignee] if entry.assignee else None,
        "reporter": site.users[entry.reporter] if entry.reporter else None,
        "creator": site.users[entry.reporter] if entry.reporter else None,
        "labels": entry.labels,
        "duedate": entry.due.isoformat() if entry.due else None,
        "created": _timestamp(site, entry.created),
        "updated": _timestamp(site, entry.updated or last_change),
        "fixVersions": [_find_version(site, project, name) for name in entry.fix_versions],
        "parent": _parent(site, entry.parent) if entry.parent else None,
        "issuelinks": [],
        "subtasks": [],
    }
    issue.fields |= {_field_id(site, name): value for name, value in entry.fields.items()}
    issue.changelog = _changelog(site, entry)
    issue.comments = [
        _comment(site, issue, comment.by, comment.at, comment.text) for comment in entry.comments
    ]
    for link in entry.links:
        target = site.keys[link.to.upper()]
        site.add_link(link.type, issue.id, target)


def _row_with(table: Mapping[str, Json], part: str, value: str) -> Json:
    row = next((row for row in table.values() if row[part] == value), None)
    if row is None:
        raise KeyError(value)
    return row


def _find_version(site: JiraSite, project: Json, name: str) -> Json:
    versions = {
        id_: version
        for id_, version in site.versions.items()
        if str(version["projectId"]) == project["id"]
    }
    return _row_with(versions, "name", name)


def _parent(site: JiraSite, key: str) -> Json:
    return {"id": site.keys[key.upper()], "key": key}


def _field_id(site: JiraSite, name: str) -> str:
    return name if name in site.fields else str(_row_with(site.fields, "name", name)["id"])


def _timestamp(site: JiraSite, instant: datetime) -> str:
    zone = site.zone(site.account_id)
    return format_timestamp(
        instant.astimezone(zone) if instant.tzinfo else instant.replace(tzinfo=zone)
    )


def _changelog(site: JiraSite, entry: IssueEntry) -> list[Json]:
    """The entries of an issue's changelog, oldest first."""
    # Changes by one person at one instant share an entry, as in Jira.
    changes = sorted(entry.changes, key=lambda change: change.at)
    return [
        {
            "id": site.next_id(),
            "author": site.users[by],
            "created": _timestamp(site, at),
            "items": [
                item
                for change in group
                for item in change_items(
                    site,
                    _field_id(site, change.field),
                    _stored_value(site, entry, change.field, change.before),
                    _stored_value(site, entry, change.field, change.after),
                )
            ],
        }
        for (at, by), group in itertools.groupby(changes, key=lambda change: (change.at, change.by))
    ]


def _stored_value(site: JiraSite, entry: IssueEntry, field: str, value: object) -> object:
    """The value of a file's change as the issue would store it; raises KeyError for a name."""
    tables = {"status": site.statuses, "priority": site.priorities}
    if value is None:
        return None
    if field in tables:
        return _row_with(tables[field], "name", str(value))
    if field in ("assignee", "reporter"):
        return site.users[str(value)]
    if field == "fixVersions":
        project = _row_with(site.projects, "key", entry.key.rsplit("-", 1)[0])
        names = value if isinstance(value, list) else [value]
        return [_find_version(site, project, str(name)) for name in names]
    return value


def _comment(site: JiraSite, issue: StoredIssue, by: str, at: datetime, text: str) -> Json:
    id_ = site.next_id()
    return {
        "self": f"{site.base_url}/rest/api/3/issue/{issue.id}/comment/{id_}",
        "id": id_,
        "author": site.users[by],
        "updateAuthor": site.users[by],
        "body": adf.text_to_document(text),
        "created": _timestamp(site, at),
        "updated": _timestamp(site, at),
        "jsdPublic": True,
        "properties": [],
    }
