"""The page of an issue, as its team would see it, and the list of all issues."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from connectors.sandbox.adf import paragraphs, plain_text
from connectors.sandbox.adf_html import to_html
from connectors.sandbox.answers import Json
from connectors.sandbox.html import missing, page, words_of
from connectors.sandbox.jira.shapes import shown
from connectors.sandbox.jira.site import Issue, JiraSite

FIRST = ("status", "issuetype", "priority", "assignee", "reporter", "parent", "fixVersions")
DATES = ("duedate", "created", "updated")


def routes(site: JiraSite) -> list[Route]:
    """`/` and `/browse/KEY`."""

    async def all_issues(_: Request) -> HTMLResponse:
        return page("issues.html", tool="Jira", issues=site.issues.values())

    async def one_issue(request: Request) -> HTMLResponse:
        issue = site.find(request.path_params["issue"])
        if issue is None:
            return missing("such issue")
        return _issue_page(site, issue, request.query_params.get("focusedCommentId", ""))

    return [Route("/", all_issues), Route("/browse/{issue}", one_issue)]


def _issue_page(site: JiraSite, issue: Issue, focused: str) -> HTMLResponse:
    fields: Json = shown(site, issue, ["*all"])["fields"]
    description = fields.get("description")
    return page(
        "issue.html",
        tool="Jira",
        issue=issue,
        focused=focused,
        fields=fields,
        description=to_html(description) if description else None,
        links=[_link(link) for link in fields["issuelinks"]],
        comments=[one | {"html": to_html(one["body"] or paragraphs(""))} for one in issue.comments],
        details=_details(site, fields),
    )


def _link(link: Json) -> Json:
    outward = "outwardIssue" in link
    side, words = ("outwardIssue", "outward") if outward else ("inwardIssue", "inward")
    return {"words": link["type"][words], "issue": link[side]}


def _details(site: JiraSite, fields: Json) -> list[tuple[str, str]]:
    """Names and words of the fields that are filled in: the usual ones, then the site's own."""
    custom = [name for name, field in site.fields.items() if field["custom"]]
    names = [*FIRST, *DATES[:1], "labels", *custom, *DATES[1:]]
    told = [(site.fields[name]["name"], _words(fields.get(name))) for name in names]
    return [(name, words) for name, words in told if words]


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    if isinstance(value, dict):
        return _object_words(value)
    return "" if value is None else words_of(str(value)[:200])


def _object_words(value: Json) -> str:
    if value.get("type") == "doc":
        return plain_text(value).strip()
    named = value.get("displayName") or value.get("name") or value.get("key") or value.get("value")
    return str(named or "")
