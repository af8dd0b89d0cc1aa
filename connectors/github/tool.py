"""What Interlock knows of GitHub as a tool."""

from __future__ import annotations

from connectors.base import Connector, ConnectorContext, Tool
from connectors.github.settings import GitHubSettings
from connectors.kit.conventions import HttpConventions, everything_scope
from model.keys import ReferenceFormats, UrlShape


def _open(settings: GitHubSettings, context: ConnectorContext) -> Connector:
    from connectors.github.connector import open_connector

    return open_connector(settings, context)


_EXAMPLE = """\
  github:
    tool: github
    function: it
    repositories: [your-company/api, your-company/web]
    token_env: GITHUB_TOKEN                 # a fine-grained token; or a GitHub App instead:
    # app: { app_id: 123456, installation: 7890123, private_key_env: GITHUB_APP_KEY }
    # url: https://github.your-company.example/api/v3   # GitHub Enterprise Server
    # functions: { your-company/legal: legal }          # repositories another function plans in
    # fields: { start: Start date, finish: Target date }   # issue fields; else the milestone's date
    # priorities: { p1: critical }          # labels that are a priority
    # references_in_body: true              # text that may name records of other tools
"""

_PERMISSIONS = """\
A fine-grained token of an account of its own, or a GitHub App, for these repositories with
*Issues: read and write* (to read issues, milestones, sub-issues and dependencies, and to comment)
and *Metadata: read*. Nothing else is written.

An open issue has the status of its label that a workflow of the operating model maps, else `open`;
a closed one that of its reason: `completed`, `not planned`, `duplicate`. Dates come from issue
fields that you name, else from the milestone. The date fields of Projects are not read: REST does
not document the form of their values, and changing one does not mark the issue as updated.
An issue keeps its record when it or its repository is renamed. A transfer to another repository
gives it a new id in GitHub, so there it is a new record and the old one ends.
"""

# GitHub's hosts: github.com, github.<company>, <company>.ghe.com. Addresses of other hosts name
# their records as a whole, as other forges use the same paths.
_HOST = r"https?://(?:www\.)?(?:github\.[^/?#]+|[^/?#]+\.ghe\.com)"

TOOL = Tool(
    name="github",
    title="GitHub",
    settings=GitHubSettings,
    open=_open,
    mapping_version=1,
    example=_EXAMPLE,
    permissions=_PERMISSIONS,
    # Limits are counted by account, primary and secondary ones alike.
    http=HttpConventions(pause_scope=everything_scope),
    references=ReferenceFormats(
        urls=(
            UrlShape(rf"{_HOST}/([^/?#]+/[^/?#]+)/issues/(\d+)\b", r"\1#\2"),
            UrlShape(rf"{_HOST}/([^/?#]+/[^/?#]+)/milestone/(\d+)\b", r"\1 milestone \2"),
        ),
        names=(r"(?<![\w./#-])(?:[A-Za-z0-9-]+/)?[A-Za-z0-9_.-]+#\d+\b",),
    ),
)
