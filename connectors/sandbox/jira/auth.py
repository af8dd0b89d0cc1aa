"""Who asks: Basic `email:token` or a Bearer token, as Jira Cloud takes them.

Any user of the site may come with the site's token; which one it is follows from the email
address, so that tests can act as a person. Bearer is the connection's own account.
"""

from __future__ import annotations

import base64
import binascii

from starlette.requests import Request

from connectors.sandbox.jira.site import JiraSite

CLIENT_MUST_BE_AUTHENTICATED = "Client must be authenticated to access this resource."


class Refused(Exception):
    """A request that Jira answers with an error; the arguments are its status and messages."""

    def __init__(self, status: int, *messages: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(status, *messages)
        self.status = status
        self.messages = list(messages)
        self.errors = errors or {}


def account_of(request: Request, site: JiraSite, *, expired: bool) -> str | None:
    """Account id of the asker, None for an anonymous one; raises Refused for bad credentials.

    With `Settings.anonymous` bad credentials make an anonymous asker: real sites do so on
    many endpoints, and answer a search with no rows instead of a refusal.
    """
    header = request.headers.get("authorization")
    if not header:
        return None
    account = None if expired else _account(header, site)
    if account is None and not site.settings.anonymous:
        raise Refused(401, CLIENT_MUST_BE_AUTHENTICATED)
    return account


def _account(header: str, site: JiraSite) -> str | None:
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
    people = site.users.values()
    return next((one["accountId"] for one in people if one.get("emailAddress") == email), None)
