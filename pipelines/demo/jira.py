"""IT's part of the story as the sandbox's jira.json, with the history that led to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from model.operating_model.schema import OperatingModel, Person
from pipelines.demo.days import Days
from pipelines.demo.story import Issue, ItStory, Offset

CONNECTION = "it-jira"
_CREATED_BEFORE = 15
_STATUSES = {
    "To Do": "new",
    "In Progress": "indeterminate",
    "In Review": "indeterminate",
    "Blocked": "indeterminate",
    "Done": "done",
    "Won't Do": "done",
}
_ENDED = ("Done", "Won't Do")
_FIELDS = [
    {"id": "customfield_10015", "name": "Start date", "type": "date"},
    {"id": "customfield_10031", "name": "WBS element", "type": "string"},
    {"id": "customfield_10032", "name": "Depends on", "type": "string"},
    {"id": "customfield_10033", "name": "Progress (%)", "type": "number"},
]

Json = dict[str, Any]


def jira_content(story: ItStory, model: OperatingModel, days: Days) -> Json:
    """The contents of jira.json; raises KeyError for an owner whom nobody knows."""
    accounts = _accounts(story, model)
    ids = {name: person["account_id"] for name, person in accounts.items()}
    labels = {project.key: project.labels for project in story.projects}
    return {
        "account": {"time_zone": model.time_zone},
        "users": list(accounts.values()),
        "projects": [
            {
                "key": p.key,
                "name": p.name,
                "versions": [_version(v.model_dump(), days) for v in p.versions],
            }
            for p in story.projects
        ],
        "fields": _FIELDS,
        "statuses": [{"name": name, "category": kind} for name, kind in _STATUSES.items()],
        "issues": [_issue(i, labels[i.project], ids, days) for i in story.issues],
    }


def _accounts(story: ItStory, model: OperatingModel) -> dict[str, Json]:
    """Jira accounts by the name the story uses: people of the operating model, then the team."""
    known = {p.id: _account(p) for p in model.people if CONNECTION in p.identities}
    team = {
        member.id: {"account_id": f"712020:{member.id}", "display_name": member.name}
        for member in story.team
    }
    return known | team


def _account(person: Person) -> Json:
    return {
        "account_id": person.identities[CONNECTION],
        "display_name": person.name,
        "email": person.email,
    }


def _version(version: Json, days: Days) -> Json:
    return {
        "name": version["name"],
        "release_date": days.day(version["date"]).isoformat(),
        "released": version["released"],
    }


def _issue(issue: Issue, labels: tuple[str, ...], ids: Mapping[str, str], days: Days) -> Json:
    start, finish = issue.plan or (None, None)
    fields = {
        "Start date": _iso(start, days),
        "WBS element": issue.wbs,
        "Depends on": issue.depends_on,
        "Progress (%)": issue.progress,
    }
    return {
        "key": issue.key,
        "type": issue.type,
        "summary": issue.title,
        "description": issue.description,
        "status": issue.status,
        "priority": issue.priority,
        "assignee": ids[issue.owner] if issue.owner else None,
        "reporter": ids["nina-scholz"],
        "labels": list(dict.fromkeys((*labels, *issue.labels))),
        "parent": issue.epic,
        "fix_versions": [issue.release] if issue.release else [],
        "due": _iso(finish, days),
        "created": days.at(_created(issue), 9).isoformat(),
        "fields": {name: value for name, value in fields.items() if value is not None},
        "links": [{"type": "Blocks", "to": key} for key in issue.blocks],
        "changes": list(_changes(issue, ids, days)),
        "comments": [
            {"at": days.at(c.on, 15).isoformat(), "by": ids[c.by], "text": c.text}
            for c in issue.comments
        ],
    }


def _iso(offset: Offset | None, days: Days) -> str | None:
    return None if offset is None else days.day(offset).isoformat()


def _created(issue: Issue) -> Offset:
    """Some weeks before the first thing that happened to it."""
    began = [issue.plan[0]] if issue.plan else []
    happened = [0, _touched(issue), *began, *(slip.on for slip in issue.slips)]
    return min(happened) - _CREATED_BEFORE


def _touched(issue: Issue) -> Offset:
    """The last day on which a person changed it: told, or the end, or one of the last days."""
    if issue.touched is not None:
        return issue.touched
    if issue.status in _ENDED and issue.plan:
        return issue.plan[1]
    number = int(issue.key.rpartition("-")[2])
    lately = -1 - number % 6
    return max(lately, issue.plan[0]) if issue.plan and issue.status != "To Do" else lately


def _changes(issue: Issue, ids: Mapping[str, str], days: Days) -> Iterator[Json]:
    """The changelog: assigned, begun, date moved, progress or status told, ended."""
    by = ids[issue.owner or "nina-scholz"]

    def change(on: Offset, hour: int, field: str, before: object, after: object) -> Json:
        at = days.at(on, hour, len(issue.key))
        return {"at": at.isoformat(), "by": by, "field": field, "from": before, "to": after}

    if issue.owner:
        yield change(_created(issue) + 2, 10, "assignee", None, ids[issue.owner])
    yield from _dates(issue, days, change)
    if issue.status == "To Do":
        yield change(_touched(issue), 11, "description", "", issue.description or issue.title)
        return
    begun = issue.plan[0] if issue.plan else _created(issue) + 5
    yield change(begun, 9, "status", "To Do", "In Progress")
    if issue.progress is not None:
        yield change(_touched(issue), 14, "Progress (%)", issue.progress // 2, issue.progress)
    if issue.status != "In Progress":
        yield change(_touched(issue), 16, "status", "In Progress", issue.status)


def _dates(issue: Issue, days: Days, change: Any) -> Iterator[Json]:
    finishes = [*(slip.due for slip in issue.slips), *(issue.plan or ())[1:]]
    for slip, after in zip(issue.slips, finishes[1:], strict=True):
        yield change(slip.on, 13, "duedate", _iso(slip.due, days), _iso(after, days))
