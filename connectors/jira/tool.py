"""What Interlock knows of Jira Cloud as a tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.base import Tool, open_with
from connectors.jira.mapping import MAPPING_VERSION
from connectors.jira.settings import JiraSettings
from connectors.kit.conventions import EVERYTHING, Headers, HttpConventions, quote
from model.addresses import UrlShape
from model.keys import ToolReferences


def read_error(answer: Any) -> str:
    """The messages of Jira's error collection: `errorMessages`, and `errors` by field."""
    if not isinstance(answer, Mapping):
        return ""
    by_field = answer.get("errors")
    fields = by_field.items() if isinstance(by_field, Mapping) else ()
    messages = answer.get("errorMessages")
    general = (*(messages if isinstance(messages, list) else [messages]), answer.get("message"))
    return quote(
        [*(str(text) for text in general if text), *(f"{n}: {text}" for n, text in fields)]
    )


def pause_scope(headers: Headers, path: str) -> str:
    """`RateLimit-Reason` says what a limit counts.

    `jira-quota-*` concerns every request, `jira-burst-based` the endpoint, and
    `jira-per-issue-on-write` the issue; the latter two are both in the path.
    """
    is_quota = headers.get("RateLimit-Reason", "").startswith("jira-quota")
    return EVERYTHING if is_quota else path


_HTTP = HttpConventions(read_error=read_error, pause_scope=pause_scope)


_EXAMPLE = """\
  jira:
    tool: jira
    function: it
    url: https://your-company.atlassian.net   # as people open it
    email: interlock@your-company.example     # the account that reads and comments
    token_env: JIRA_TOKEN                     # its API token; one without scopes, or else also:
    # api_url: https://api.atlassian.com/ex/jira/<cloud id>
    projects: [ABC]
    # functions: { SEC: security }            # projects in which another function plans
    # The site's own fields, by the names that people see; due dates, links, releases, priorities
    # and history need no mention.
    # fields: { start: Start date, wbs: WBS element, depends_on: Depends on, percent: Progress }
    # references_in: [description]            # text that may name records of other tools
    # priorities: { Showstopper: critical }   # names beside Jira's own
"""

_PERMISSIONS = """\
An account of its own with an API token, and in each project the permissions *Browse Projects*,
*Add Comments* and *Edit Own Comments*; in a service project also the role of an agent, so that
its comments stay internal and it sees internal replies. *Delete Own Comments* lets it remove a
comment that customers would see. Reading replies needs no more, and nothing else is written.
"""

_KEY = r"([A-Z][A-Z0-9_]*-\d+)(?![\w-])"
# Queues of a service project are numbered, except the one of all requests: queues/issue/CDP-12.
_QUEUE = r"queues(?:/custom)?/\d+"

TOOL = Tool(
    name="jira",
    title="Jira Cloud",
    settings=JiraSettings,
    open=open_with("connectors.jira.connector:open_connector"),
    mapping_version=MAPPING_VERSION,
    example=_EXAMPLE,
    permissions=_PERMISSIONS,
    http=_HTTP,
    references=ToolReferences(
        urls=(
            UrlShape(rf"/(?:[^?#]*/)?(?:browse|issues?|portal/\d+(?:/group/\d+)?|{_QUEUE})/{_KEY}"),
            UrlShape(rf"[^?#]*\?(?:[^#]*&)?(?:selectedIssue|issueKey)={_KEY}"),
        )
    ),
    addresses=lambda settings: tuple(filter(None, (settings.url, settings.api_url))),
)
