"""Where the demo plays: an instance whose every connection is the demo's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from model.warehouse.connect import URL_VARIABLE
from pipelines.instance import Instance

SECRETS = {
    "IT_JIRA_TOKEN": "sandbox-token",
    "SALES_CLIENT_ID": "sandbox-client",
    "SALES_CLIENT_SECRET": "sandbox-secret",
}
"""The stand-ins' own credentials, which protect nothing."""

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
class Place:
    """An instance folder and where its four connections are read."""

    home: Path
    jira_url: str
    salesforce_url: str
    workbook: Path
    export: Path

    @property
    def contents(self) -> Path:
        """What the stand-ins begin with."""
        return self.home / "state" / "demo"

    @property
    def changes(self) -> Path:
        """What the stand-ins hold now."""
        return self.home / "state" / "sandbox"


def demo_place(instance: Instance) -> Place:
    """The place, if nothing but the demo's own tools and files can be written into.

    Raises DemoFailed for any other instance.
    """
    connections: Mapping[str, Any] = instance.deployment.connections
    tools = {name: settings.tool for name, settings in connections.items()}
    if tools != _TOOLS:
        raise _not_ours(instance.home, f"its connections are {', '.join(tools)}")
    for name in ("it-jira", "sales"):
        if urlsplit(connections[name].url).hostname not in _LOOPBACK:
            raise _not_ours(instance.home, f"{name} is {connections[name].url}")
    for name in ("marketing-plan", "finance-erp"):
        parts = PurePosixPath(connections[name].path).parts
        if parts[0] != "files" or ".." in parts:
            raise _not_ours(instance.home, f"{name} is {connections[name].path}")
    if URL_VARIABLE in instance.environment:
        reason = f"The demo starts its warehouse anew and {URL_VARIABLE} names one that may be"
        raise DemoFailed(f"{reason} in use. Unset it: the demo brings its own")
    return Place(
        instance.home,
        connections["it-jira"].url,
        connections["sales"].url,
        instance.home / connections["marketing-plan"].path,
        instance.home / connections["finance-erp"].path,
    )


def _not_ours(home: Path, reason: str) -> DemoFailed:
    return DemoFailed(
        f"{home} is not the demo's instance: {reason}. The demo writes into every connection, so "
        "it runs only where all are its own. Let INTERLOCK_HOME name a folder that does not exist "
        "yet: the demo writes its instance there"
    )
