"""What Interlock knows of GitHub as a tool."""

from __future__ import annotations

from connectors.base import Tool, open_with
from connectors.github.mapping import MAPPING_VERSION
from connectors.github.settings import GitHubSettings
from connectors.kit.conventions import HttpConventions, everything_scope
from model.addresses import UrlShape
from model.keys import ToolReferences

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
*Issues: read and write* (to read issues, milestones, sub-issues, dependencies and replies, and to
comment) and *Metadata: read*. Nothing else is written.
"""


def _addresses(settings: GitHubSettings) -> tuple[str, ...]:
    """Where people open issues, and the API, whose addresses stand in "blocked by" and in logs.

    The API of a server is below /api/v3, that of github.com and ghe.com has a host of its own:
    https://docs.github.com/en/enterprise-server@latest/rest/overview/resources-in-the-rest-api
    """
    return settings.url.removesuffix("/api/v3").replace("://api.", "://", 1), settings.url


TOOL = Tool(
    name="github",
    title="GitHub",
    settings=GitHubSettings,
    open=open_with("connectors.github.connector:GitHubConnector"),
    mapping_version=MAPPING_VERSION,
    example=_EXAMPLE,
    permissions=_PERMISSIONS,
    # Limits are counted by account, primary and secondary ones alike.
    http=HttpConventions(pause_scope=everything_scope),
    references=ToolReferences(
        urls=(
            # Pull requests are numbered among the issues, and either address leads to both.
            UrlShape(r"(?:/repos)?/([^/?#]+/[^/?#]+)/(?:issues|pulls?)/(\d+)\b", r"\1#\2"),
            UrlShape(r"(?:/repos)?/([^/?#]+/[^/?#]+)/milestones?/(\d+)\b", r"\1 milestone \2"),
        ),
        names=(r"(?<![\w./#-])(?:[A-Za-z0-9-]+/)?[A-Za-z0-9_.-]+#\d+\b",),
    ),
    addresses=_addresses,
)
