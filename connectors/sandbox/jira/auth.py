"""Authentication: Basic `email:token` or a Bearer token, as in Jira Cloud.

The site has one token, with which every user may sign in: the e-mail address says which user it
is, so tests can act as a person. A Bearer token stands for the connection's own account.
"""

from __future__ import annotations

import base64
import binascii

from starlette.requests import Request

from connectors.sandbox.jira.site import JiraSite

CLIENT_MUST_BE_AUTHENTICATED = "Client must be authenticated to access this resource."


class JiraErrorResponse(Exception):
    """Ends a request with a status and the messages of Jira's ErrorCollection.

    `errors` has one message per invalid field.
    """

    def __init__(self, status: int, *messages: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(status, *messages)
        self.status = status
        self.messages = list(messages)
        self.errors = errors or {}


def authenticate(request: Request, site: JiraSite, *, expired: bool) -> str | None:
    """Account id of whoever sent the request; None if it is anonymous.

    Raises JiraErrorResponse (401) for invalid or expired credentials.
    """
    header = request.headers.get("authorization")
    if not header:
        return None
    account = None if expired else _find_account(header, site)
    # Real sites treat bad credentials as anonymous on many endpoints: a search then finds nothing
    # instead of failing.
    if account is None and not site.settings.anonymous:
        raise JiraErrorResponse(401, CLIENT_MUST_BE_AUTHENTICATED)
    return account


def _find_account(header: str, site: JiraSite) -> str | None:
    # The scheme of an Authorization header is case-insensitive (RFC 9110, 11.1).
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() == "bearer":
        return site.account_id if credentials == site.token else None
    try:
        email, _, token = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if scheme.lower() != "basic" or token != site.token:
        return None
    if email == site.email:
        return site.account_id
    users = site.users.values()
    return next((user["accountId"] for user in users if user.get("emailAddress") == email), None)
