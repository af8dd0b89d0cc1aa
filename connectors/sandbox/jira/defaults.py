"""System fields and priorities of every Jira site."""

from __future__ import annotations

from connectors.sandbox.json_http import Json

PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")

SYSTEM_FIELDS: dict[str, tuple[str, str]] = {
    "summary": ("Summary", "string"),
    "description": ("Description", "string"),
    "status": ("Status", "status"),
    "issuetype": ("Issue Type", "issuetype"),
    "project": ("Project", "project"),
    "priority": ("Priority", "priority"),
    "assignee": ("Assignee", "user"),
    "reporter": ("Reporter", "user"),
    "creator": ("Creator", "user"),
    "labels": ("Labels", "array"),
    "parent": ("Parent", "issuelink"),
    "fixVersions": ("Fix versions", "array"),
    "issuelinks": ("Linked Issues", "array"),
    "subtasks": ("Sub-tasks", "array"),
    "duedate": ("Due date", "date"),
    "created": ("Created", "datetime"),
    "updated": ("Updated", "datetime"),
    "resolution": ("Resolution", "resolution"),
    "resolutiondate": ("Resolved", "datetime"),
    "statuscategorychangedate": ("Status Category Changed", "datetime"),
    "progress": ("Progress", "progress"),
    "aggregateprogress": ("Σ Progress", "progress"),
    "comment": ("Comment", "comments-page"),
}
"""Id to name and type. Reference: `GET /rest/api/3/field` of a new site."""


def system_field(id_: str) -> Json:
    """A FieldDetails."""
    name, kind = SYSTEM_FIELDS[id_]
    return {
        "id": id_,
        "key": id_,
        "name": name,
        "custom": False,
        "orderable": True,
        "navigable": id_ != "comment",
        "searchable": True,
        "clauseNames": [id_.lower()],
        "schema": {"type": kind, "system": id_},
    }


def custom_field(id_: str, name: str, kind: str) -> Json:
    """A FieldDetails of a field that the site's people have added."""
    number = int(id_.removeprefix("customfield_"))
    return {
        "id": id_,
        "key": id_,
        "name": name,
        "custom": True,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": [f"cf[{number}]", name],
        "schema": {
            "type": kind,
            "custom": f"com.atlassian.jira.plugin.system.customfieldtypes:{kind}",
            "customId": number,
        },
    }
