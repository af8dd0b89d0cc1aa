"""Who sends a request, as the proxy in front of Dagster states it, and the proof of that.

The proxy and Interlock share a secret, INTERLOCK_PROXY_SECRET. The proxy proves that a request
came through it by one of two headers:

- `X-Interlock-Proxy-Secret`: the secret itself
- `X-Interlock-Signature: t=SECONDS,v1=HEX`: the time as Unix seconds, and the HMAC-SHA256 under
  the secret of `SECONDS`, a line feed and the value of the person's header, in UTF-8
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from model.operating_model.identity import Identity, IdentityKind

SECRET_VARIABLE = "INTERLOCK_PROXY_SECRET"  # noqa: S105 a name
LOCAL_PERSON = "INTERLOCK_LOCAL_PERSON"
"""The environment variable with the e-mail address of whoever uses a UI without a proxy.

Only for a UI that nobody else can reach.
"""
SECRET_HEADER = "X-Interlock-Proxy-Secret"  # noqa: S105 a name
SIGNATURE_HEADER = "X-Interlock-Signature"
SIGNATURE_SECONDS = 60
"""How far the time of a signature may be from now, in either direction."""
_SHORTEST_SECRET = 16
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")

Headers = Iterable[tuple[bytes, bytes]]
"""All headers of a request, as they came; one name may come twice."""


class NotVerified(Exception):
    """Nobody has proved who sends a request; the message says what is missing."""


@dataclass(frozen=True)
class PersonHeader:
    """The header with which the proxy names the person, and what it contains."""

    name: str = "X-Forwarded-Email"
    kind: IdentityKind = IdentityKind.EMAIL


def identify(
    headers: Headers,
    header: PersonHeader,
    environment: Mapping[str, str],
    now: datetime,
    ui_url: str = "",
) -> Identity:
    """The person who sends a request with these headers; raises NotVerified.

    Without a secret only the person of INTERLOCK_LOCAL_PERSON counts, who is whoever sends a
    request that came through no proxy, to a name of this machine or the host of `ui_url`.
    """
    listed = list(headers)
    value = _single(listed, header.name)
    if secret := environment.get(SECRET_VARIABLE):
        _require_long(secret)
        if value is None:
            raise NotVerified(f"the proxy sent no header {header.name}")
        _require_proof(listed, value, secret, now)
        return Identity(header.kind, value)
    local = environment.get(LOCAL_PERSON)
    if not local:
        raise NotVerified(
            f"{SECRET_VARIABLE} is not set, so nothing proves who sends a request; set it here and "
            f"in the proxy, or {LOCAL_PERSON} on a machine of your own"
        )
    if value is not None:
        raise NotVerified(
            f"a header {header.name} came without {SECRET_VARIABLE} being set; a UI behind a proxy "
            f"needs the secret, and {LOCAL_PERSON} is for a UI without one"
        )
    _require_own_host(_single(listed, "Host"), ui_url)
    return Identity(IdentityKind.LOCAL, local)


def _require_own_host(host: str | None, ui_url: str) -> None:
    """That the browser knows this UI by a name of its own; raises NotVerified.

    A page of another site can let its own name lead to this machine (DNS rebinding). Its requests
    then come from the same origin as the UI's own, but carry that name.
    """
    name = _hostname(f"//{host or ''}")
    if name is None or name not in {*_LOCAL_HOSTS, _hostname(ui_url)}:
        raise NotVerified(
            f"its request was sent to the host {host or 'of no name'}; with {LOCAL_PERSON} only "
            "localhost, 127.0.0.1, [::1] and the host of `ui_url` in interlock.yaml count"
        )


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def require_own_page(method: str, headers: Headers) -> None:
    """That a page of another site did not send a request; raises NotVerified.

    The proxy names the person in every request of their browser, also in one that another site's
    page makes. Such a page can send a GET unnoticed; a POST carries `Sec-Fetch-Site`
    (https://www.w3.org/TR/fetch-metadata/) or, over plain HTTP, `Origin`. A client that is no
    browser sends neither.
    """
    if method != "POST":
        raise NotVerified(f"it was launched by a {method} request, which any page can cause")
    listed = list(headers)
    site, origin = _single(listed, "Sec-Fetch-Site"), _single(listed, "Origin")
    if site is not None:
        if site != "same-origin":
            raise NotVerified(f"its request came from another page (Sec-Fetch-Site: {site})")
    elif origin is not None and not _is_at(origin, _single(listed, "Host")):
        raise NotVerified(
            f"its request came from a page of {origin}, which is not the host of this UI; "
            "a proxy has to pass Host on as it came, with its port"
        )


def _is_at(origin: str, host: str | None) -> bool:
    try:
        place = urlsplit(origin).netloc
    except ValueError:
        return False
    return host is not None and bool(place) and place.lower() == host.lower()


def prove_run(run_id: str, identity: Identity, environment: Mapping[str, str]) -> str:
    """What shows that a run was tagged with this person by Interlock, and not by a launch form."""
    key = environment.get(SECRET_VARIABLE) or environment.get(LOCAL_PERSON, "")
    # Another first line than that of a signed request, so that neither passes for the other.
    return _hmac(key, f"run\n{run_id}\n{identity}")


def identity_of_run(
    run_id: str, stated: str, proof: str, environment: Mapping[str, str]
) -> Identity:
    """The person of a run from its tags; raises NotVerified if their proof is not ours."""
    try:
        identity = Identity.parse(stated)
    except ValueError:
        raise NotVerified("it has no verified person") from None
    is_local = not environment.get(SECRET_VARIABLE)
    if is_local != (identity.kind is IdentityKind.LOCAL) or (
        is_local and identity.value != environment.get(LOCAL_PERSON)
    ):
        raise NotVerified("its person was verified in another way than this process expects")
    expected = prove_run(run_id, identity, environment)
    if not hmac.compare_digest(proof.encode(), expected.encode()):
        raise NotVerified("its person was not stated by Interlock's run coordinator")
    return identity


def _require_long(secret: str) -> None:
    if len(secret) < _SHORTEST_SECRET:
        raise NotVerified(f"{SECRET_VARIABLE} is shorter than {_SHORTEST_SECRET} characters")


def _require_proof(
    headers: list[tuple[bytes, bytes]], person: str, secret: str, now: datetime
) -> None:
    stated = _single(headers, SECRET_HEADER)
    signature = _single(headers, SIGNATURE_HEADER)
    if stated is None and signature is None:
        raise NotVerified(f"the request has neither {SECRET_HEADER} nor {SIGNATURE_HEADER}")
    if stated is not None and not hmac.compare_digest(stated.encode(), secret.encode()):
        raise NotVerified(f"{SECRET_HEADER} is not the secret of {SECRET_VARIABLE}")
    if signature is not None:
        _require_signature(signature, person, secret, now)


def _require_signature(signature: str, person: str, secret: str, now: datetime) -> None:
    match = _SIGNATURE.fullmatch(signature)
    if match is None:
        raise NotVerified(f"{SIGNATURE_HEADER} is not of the form t=SECONDS,v1=HEX")
    seconds, digest = match.groups()
    if not hmac.compare_digest(digest, _hmac(secret, f"{seconds}\n{person}")):
        raise NotVerified(f"{SIGNATURE_HEADER} does not fit the person and {SECRET_VARIABLE}")
    if abs(now.timestamp() - int(seconds)) > SIGNATURE_SECONDS:
        raise NotVerified(
            f"{SIGNATURE_HEADER} is more than {SIGNATURE_SECONDS} s from now; sign each request, "
            "and set the clocks of both machines"
        )


def _single(headers: list[tuple[bytes, bytes]], name: str) -> str | None:
    """The value of a header; None if it is absent or empty.

    Raises NotVerified if there are several, of which a proxy and Interlock may read different ones.
    """
    values = [value for key, value in headers if key.lower() == name.lower().encode()]
    if len(values) > 1:
        raise NotVerified(f"the request has {len(values)} headers {name}")
    try:
        # Blanks and tabs around a value are no part of it (RFC 9110, 5.5).
        return values[0].decode("utf-8").strip(" \t") or None if values else None
    except UnicodeDecodeError:
        raise NotVerified(f"{name} is no UTF-8 text") from None


def _hmac(secret: str, message: str) -> str:
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
