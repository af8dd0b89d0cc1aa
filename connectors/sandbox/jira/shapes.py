"""Jira's nested objects (a user, a status, a linked issue), made from the site's tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connectors.sandbox.answers import Json
from connectors.sandbox.jira.site import Issue, JiraSite, Link

CATEGORIES: dict[str, Json] = {
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {
        "id": 4,
        "key": "indeterminate",
        "colorName": "yellow",
        "name": "In Progress",
    },
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}
"""The three categories every Jira status belongs to."""

LINK_TYPES: dict[str, tuple[str, str]] = {
    "Blocks": ("is blocked by", "blocks"),
    "Cloners": ("is cloned by", "clones"),
    "Duplicate": ("is duplicated by", "duplicates"),
    "Relates": ("relates to", "relates to"),
}
"""Inward and outward words of the link types a new Jira site has."""

NOT_NAVIGABLE = {"comment", "attachment", "worklog"}


def shown(site: JiraSite, issue: Issue, wanted: Sequence[str]) -> Json:
    """The issue as an IssueBean with the fields asked for."""
    names = select(issue.fields | dict.fromkeys(COMPUTED), wanted)
    fields = {name: value for name, value in issue.fields.items() if name in names}
    for name in names & COMPUTED.keys():
        fields[name] = COMPUTED[name](site, issue)
    return {
        "expand": "",
        "id": issue.id,
        "self": f"{site.base_url}/rest/api/3/issue/{issue.id}",
        "key": issue.key,
        "fields": fields,
    }


def select(available: Iterable[str], wanted: Sequence[str]) -> set[str]:
    """Names of the fields a `fields` parameter asks for: names, `*all`, `*navigable`, `-name`."""
    every = set(available)
    without = {name[1:] for name in wanted if name.startswith("-")}
    plus = [name for name in wanted if not name.startswith("-")] or ["*navigable"]
    chosen: set[str] = set()
    for name in plus:
        if name == "*all":
            chosen |= every
        elif name == "*navigable":
            chosen |= every - NOT_NAVIGABLE
        else:
            chosen |= {name} & every
    return chosen - without


def brief(site: JiraSite, issue: Issue) -> Json:
    """An issue as it appears inside another one."""
    names = ("summary", "status", "priority", "issuetype")
    return {
        "id": issue.id,
        "key": issue.key,
        "self": f"{site.base_url}/rest/api/3/issue/{issue.id}",
        "fields": {name: issue.fields[name] for name in names if issue.fields.get(name)},
    }


def link_type(site: JiraSite, name: str) -> Json:
    inward, outward = LINK_TYPES.get(name, (f"{name} (inward)", name))
    number = str(10_000 + list(LINK_TYPES).index(name)) if name in LINK_TYPES else "10100"
    return {
        "id": number,
        "name": name,
        "inward": inward,
        "outward": outward,
        "self": f"{site.base_url}/rest/api/3/issueLinkType/{number}",
    }


def _links(site: JiraSite, issue: Issue) -> list[Json]:
    made = [_link(site, issue, link) for link in site.links_of(issue)]
    return [*issue.fields.get("issuelinks", []), *made]


def _link(site: JiraSite, issue: Issue, link: Link) -> Json:
    outward = link.source == issue.id
    side, other = ("outwardIssue", link.target) if outward else ("inwardIssue", link.source)
    return {
        "id": link.id,
        "self": f"{site.base_url}/rest/api/3/issueLink/{link.id}",
        "type": link_type(site, link.type),
        side: brief(site, site.issues[other]),
    }


def _parent(site: JiraSite, issue: Issue) -> Json | None:
    recorded: Json | None = issue.fields.get("parent")
    known = site.find(recorded["id"]) if recorded else None
    return brief(site, known) if known else recorded


def _fix_versions(site: JiraSite, issue: Issue) -> list[Json]:
    return [
        site.versions.get(version["id"], version) for version in issue.fields.get("fixVersions", [])
    ]


def _comments(site: JiraSite, issue: Issue) -> Json:
    """Embedded comments: Jira gives no more than about the first twenty."""
    first = [comment_shown(comment) for comment in issue.comments[:20]]
    total = len(issue.comments)
    return {
        "self": f"{site.base_url}/rest/api/3/issue/{issue.id}/comment",
        "comments": first,
        "maxResults": total,
        "total": total,
        "startAt": 0,
    }


COMPUTED = {
    "issuelinks": _links,
    "parent": _parent,
    "fixVersions": _fix_versions,
    "comment": _comments,
}
"""Fields that are filled in when asked, because they show other records as they are now."""


def comment_shown(comment: Json, *, with_properties: bool = False) -> Json:
    """A comment as answered; its properties only where they were asked for."""
    if with_properties:
        return comment
    return {name: value for name, value in comment.items() if name != "properties"}
