"""HTML pages for people: one issue with its comments, and the list of all issues."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from connectors.sandbox.github.host import GitHubHost
from connectors.sandbox.templating import render_not_found, render_page


def routes(host: GitHubHost) -> list[Route]:
    """`/` and `/acme/api/issues/12`."""

    async def all_issues(_: Request) -> HTMLResponse:
        issues = [(r.name, issue) for r in host.repositories for issue in r.issues]
        return render_page("github_issues.html", tool="GitHub", issues=issues)

    async def one_issue(request: Request) -> HTMLResponse:
        values = request.path_params
        repository = host.repository(f"{values['owner']}/{values['repo']}")
        issue = repository.issue(values["number"]) if repository else None
        if repository is None or issue is None:
            return render_not_found("such issue")
        milestone = repository.milestone(issue.milestone)
        return render_page(
            "github_issue.html",
            tool="GitHub",
            name=repository.name,
            issue=issue,
            milestone=milestone.title if milestone else None,
        )

    return [Route("/", all_issues), Route("/{owner}/{repo}/issues/{number:int}", one_issue)]
