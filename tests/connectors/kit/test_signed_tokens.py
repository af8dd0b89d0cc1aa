"""Tokens that an app signs with its private key."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.base import ConnectionFailed, ConnectorContext
from connectors.kit.signed_tokens import read_private_key, sign_claims
from model.operating_model.lookups import ConnectionLookups

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
).decode()


def test_a_signed_token_holds_its_claims_for_whoever_has_the_public_key() -> None:
    token = sign_claims("crm", {"iss": "app", "sub": "bot"}, PEM, "APP_KEY")
    assert jwt.decode(token, KEY.public_key(), algorithms=["RS256"]) == {"iss": "app", "sub": "bot"}
    assert jwt.get_unverified_header(token)["alg"] == "RS256"


def test_a_key_on_one_line_gets_its_line_breaks_back() -> None:
    environment = {"APP_KEY": PEM.strip().replace("\n", "\\n")}
    context = ConnectorContext("crm", Path(), environment, ConnectionLookups())
    assert read_private_key(context, "APP_KEY", "key_env") == PEM.strip()


def test_text_that_is_no_private_key_is_refused_without_showing_it() -> None:
    with pytest.raises(
        ConnectionFailed, match="APP_KEY does not hold an RSA private key"
    ) as caught:
        sign_claims("crm", {"iss": "app"}, "hidden-text", "APP_KEY")
    assert "hidden-text" not in str(caught.value)
    assert caught.value.remedy
