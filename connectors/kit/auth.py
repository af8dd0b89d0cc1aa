"""Ways to sign requests that httpx does not have itself (it has `httpx.BasicAuth`)."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from connectors.kit.clock import Clock

_RENEW_BEFORE = timedelta(minutes=2)
"""A token is renewed this long before it expires, for clocks that differ."""


class HeaderAuth(httpx.Auth):
    """A secret in a header: `HeaderAuth("PRIVATE-TOKEN", token)`."""

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers[self._name] = self._value
        yield request


class BearerAuth(HeaderAuth):
    """`Authorization: Bearer …` (RFC 6750)."""

    def __init__(self, token: str) -> None:
        super().__init__("Authorization", f"Bearer {token}")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token, when it expires (UTC; None: when the tool says 401), and whose it is, if known."""

    value: str = field(repr=False)
    expires_at: datetime | None = None
    user_id: str = ""


class RenewedTokenAuth(httpx.Auth):
    """Bearer tokens that `sign_in` gets: the first at first use, a new one when one expires.

    A 401 renews the token once per request. `sign_in` raises ConnectionFailed.
    """

    def __init__(self, sign_in: Callable[[], AccessToken], clock: Clock) -> None:
        self._sign_in = sign_in
        self._clock = clock
        self._token: AccessToken | None = None

    def token(self) -> AccessToken:
        """The token in use, or a new one where there is none or it expires."""
        token = self._token
        expires = token.expires_at if token else None
        if token is None or (expires and expires - _RENEW_BEFORE <= self._clock.now()):
            return self.renew()
        return token

    def renew(self) -> AccessToken:
        """Sign in again; a tool may revoke a token before it expires."""
        self._token = self._sign_in()
        return self._token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.token().value}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            request.headers["Authorization"] = f"Bearer {self.renew().value}"
            yield request
