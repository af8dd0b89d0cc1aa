"""A secret that a tool repeats in its answer appears in no error."""

from __future__ import annotations

import pickle
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import respx

from connectors.base import ConnectionFailed, Connector, ConnectorContext
from connectors.rest.connector import open_connector
from connectors.rest.settings import RestSettings
from connectors.tools import installed_tools

URL = "https://echo.example"
SECRET = "SECRET/OTHER 99ä"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def connect(secret: str = SECRET) -> Connector:
    settings = RestSettings.model_validate(
        {
            "tool": "rest",
            "url": URL,
            "function": "it",
            "auth": {"type": "basic", "username": "bot", "password_env": "ECHO_TOKEN"},
            "streams": {
                "tasks": {
                    "path": "/tasks",
                    "record": "work_item",
                    "id": "id",
                    "records": "items",
                    "fields": {"title": "title", "status": "state"},
                }
            },
        }
    )
    return open_connector(settings, ConnectorContext("echo", Path(), {"ECHO_TOKEN": secret}))


def failure(status: int, answer: Any, secret: str = SECRET) -> ConnectionFailed:
    """What reading fails with when the tool answers so."""
    respx.get(url__startswith=URL).respond(status, json=answer)
    connector = connect(secret)
    with pytest.raises(ConnectionFailed) as caught:
        list(connector.pull("tasks", None, NOW))
    connector.close()
    return caught.value


def show(error: ConnectionFailed) -> str:
    """All that may be printed or stored of an error."""
    copy = pickle.loads(pickle.dumps(error))
    return f"{error} {error!r} {error.args} {vars(error)} {copy} {copy.args}"


FORMS = {
    "as it is": SECRET,
    "URL-encoded": quote(SECRET, safe=""),
    "URL-encoded in small letters": quote(SECRET, safe="")
    .replace("%2F", "%2f")
    .replace("%C3%A4", "%c3%a4"),
    "base64": b64encode(SECRET.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("status", [200, 400, 401])
@respx.mock
def test_a_secret_that_the_tool_repeats_is_masked(status: int, form: str) -> None:
    shown = show(failure(status, {"message": f"token {form} is not valid"}))
    assert form not in shown
    assert "token ••• is not valid" in shown


@pytest.mark.parametrize("user", ["bot", "bots", "robot"])
@respx.mock
def test_a_header_with_user_and_secret_in_base64_is_masked(user: str) -> None:
    header = b64encode(f"{user}:{SECRET}".encode()).decode()
    shown = show(failure(400, {"message": f"Basic {header} is not valid"}))
    assert header not in shown
    assert header[8:-4] not in shown


@respx.mock
def test_no_beginning_of_a_secret_remains_where_a_long_text_is_cut() -> None:
    assert "SECRET" not in show(failure(400, {"message": "x" * 290 + SECRET}))
    assert "SECRET" not in show(failure(200, {"message": "x" * 290 + SECRET}))
    assert "SECRET" not in show(failure(200, {"items": "x" * 50 + SECRET}))


@respx.mock
def test_a_value_of_three_characters_is_no_secret_that_could_be_masked() -> None:
    assert "abc is wrong" in str(failure(400, {"message": "abc is wrong"}, secret="abc"))


def test_a_secret_is_masked_in_the_errors_of_its_own_connection_only() -> None:
    connect().close()
    assert SECRET not in show(ConnectionFailed("echo", f"{SECRET} is wrong", ""))
    assert SECRET in show(ConnectionFailed("other", f"{SECRET} is wrong", ""))


def test_the_secret_of_a_salesforce_connection_is_masked_where_signing_in_fails() -> None:
    tool = installed_tools().named("salesforce")
    settings = tool.settings.model_validate(
        {
            "tool": "salesforce",
            "url": URL,
            "function": "sales",
            "client_id_env": "CLIENT",
            "client_secret_env": "ECHO_TOKEN",
        }
    )
    environment = {"CLIENT": "client-1", "ECHO_TOKEN": SECRET}
    connector = tool.open(settings, ConnectorContext("echo", Path(), environment))
    with respx.mock:
        respx.post(url__startswith=URL).respond(
            400, json={"error": "invalid_client", "error_description": "x" * 270 + SECRET}
        )
        shown = repr(connector.check())
    connector.close()
    assert "invalid_client" in shown
    assert "SECRET" not in shown
