"""A site made from a file: tables first, then issues, then what leads from one to another."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime

from connectors.sandbox import adf
from connectors.sandbox.answers import Json
from connectors.sandbox.jira.changelog import change_items
from connectors.sandbox.jira.defaults import (
    PRIORITIES,
    SYSTEM_FIELDS,
    custom_field,
    system_field,
)
from connectors.sandbox.jira.files import Account, IssueEntry, JiraFile, Person, ProjectEntry
from connectors.sandbox.jira.shapes import CATEGORIES
from connectors.sandbox.jira.site import Issue, JiraSite, stamp


class UnknownName(ValueError):
    """A file names something that it does not list."""


def build(file: JiraFile, base_url: str) -> JiraSite:
    """Raises UnknownName with the issue and the name where something named does not exist."""
    account = file.account
    site = JiraSite(base_url, account.email, account.token, account.account_id)
    _tables(site, file)
    for entry in file.issues:
        site.add_issue(Issue(site.next_id(), entry.key, {}))
    for entry in file.issues:
        try:
            _fill(site, site.issues[site.keys[entry.key.upper()]], entry)
        except KeyError as error:
            raise UnknownName(f"jira: {entry.key} names {error}, which is not listed") from error
    return site


def own_account(site: JiraSite, account: Account) -> Json:
    """The connection's own account as a user of the site."""
    return _user(site, Person(**account.model_dump(exclude={"token"})))


def _tables(site: JiraSite, file: JiraFile) -> None:
    site.users = {file.account.account_id: own_account(site, file.account)}
    site.users |= {one.account_id: _user(site, one) for one in file.users}
    site.fields = {id_: system_field(id_) for id_ in SYSTEM_FIELDS}
    site.fields |= {one.id: custom_field(one.id, one.name, one.type) for one in file.fields}
    for number, status in enumerate(file.statuses, 10_001):
        site.statuses[str(number)] = _status(site, number, status.name, status.category)
    for number, name in enumerate(PRIORITIES, 1):
        site.priorities[str(number)] = _named(site, "priority", str(number), name)
    kinds = dict.fromkeys(entry.type for entry in file.issues)
    for number, name in enumerate(kinds, 10_001):
        subtask = {"subtask": name == "Sub-task"}
        site.issue_types[str(number)] = _named(site, "issuetype", str(number), name) | subtask
    for number, project in enumerate(file.projects, 10_000):
        _add_project(site, number, project)


def _user(site: JiraSite, person: Person) -> Json:
    """A UserDetails."""
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
    category_shown = CATEGORIES[category] | {"self": self}
    status = _named(site, "status", str(number), name)
    return status | {"description": "", "statusCategory": category_shown}


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


def _fill(site: JiraSite, issue: Issue, entry: IssueEntry) -> None:
    project = _by(site.projects, "key", issue.project_key)
    written = max([entry.created, *(one.at for one in entry.changes)])
    written = max([written, *(one.at for one in entry.comments)])
    issue.fields = dict.fromkeys(site.fields) | {
        "summary": entry.summary,
        "description": adf.paragraphs(entry.description) if entry.description else None,
        "project": project,
        "issuetype": _by(site.issue_types, "name", entry.type),
        "status": _by(site.statuses, "name", entry.status),
        "priority": _by(site.priorities, "name", entry.priority),
        "assignee": site.users[entry.assignee] if entry.assignee else None,
        "reporter": site.users[entry.reporter] if entry.reporter else None,
        "creator": site.users[entry.reporter] if entry.reporter else None,
        "labels": entry.labels,
        "duedate": entry.due.isoformat() if entry.due else None,
        "created": _stamp(site, entry.created),
        "updated": _stamp(site, entry.updated or written),
        "fixVersions": [_version(site, project, name) for name in entry.fix_versions],
        "parent": _parent(site, entry.parent) if entry.parent else None,
        "issuelinks": [],
        "subtasks": [],
    }
    issue.fields |= {_field_id(site, name): value for name, value in entry.fields.items()}
    issue.changelog = _changelog(site, entry)
    issue.comments = [_comment(site, issue, one.by, one.at, one.text) for one in entry.comments]
    for link in entry.links:
        target = site.keys[link.to.upper()]
        site.add_link(link.type, issue.id, target)


def _by(table: Mapping[str, Json], part: str, value: str) -> Json:
    found = next((one for one in table.values() if one[part] == value), None)
    if found is None:
        raise KeyError(value)
    return found


def _version(site: JiraSite, project: Json, name: str) -> Json:
    own = {id_: one for id_, one in site.versions.items() if str(one["projectId"]) == project["id"]}
    return _by(own, "name", name)


def _parent(site: JiraSite, key: str) -> Json:
    return {"id": site.keys[key.upper()], "key": key}


def _field_id(site: JiraSite, name: str) -> str:
    return name if name in site.fields else str(_by(site.fields, "name", name)["id"])


def _stamp(site: JiraSite, moment: datetime) -> str:
    zone = site.zone(site.account_id)
    return stamp(moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone))


def _changelog(site: JiraSite, entry: IssueEntry) -> list[Json]:
    """Changes at one moment by one person are one entry, as in Jira."""
    changes = sorted(entry.changes, key=lambda change: change.at)
    return [
        {
            "id": site.next_id(),
            "author": site.users[by],
            "created": _stamp(site, at),
            "items": [
                item
                for one in together
                for item in change_items(
                    site,
                    _field_id(site, one.field),
                    _value(site, entry, one.field, one.before),
                    _value(site, entry, one.field, one.after),
                )
            ],
        }
        for (at, by), together in itertools.groupby(changes, key=lambda one: (one.at, one.by))
    ]


def _value(site: JiraSite, entry: IssueEntry, field: str, told: object) -> object:
    """What the changelog of a file says in plain words, as the issue would keep it."""
    tables = {"status": site.statuses, "priority": site.priorities}
    if told is None:
        return None
    if field in tables:
        return _by(tables[field], "name", str(told))
    if field in ("assignee", "reporter"):
        return site.users[str(told)]
    if field == "fixVersions":
        project = _by(site.projects, "key", entry.key.rsplit("-", 1)[0])
        names = told if isinstance(told, list) else [told]
        return [_version(site, project, str(name)) for name in names]
    return told


def _comment(site: JiraSite, issue: Issue, by: str, at: datetime, text: str) -> Json:
    id_ = site.next_id()
    return {
        "self": f"{site.base_url}/rest/api/3/issue/{issue.id}/comment/{id_}",
        "id": id_,
        "author": site.users[by],
        "updateAuthor": site.users[by],
        "body": adf.paragraphs(text),
        "created": _stamp(site, at),
        "updated": _stamp(site, at),
        "jsdPublic": True,
        "properties": [],
    }
