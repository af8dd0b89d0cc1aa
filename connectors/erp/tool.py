"""The tool `erp`, as the entry point `interlock.connectors` declares it."""

from __future__ import annotations

from connectors.base import Connector, ConnectorContext, Tool
from connectors.erp.settings import ErpSettings


def _open(settings: ErpSettings, context: ConnectorContext) -> Connector:
    from connectors.erp.connector import open_connector

    return open_connector(settings, context)


_EXAMPLE = """\
  erp:
    tool: erp
    function: finance
    path: exports/*.csv
    profile:                                # the rest is found in the file itself
      columns: { document: Document, date: Posting date, release_date: Valid from, wbs: WBS, currency: Currency }
      amount: Amount
      kind: Type
      kinds: { Budget: budget, Commitment: commitment, Actual: actual }
      keys: [Document]
      total: Total
"""  # noqa: E501

_PERMISSIONS = """\
Read access to the export files, and write access to their folder for the findings file beside
them. The exports themselves are never changed.
"""

TOOL = Tool(
    name="erp",
    title="ERP exports",
    settings=ErpSettings,
    open=_open,
    mapping_version=1,
    example=_EXAMPLE,
    permissions=_PERMISSIONS,
)
