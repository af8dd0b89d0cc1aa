"""The tool `erp`, as the entry point `interlock.connectors` declares it."""

from __future__ import annotations

from connectors.base import Tool, open_with
from connectors.erp.mapping import MAPPING_VERSION
from connectors.erp.settings import ErpSettings

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
them, in which people also answer. The exports themselves are never changed. Whoever may write the
findings file can answer under any name.
"""

TOOL = Tool(
    name="erp",
    title="ERP exports",
    settings=ErpSettings,
    open=open_with("connectors.erp.connector:open_connector"),
    mapping_version=MAPPING_VERSION,
    example=_EXAMPLE,
    permissions=_PERMISSIONS,
)
