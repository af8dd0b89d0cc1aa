"""The tools Interlock knows: for each its settings and how a connection to it is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors import erp, jira, salesforce, spreadsheets
from connectors.base import ConnectionSettings, Connector, Surroundings


@dataclass(frozen=True, slots=True)
class Tool:
    """A kind of connection: the shape of its entry in interlock.yaml, and its connector."""

    settings: type[ConnectionSettings]
    open: Callable[[Any, Surroundings], Connector]


TOOLS: Mapping[str, Tool] = {
    "jira": Tool(jira.JiraSettings, jira.open_connector),
    "salesforce": Tool(salesforce.SalesforceSettings, salesforce.open_connector),
    "spreadsheet": Tool(spreadsheets.SpreadsheetSettings, spreadsheets.open_connector),
    "erp": Tool(erp.ErpSettings, erp.open_connector),
}
"""By the word that stands after `tool:` in interlock.yaml."""
