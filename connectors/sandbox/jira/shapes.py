"""Issues, comments and links in the shapes in which the REST API returns them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connectors.sandbox.jira.site import IssueLink, JiraSite, StoredIssue
from connectors.sandbox.json_http import Json

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
"""Inward and outward description of the link types of a new Jira site."""

NOT_NAVIGABLE = {"comment", "attachment", "worklog"}


def issue_bean(site: JiraSite, issue: StoredIssue, requested: Sequence[str]) -> Json:
    """An IssueBean with the requested fields."""
    names = select_fields(issue.fields | dict.fromkeys(COMPUTED), requested)
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


def select_fields(available: Iterable[str], requested: Sequence[str]) -> set[str]:
    """Names of the fields that a `fields` parameter selects.

    It has names, `*all`, `*navigable`, and `-name` to leave one out.
    """
    names = set(available)
    excluded = {name[1:] for name in requested if name.startswith("-")}
    included = [name for name in requested if not name.startswith("-")] or ["*navigable"]
    selected: set[str] = set()
    for name in included:
        if name == "*all":
            selected |= names
        elif name == "*navigable":
            selected |= names - NOT_NAVIGABLE
        else:
            selected |= {name} & names
    return selected - excluded


def linked_issue_bean(site: JiraSite, issue: StoredIssue) -> Json:
    """An issue as it appears within another one: as its parent, or at the other end of a link."""
    names = ("summary", "status", "priority", "issuetype")
    return {
        "id": issue.id,
        "key": issue.key,
        "self": f"{site.base_url}/rest/api/3/issue/{issue.id}",
        "fields": {name: issue.fields[name] for name in names if issue.fields.get(name)},
    }


def link_type_bean(site: JiraSite, name: str) -> Json:
    """An IssueLinkType; types that no new site has get an id of their own."""
    inward, outward = LINK_TYPES.get(name, (f"{name} (inward)", name))
    number = str(10_000 + list(LINK_TYPES).index(name)) if name in LINK_TYPES else "10100"
    return {
        "id": number,
        "name": name,
        "inward": inward,
        "outward": outward,
        "self": f"{site.base_url}/rest/api/3/issueLinkType/{number}",
    }


def _links(site: JiraSite, issue: StoredIssue) -> list[Json]:
    links = [_link_bean(site, issue, link) for link in site.links_of(issue)]
    return [*issue.fields.get("issuelinks", []), *links]


def _link_bean(site: JiraSite, issue: StoredIssue, link: IssueLink) -> Json:
    is_outward = link.source == issue.id
    side, other = ("outwardIssue", link.target) if is_outward else ("inwardIssue", link.source)
    return {
        "id": link.id,
        "self": f"{site.base_url}/rest/api/3/issueLink/{link.id}",
        "type": link_type_bean(site, link.type),
        side: linked_issue_bean(site, site.issues[other]),
    }


def _parent(site: JiraSite, issue: StoredIssue) -> Json | None:
    recorded: Json | None = issue.fields.get("parent")
    # The parent as it is now, or as recorded where the recording lacks it.
    parent = site.find(recorded["id"]) if recorded else None
    return linked_issue_bean(site, parent) if parent else recorded


def _fix_versions(site: JiraSite, issue: StoredIssue) -> list[Json]:
    return [
        site.versions.get(version["id"], version) for version in issue.fields.get("fixVersions", [])
    ]


def _comments(site: JiraSite, issue: StoredIssue) -> Json:
    """Embedded comments, of which Jira returns only about the first twenty."""
    first = [comment_bean(comment) for comment in issue.comments[:20]]
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
"""Fields that are computed for each response, because they show other records as they are now."""


def comment_bean(comment: Json, *, with_properties: bool = False) -> Json:
    """A comment as returned; with its properties only where they were requested."""
    if with_properties:
        return comment
    return {name: value for name, value in comment.items() if name != "properties"}
