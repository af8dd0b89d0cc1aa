"""The JSON of records as GitHub's REST description gives it, without fields that nobody reads.

https://github.com/github/rest-api-description
"""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.sandbox.github.host import (
    GitHubHost,
    Repository,
    StoredComment,
    StoredIssue,
    StoredMilestone,
)
from connectors.sandbox.json_http import Json


def repository_json(host: GitHubHost, repository: Repository) -> Json:
    owner, _, name = repository.name.partition("/")
    return {
        "id": repository.id,
        "name": name,
        "full_name": repository.name,
        "owner": user_json(owner),
        "html_url": f"{host.base_url}/{repository.name}",
        "url": f"{host.api}/repos/{repository.name}",
        "has_issues": True,
    }


def issue_json(host: GitHubHost, repository: Repository, issue: StoredIssue) -> Json:
    url = f"{host.api}/repos/{repository.name}/issues/{issue.number}"
    milestone = repository.milestone(issue.milestone)
    content: Json = {
        "url": url,
        "repository_url": f"{host.api}/repos/{repository.name}",
        "comments_url": f"{url}/comments",
        "html_url": f"{host.base_url}/{repository.name}/issues/{issue.number}",
        "id": issue.id,
        "number": issue.number,
        "title": issue.title,
        "user": user_json("octocat"),
        "labels": [{"name": label} for label in issue.labels],
        "state": issue.state,
        "state_reason": issue.state_reason,
        "locked": False,
        "assignee": user_json(issue.assignee) if issue.assignee else None,
        "assignees": [user_json(issue.assignee)] if issue.assignee else [],
        "milestone": milestone_json(host, repository, milestone) if milestone else None,
        "comments": len(issue.comments),
        "created_at": _format(issue.created_at),
        "updated_at": _format(issue.updated_at),
        "closed_at": _format(issue.closed_at) if issue.closed_at else None,
        "body": issue.body,
        "sub_issues_summary": _sub_issues_summary(host, issue),
        "issue_dependencies_summary": _dependencies_summary(host, issue),
        "issue_field_values": [
            {
                "issue_field_id": number,
                "issue_field_name": name,
                "data_type": "date",
                "value": f"{day:%Y-%m-%d}",
            }
            for number, (name, day) in enumerate(issue.fields.items(), 1)
        ],
    }
    # Both are left out of issues that have none.
    if issue.parent is not None:
        parent_repository, parent = host.locate(issue.parent)
        path = f"/repos/{parent_repository.name}/issues/{parent.number}"
        content["parent_issue_url"] = f"{host.api}{path}"
    if issue.is_pull_request:
        content["pull_request"] = {"url": url.replace("/issues/", "/pulls/")}
    return content


def milestone_json(host: GitHubHost, repository: Repository, milestone: StoredMilestone) -> Json:
    path = f"{repository.name}/milestone"
    is_closed = milestone.state == "closed"
    return {
        "url": f"{host.api}/repos/{path}s/{milestone.number}",
        "html_url": f"{host.base_url}/{path}/{milestone.number}",
        "id": milestone.id,
        "number": milestone.number,
        "title": milestone.title,
        "state": milestone.state,
        "updated_at": _format(milestone.updated_at),
        # The hour at which a day begins in San Francisco.
        "due_on": f"{milestone.due:%Y-%m-%d}T08:00:00Z" if milestone.due else None,
        "closed_at": _format(milestone.updated_at) if is_closed else None,
    }


def comment_json(
    host: GitHubHost, repository: Repository, issue: StoredIssue, comment: StoredComment
) -> Json:
    page = f"{host.base_url}/{repository.name}/issues/{issue.number}"
    return {
        "id": comment.id,
        "url": f"{host.api}/repos/{repository.name}/issues/comments/{comment.id}",
        "html_url": f"{page}#issuecomment-{comment.id}",
        "issue_url": f"{host.api}/repos/{repository.name}/issues/{issue.number}",
        "body": comment.body,
        "user": user_json(comment.login),
        "created_at": _format(comment.created_at),
        "updated_at": _format(comment.updated_at),
        "performed_via_github_app": {"id": comment.app_id} if comment.app_id else None,
    }


def user_json(login: str) -> Json:
    # Ids that depend on the login alone, so that none have to be stored.
    return {"login": login, "id": int.from_bytes(login.lower().encode()[:6], "big")}


def _sub_issues_summary(host: GitHubHost, issue: StoredIssue) -> Json:
    children = [i for r in host.repositories for i in r.issues if i.parent == issue.id]
    completed = sum(child.state == "closed" for child in children)
    percent = 100 * completed // len(children) if children else 0
    return {"total": len(children), "completed": completed, "percent_completed": percent}


def _dependencies_summary(host: GitHubHost, issue: StoredIssue) -> Json:
    issues = [i for r in host.repositories for i in r.issues]
    blockers = [i for i in issues if i.id in issue.blocked_by]
    blocked = [i for i in issues if issue.id in i.blocked_by]
    return {
        "blocked_by": sum(blocker.state == "open" for blocker in blockers),
        "total_blocked_by": len(blockers),
        "blocking": sum(other.state == "open" for other in blocked),
        "total_blocking": len(blocked),
    }


def _format(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
