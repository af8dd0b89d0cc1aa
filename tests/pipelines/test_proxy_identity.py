"""Who sends a request: what the proxy has to prove, and what does not count."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from model.operating_model.identity import Identity, IdentityKind
from pipelines.proxy_identity import (
    LOCAL_PERSON,
    SECRET_VARIABLE,
    NotVerified,
    PersonHeader,
    identify,
    identity_of_run,
    prove_run,
    require_own_page,
)

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
SECRET = "a secret of the proxy and Interlock"
ADA = "ada@small.example"
CLOSED = {SECRET_VARIABLE: SECRET, LOCAL_PERSON: "local@small.example"}
LOCAL = {LOCAL_PERSON: "local@small.example"}


def headers(*pairs: tuple[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in pairs]


def signature(person: str = ADA, at: datetime = NOW, secret: str = SECRET) -> tuple[str, str]:
    seconds = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}\n{person}".encode(), hashlib.sha256).hexdigest()
    return "X-Interlock-Signature", f"t={seconds},v1={digest}"


EMAIL = ("X-Forwarded-Email", ADA)
PROOF = ("X-Interlock-Proxy-Secret", SECRET)


@pytest.mark.parametrize("proof", [PROOF, signature(), signature(at=NOW - timedelta(seconds=59))])
def test_a_person_with_a_proof_counts(proof: tuple[str, str]) -> None:
    identity = identify(headers(EMAIL, proof), PersonHeader(), CLOSED, NOW)

    assert identity == Identity(IdentityKind.EMAIL, ADA)


def test_a_header_may_carry_ids() -> None:
    header = PersonHeader("Remote-User", IdentityKind.ID)
    identity = identify(headers(("Remote-User", " ada\t"), PROOF), header, CLOSED, NOW)

    assert identity == Identity(IdentityKind.ID, "ada")


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([EMAIL], "neither"),
        ([PROOF], "no header X-Forwarded-Email"),
        ([("X-Forwarded-Email", " "), PROOF], "no header X-Forwarded-Email"),
        ([EMAIL, ("X-Interlock-Proxy-Secret", "wrong")], "not the secret"),
        ([EMAIL, ("X-Interlock-Proxy-Secret", "wrong"), signature()], "not the secret"),
        ([EMAIL, PROOF, signature("eve@small.example")], "does not fit the person"),
        ([EMAIL, EMAIL, PROOF], "2 headers"),
        ([EMAIL, PROOF, PROOF], "2 headers"),
        ([EMAIL, signature(), signature()], "2 headers"),
        ([("X_Forwarded_Email", ADA), PROOF], "no header X-Forwarded-Email"),
        ([EMAIL, signature("eve@small.example")], "does not fit the person"),
        ([EMAIL, signature(secret="another secret, as long")], "does not fit the person"),
        ([EMAIL, signature(at=NOW - timedelta(seconds=61))], "from now"),
        ([EMAIL, signature(at=NOW + timedelta(seconds=61))], "from now"),
        ([EMAIL, ("X-Interlock-Signature", "t=1")], "not of the form"),
        ([EMAIL, ("X-Interlock-Signature", signature()[1].upper())], "not of the form"),
    ],
)
def test_anything_less_is_refused_with_its_reason(
    pairs: list[tuple[str, str]], reason: str
) -> None:
    with pytest.raises(NotVerified, match=reason) as refused:
        identify(headers(*pairs), PersonHeader(), CLOSED, NOW)

    assert SECRET not in str(refused.value)


def test_a_name_that_is_no_utf_8_text_is_refused() -> None:
    with pytest.raises(NotVerified, match="UTF-8"):
        identify([(b"x-forwarded-email", b"\xff")], PersonHeader(), CLOSED, NOW)


def test_a_short_secret_protects_nothing() -> None:
    short = {SECRET_VARIABLE: "short"}
    with pytest.raises(NotVerified, match="shorter than 16"):
        identify(headers(EMAIL, ("X-Interlock-Proxy-Secret", "short")), PersonHeader(), short, NOW)


def test_without_any_setting_nobody_counts() -> None:
    with pytest.raises(NotVerified, match="INTERLOCK_PROXY_SECRET is not set"):
        identify(headers(EMAIL, PROOF), PersonHeader(), {}, NOW)


def test_the_local_person_counts_only_without_proxy_and_secret() -> None:
    assert identify(headers(("Host", "localhost")), PersonHeader(), LOCAL, NOW) == Identity(
        IdentityKind.LOCAL, "local@small.example"
    )
    with pytest.raises(NotVerified, match="for a UI without one"):
        identify(headers(EMAIL), PersonHeader(), LOCAL, NOW)
    with pytest.raises(NotVerified):
        identify([], PersonHeader(), CLOSED, NOW)


@pytest.mark.parametrize(
    "host", ["localhost:3000", "LocalHost", "127.0.0.1:3000", "[::1]:3000", "desk.small.example:1"]
)
def test_the_local_person_counts_at_this_machine_and_at_the_address_of_the_ui(host: str) -> None:
    request = headers(("Host", host))
    ui_url = "http://desk.small.example:3000"

    assert identify(request, PersonHeader(), LOCAL, NOW, ui_url).value == "local@small.example"


@pytest.mark.parametrize(
    "host", ["evil.example:3000", "localhost.evil.example", "localhost@evil.example", "[", "", None]
)
def test_a_name_that_another_site_lets_lead_here_names_nobody(host: str | None) -> None:
    request = headers() if host is None else headers(("Host", host))

    for ui_url in ("", "http://127.0.0.1:3000", "http://["):
        with pytest.raises(NotVerified, match="its request was sent to the host"):
            identify(request, PersonHeader(), LOCAL, NOW, ui_url)


def test_behind_a_proxy_with_a_secret_any_host_may_stand() -> None:
    request = headers(EMAIL, PROOF, ("Host", "anything.example"))

    assert identify(request, PersonHeader(), CLOSED, NOW).value == ADA


def test_the_person_of_a_run_needs_the_proof_for_this_run_and_person() -> None:
    ada, eve = (Identity(IdentityKind.EMAIL, f"{name}@small.example") for name in ("ada", "eve"))
    proof = prove_run("run-1", ada, CLOSED)

    assert identity_of_run("run-1", str(ada), proof, CLOSED) == ada
    for run_id, stated, proved in (
        ("run-2", str(ada), proof),
        ("run-1", str(eve), proof),
        ("run-1", str(ada), ""),
        ("run-1", "ada@small.example", proof),
        ("run-1", "", ""),
        ("run-1", "local:local@small.example", prove_run("run-1", ada, LOCAL)),
    ):
        with pytest.raises(NotVerified):
            identity_of_run(run_id, stated, proved, CLOSED)


def test_a_local_run_counts_only_for_the_local_person_of_the_process() -> None:
    local = Identity(IdentityKind.LOCAL, "local@small.example")
    proof = prove_run("run-1", local, LOCAL)

    assert identity_of_run("run-1", str(local), proof, LOCAL) == local
    for environment in ({}, {LOCAL_PERSON: ADA}, CLOSED):
        with pytest.raises(NotVerified):
            identity_of_run("run-1", str(local), proof, environment)


HOST = ("Host", "dagster.small.example:8443")


@pytest.mark.parametrize(
    "pairs",
    [
        [HOST, ("Sec-Fetch-Site", "same-origin")],
        [HOST, ("Sec-Fetch-Site", "same-origin"), ("Origin", "https://other.example")],
        [HOST, ("Origin", "https://Dagster.small.example:8443")],
        [HOST],
    ],
)
def test_a_post_of_the_ui_itself_or_of_no_browser_counts(pairs: list[tuple[str, str]]) -> None:
    require_own_page("POST", headers(*pairs))


@pytest.mark.parametrize(
    ("method", "pairs", "reason"),
    [
        ("GET", [HOST, ("Sec-Fetch-Site", "same-origin")], "a GET request"),
        ("WebSocket", [HOST], "a WebSocket request"),
        ("POST", [HOST, ("Sec-Fetch-Site", "cross-site")], "Sec-Fetch-Site: cross-site"),
        ("POST", [HOST, ("Sec-Fetch-Site", "same-site")], "Sec-Fetch-Site: same-site"),
        ("POST", [HOST, ("Sec-Fetch-Site", "none")], "Sec-Fetch-Site: none"),
        ("POST", [HOST, *[("Sec-Fetch-Site", "same-origin")] * 2], "2 headers Sec-Fetch-Site"),
        ("POST", [HOST, ("Origin", "https://dagster.small.example")], "not the host of this UI"),
        ("POST", [HOST, ("Origin", "null")], "a page of null"),
        ("POST", [HOST, ("Origin", "https://[")], "not the host of this UI"),
        ("POST", [("Origin", "https://dagster.small.example")], "not the host of this UI"),
    ],
)
def test_a_request_that_another_page_may_have_caused_names_nobody(
    method: str, pairs: list[tuple[str, str]], reason: str
) -> None:
    with pytest.raises(NotVerified, match=reason):
        require_own_page(method, headers(*pairs))
