"""HTML pages for people: one issue, and the list of all issues."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from connectors.sandbox.adf import plain_text, text_to_document
from connectors.sandbox.adf_html import to_html
from connectors.sandbox.jira.shapes import issue_bean
from connectors.sandbox.jira.site import JiraSite, StoredIssue
from connectors.sandbox.json_http import Json
from connectors.sandbox.templating import format_value, render_not_found, render_page

FIRST = ("status", "issuetype", "priority", "assignee", "reporter", "parent", "fixVersions")
DATES = ("duedate", "created", "updated")


def routes(site: JiraSite) -> list[Route]:
    """`/` and `/browse/KEY`."""

    async def all_issues(_: Request) -> HTMLResponse:
        return render_page("issues.html", tool="Jira", issues=site.issues.values())

    async def one_issue(request: Request) -> HTMLResponse:
        issue = site.find(request.path_params["issue"])
        if issue is None:
            return render_not_found("such issue")
        return _issue_page(site, issue, request.query_params.get("focusedCommentId", ""))

    return [Route("/", all_issues), Route("/browse/{issue}", one_issue)]


def _issue_page(site: JiraSite, issue: StoredIssue, focused: str) -> HTMLResponse:
    fields: Json = issue_bean(site, issue, ["*all"])["fields"]
    description = fields.get("description")
    return render_page(
        "issue.html",
        tool="Jira",
        issue=issue,
        focused=focused,
        fields=fields,
        description=to_html(description) if description else None,
        links=[_link_values(link) for link in fields["issuelinks"]],
        comments=[
            comment | {"html": to_html(comment["body"] or text_to_document(""))}
            for comment in issue.comments
        ],
        details=_details(site, fields),
    )


def _link_values(link: Json) -> Json:
    """The relation and the issue at the other end, as the template shows them."""
    is_outward = "outwardIssue" in link
    side, direction = ("outwardIssue", "outward") if is_outward else ("inwardIssue", "inward")
    return {"relation": link["type"][direction], "issue": link[side]}


def _details(site: JiraSite, fields: Json) -> list[tuple[str, str]]:
    """Names and texts of the fields that have a value: system fields, then custom fields."""
    custom = [name for name, field in site.fields.items() if field["custom"]]
    names = [*FIRST, *DATES[:1], "labels", *custom, *DATES[1:]]
    texts = [(site.fields[name]["name"], _format_field(fields.get(name))) for name in names]
    return [(name, text) for name, text in texts if text]


def _format_field(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_format_field(entry) for entry in value)
    if isinstance(value, dict):
        return _format_object(value)
    return "" if value is None else format_value(str(value)[:200])


def _format_object(value: Json) -> str:
    if value.get("type") == "doc":
        return plain_text(value).strip()
    text = value.get("displayName") or value.get("name") or value.get("key") or value.get("value")
    return str(text or "")
