"""The TLS context that all HTTP clients of this process share."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def tls_context() -> ssl.SSLContext:
    """The trusted certificates, as httpx chooses them (SSL_CERT_FILE and SSL_CERT_DIR count)."""
    # Every httpx.Client would load them again, which takes 50 ms: a third of a quiet sync.
    return httpx.create_ssl_context()
