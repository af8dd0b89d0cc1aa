"""The demo's instance: every one of its connections is a stand-in or a file of the demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from model.warehouse.failures import URL_VARIABLE
from pipelines.instance import Instance

SECRETS = {
    "IT_JIRA_TOKEN": "sandbox-token",
    "SALES_CLIENT_ID": "sandbox-client",
    "SALES_CLIENT_SECRET": "sandbox-secret",
}
"""The credentials of the stand-ins, which protect nothing."""

_TOOLS = {
    "it-jira": "jira",
    "sales": "salesforce",
    "marketing-plan": "spreadsheet",
    "finance-erp": "erp",
}
_LOOPBACK = ("127.0.0.1", "localhost")


class DemoFailed(Exception):
    """The demo cannot run here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class DemoInstance:
    """An instance folder, and the addresses and files of its four connections."""

    home: Path
    jira_url: str
    salesforce_url: str
    workbook: Path
    export: Path

    @property
    def contents(self) -> Path:
        """Folder with the contents with which the stand-ins start."""
        return self.home / "state" / "demo"

    @property
    def changes(self) -> Path:
        """Folder in which the stand-ins save their state."""
        return self.home / "state" / "sandbox"


def require_demo_instance(instance: Instance) -> DemoInstance:
    """The demo's instance, in which no other tool or file can be written to.

    Raises DemoFailed for any other instance and for a warehouse that the environment names.
    """
    connections: Mapping[str, Any] = instance.deployment.connections
    tools = {name: settings.tool for name, settings in connections.items()}
    # Exactly these: a connection that somebody added may be a real tool.
    if tools != _TOOLS:
        raise _not_the_demos(instance.home, f"its connections are {', '.join(tools)}")
    for name in ("it-jira", "sales"):
        if urlsplit(connections[name].url).hostname not in _LOOPBACK:
            raise _not_the_demos(instance.home, f"{name} is {connections[name].url}")
    for name in ("marketing-plan", "finance-erp"):
        parts = PurePosixPath(connections[name].path).parts
        # `files/../..` would lead out of the folder that the demo may write to.
        if parts[0] != "files" or ".." in parts:
            raise _not_the_demos(instance.home, f"{name} is {connections[name].path}")
    # The demo drops every table when it starts over.
    if URL_VARIABLE in instance.environment:
        raise DemoFailed(
            f"{URL_VARIABLE} names a warehouse that may be in use, and the demo empties its "
            "warehouse. Unset it: the demo brings its own"
        )
    return DemoInstance(
        instance.home,
        connections["it-jira"].url,
        connections["sales"].url,
        instance.home / connections["marketing-plan"].path,
        instance.home / connections["finance-erp"].path,
    )


def _not_the_demos(home: Path, reason: str) -> DemoFailed:
    return DemoFailed(
        f"{home} is not the demo's instance: {reason}. The demo writes into every connection, so "
        "it runs only where all are its own. Let INTERLOCK_HOME name a folder that does not exist "
        "yet: the demo writes its instance there"
    )
