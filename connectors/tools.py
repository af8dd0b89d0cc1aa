"""The tools Interlock knows: for each its settings and how a connection to it is opened.

Settings are there at once, for interlock.yaml is read by every command. A connector brings its
tool's libraries along, so it is imported when a connection is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.base import ConnectionSettings, Connector, ConnectorContext
from connectors.erp.settings import ErpSettings
from connectors.jira.settings import JiraSettings
from connectors.salesforce.settings import SalesforceSettings
from connectors.spreadsheets.settings import SpreadsheetSettings


@dataclass(frozen=True, slots=True)
class Tool:
    """A kind of connection: the shape of its entry in interlock.yaml, and its connector."""

    settings: type[ConnectionSettings]
    open: Callable[[Any, ConnectorContext], Connector]


def _jira(settings: JiraSettings, context: ConnectorContext) -> Connector:
    from connectors.jira.connector import open_connector

    return open_connector(settings, context)


def _salesforce(settings: SalesforceSettings, context: ConnectorContext) -> Connector:
    from connectors.salesforce.connector import open_connector

    return open_connector(settings, context)


def _spreadsheet(settings: SpreadsheetSettings, context: ConnectorContext) -> Connector:
    from connectors.spreadsheets.connector import open_connector

    return open_connector(settings, context)


def _erp(settings: ErpSettings, context: ConnectorContext) -> Connector:
    from connectors.erp.connector import open_connector

    return open_connector(settings, context)


TOOLS: Mapping[str, Tool] = {
    "jira": Tool(JiraSettings, _jira),
    "salesforce": Tool(SalesforceSettings, _salesforce),
    "spreadsheet": Tool(SpreadsheetSettings, _spreadsheet),
    "erp": Tool(ErpSettings, _erp),
}
"""By the word that stands after `tool:` in interlock.yaml."""
