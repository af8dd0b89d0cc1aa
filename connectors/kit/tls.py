"""The TLS context that all HTTP clients of this process share, and what its refusals mean."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from functools import cache

import httpx

_ADD_AUTHORITY = (
    "If the server is the right one, let SSL_CERT_FILE name a file (PEM) that holds the "
    "certificate of the authority that issued it, and of every other that is trusted."
)
_VALIDITY = "Let the server's certificate be renewed, or correct the clock of this machine."
_NAME = "Correct the connection's url: its host has to be one that the certificate names."
_MEANINGS = {
    9: ("is not valid yet", _VALIDITY),
    10: ("has expired", _VALIDITY),
    18: ("is self-signed", _ADD_AUTHORITY),
    19: ("comes from an authority that signed itself and is not trusted here", _ADD_AUTHORITY),
    20: ("comes from an authority that is not trusted here", _ADD_AUTHORITY),
    21: ("comes without that of its authority", _ADD_AUTHORITY),
    62: ("is for another host name", _NAME),
    64: ("is for another address", _NAME),
}
"""By the codes of OpenSSL's X509_V_ERR_*: https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/."""


@cache
def tls_context() -> ssl.SSLContext:
    """The trusted certificates, as httpx chooses them (SSL_CERT_FILE and SSL_CERT_DIR count)."""
    # Every httpx.Client would load them again, which takes 50 ms: a third of a quiet sync.
    return httpx.create_ssl_context()


def trusted_file() -> str | bool:
    """`verify` of a client that is not httpx, so that SSL_CERT_FILE counts for it too."""
    return os.environ.get("SSL_CERT_FILE") or True


def explain_tls(error: BaseException) -> tuple[str, str] | None:
    """What is wrong with a server's certificate or TLS, and the remedy; None for another error.

    No such error passes by itself, so the request is not worth repeating.
    """
    cause = next((each for each in _causes(error) if isinstance(each, ssl.SSLError)), None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        otherwise = (f"is not accepted ({cause.verify_message})", _ADD_AUTHORITY)
        what, remedy = _MEANINGS.get(cause.verify_code, otherwise)
        return f"the server's certificate {what}", remedy
    if cause is not None and cause.reason == "WRONG_VERSION_NUMBER":
        return "the server does not speak TLS", "Correct the scheme or the port of the url."
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it came from; some libraries hand the cause on as an argument."""
    unseen, seen = [error], set[int]()
    while unseen:
        each = unseen.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        linked = (each.__cause__, each.__context__, getattr(each, "reason", None), *each.args)
        unseen += [other for other in linked if isinstance(other, BaseException)]
