"""A server whose certificate cannot be trusted: named as such, and asked once."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread

import httpx
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.kit import client
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.exceptions import RequestFailed
from connectors.kit.tls import explain_tls

Served = Callable[..., tuple[str, list[int]]]
NOW = datetime.now(UTC)


def write_certificate(path: Path, *, host: str, until: datetime) -> None:
    """A self-signed certificate with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tool")])
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "127.0.0.1":
        names = [x509.IPAddress(IPv4Address(host))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serves TLS with a certificate; the address, and a list that grows with each connection."""
    listeners: list[socket.socket] = []

    def serve(host: str = "127.0.0.1", days: int = 30) -> tuple[str, list[int]]:
        path = tmp_path / "certificate.pem"
        write_certificate(path, host=host, until=NOW + timedelta(days=days))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        asked: list[int] = []

        def answer() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    asked.append(1)
                    with closing(connection), suppress(OSError):
                        context.wrap_socket(connection, server_side=True).close()

        Thread(target=answer, daemon=True).start()
        return f"https://127.0.0.1:{listener.getsockname()[1]}", asked

    yield serve
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def failure(url: str, trusted: Path | None = None, method: str = "GET") -> RequestFailed:
    """What a request ends with, where a file is trusted beside nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        context = ssl.create_default_context(cafile=trusted)
        patch.setattr(client, "tls_context", lambda: context)
        http = HttpClient("crm", url, httpx.Auth(), "no secret", Clock(sleep=lambda _: None))
        with closing(http), pytest.raises(RequestFailed) as failed:
            (http.read if method == "GET" else http.write)(method, "/deals")
    return failed.value


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_self_signed_certificate_is_named_with_the_setting_that_trusts_it_and_asked_for_once(
    served: Served, method: str
) -> None:
    url, asked = served()

    error = failure(url, method=method)

    assert "the server's certificate is self-signed" in str(error)
    assert "SSL_CERT_FILE" in error.remedy
    assert not error.transient
    assert asked == [1]


def test_an_expired_certificate_is_called_expired(served: Served, tmp_path: Path) -> None:
    url, _ = served(days=-1)

    assert "has expired" in str(failure(url, tmp_path / "certificate.pem"))


@pytest.mark.parametrize("host", ["other.example", "127.0.0.2"])
def test_a_certificate_for_another_host_points_to_the_url(
    served: Served, tmp_path: Path, host: str
) -> None:
    url, _ = served(host=host)

    error = failure(url, tmp_path / "certificate.pem")

    assert "is for another" in str(error)
    assert "url" in error.remedy


def test_a_server_without_tls_is_called_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with closing(connection):
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        Thread(target=answer, daemon=True).start()

        error = failure(f"https://127.0.0.1:{listener.getsockname()[1]}")

    assert "does not speak TLS" in str(error)


def test_the_library_for_checks_hands_its_cause_on_as_an_argument(served: Served) -> None:
    url, _ = served()

    with pytest.raises(requests.RequestException) as failed:
        requests.get(url, timeout=5)

    problem = explain_tls(failed.value)
    assert problem is not None
    assert "self-signed" in problem[0]
