"""IT's part of the story as the sandbox's jira.json, with the history of each issue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from model.operating_model.schema import OperatingModel, Person
from pipelines.demo.days import Days
from pipelines.demo.story import ItStory, Offset, Release, StoryIssue

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
_FINAL_STATUSES = ("Done", "Won't Do")
_FIELDS = [
    {"id": "customfield_10015", "name": "Start date", "type": "date"},
    {"id": "customfield_10031", "name": "WBS element", "type": "string"},
    {"id": "customfield_10032", "name": "Depends on", "type": "string"},
    {"id": "customfield_10033", "name": "Progress (%)", "type": "number"},
]

Json = dict[str, Any]


def jira_content(story: ItStory, model: OperatingModel, days: Days) -> Json:
    """The content of jira.json; raises KeyError for an owner who is not in the story."""
    accounts = _accounts(story, model)
    ids = {name: person["account_id"] for name, person in accounts.items()}
    labels = {project.key: project.labels for project in story.projects}
    return {
        "account": {"time_zone": model.time_zone},
        "users": list(accounts.values()),
        "projects": [
            {
                "key": project.key,
                "name": project.name,
                "versions": [_version(release, days) for release in project.versions],
            }
            for project in story.projects
        ],
        "fields": _FIELDS,
        "statuses": [{"name": name, "category": category} for name, category in _STATUSES.items()],
        "issues": [_issue(issue, labels[issue.project], ids, days) for issue in story.issues],
    }


def _accounts(story: ItStory, model: OperatingModel) -> dict[str, Json]:
    """Jira users by their id in the story: people of the operating model, then the team."""
    people = {
        person.id: _account(person) for person in model.people if CONNECTION in person.identities
    }
    team = {
        member.id: {"account_id": f"712020:{member.id}", "display_name": member.name}
        for member in story.team
    }
    return people | team


def _account(person: Person) -> Json:
    return {
        "account_id": person.identities[CONNECTION],
        "display_name": person.name,
        "email": person.email,
    }


def _version(release: Release, days: Days) -> Json:
    return {
        "name": release.name,
        "release_date": days.day(release.date).isoformat(),
        "released": release.released,
    }


def _issue(issue: StoryIssue, labels: tuple[str, ...], ids: Mapping[str, str], days: Days) -> Json:
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
            {
                "at": days.at(comment.on, 15).isoformat(),
                "by": ids[comment.by],
                "text": comment.text,
            }
            for comment in issue.comments
        ],
    }


def _iso(offset: Offset | None, days: Days) -> str | None:
    return None if offset is None else days.day(offset).isoformat()


def _created(issue: StoryIssue) -> Offset:
    """The day on which it was created: some weeks before its first event."""
    start = [issue.plan[0]] if issue.plan else []
    events = [0, _last_touched(issue), *start, *(move.on for move in issue.slips)]
    return min(events) - _CREATED_BEFORE


def _last_touched(issue: StoryIssue) -> Offset:
    """The last day on which a person changed it: as stated, its end, or one of the last days."""
    if issue.touched is not None:
        return issue.touched
    if issue.status in _FINAL_STATUSES and issue.plan:
        return issue.plan[1]
    # Spread over a week, so that not all issues were touched on the same day.
    number = int(issue.key.rpartition("-")[2])
    recent = -1 - number % 6
    return max(recent, issue.plan[0]) if issue.plan and issue.status != "To Do" else recent


def _changes(issue: StoryIssue, ids: Mapping[str, str], days: Days) -> Iterator[Json]:
    """The changelog: assigned, due date moved, started, progress reported, finished."""
    # An issue without an owner was changed by the lead of the project.
    by = ids[issue.owner or "nina-scholz"]

    def change(on: Offset, hour: int, field: str, before: object, after: object) -> Json:
        at = days.at(on, hour, len(issue.key))
        return {"at": at.isoformat(), "by": by, "field": field, "from": before, "to": after}

    if issue.owner:
        yield change(_created(issue) + 2, 10, "assignee", None, ids[issue.owner])
    yield from _due_date_changes(issue, days, change)
    if issue.status == "To Do":
        yield change(_last_touched(issue), 11, "description", "", issue.description or issue.title)
        return
    # Without a plan, some days after its creation, as teams do.
    started = issue.plan[0] if issue.plan else _created(issue) + 5
    yield change(started, 9, "status", "To Do", "In Progress")
    if issue.progress is not None:
        yield change(_last_touched(issue), 14, "Progress (%)", issue.progress // 2, issue.progress)
    if issue.status != "In Progress":
        yield change(_last_touched(issue), 16, "status", "In Progress", issue.status)


def _due_date_changes(issue: StoryIssue, days: Days, change: Any) -> Iterator[Json]:
    due_days = [*(move.due for move in issue.slips), *(issue.plan or ())[1:]]
    for move, after in zip(issue.slips, due_days[1:], strict=True):
        yield change(move.on, 13, "duedate", _iso(move.due, days), _iso(after, days))
