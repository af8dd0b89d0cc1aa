"""The page of an issue, as its team would see it, and the list of all issues."""

from __future__ import annotations

from starlette.routing import Route

from connectors.sandbox.jira.site import JiraSite


def routes(site: JiraSite) -> list[Route]:
    return []
