"""What Interlock knows of Salesforce as a tool."""

from __future__ import annotations

from connectors.base import Connector, ConnectorContext, Tool
from connectors.kit.conventions import HttpConventions
from connectors.salesforce.refusals import explain, read_error
from connectors.salesforce.settings import SalesforceSettings
from model.keys import ReferenceFormats, UrlShape

_OPPORTUNITY = r"https?://[^/?#]+/(?:[^?#]*/)?r/Opportunity/([A-Z0-9]+)"


_HTTP = HttpConventions(read_error=read_error, explain=explain)


def _open(settings: SalesforceSettings, context: ConnectorContext) -> Connector:
    from connectors.salesforce.connector import open_connector

    return open_connector(settings, context)


_EXAMPLE = """\
  salesforce:
    tool: salesforce
    function: sales
    url: https://your-company.my.salesforce.com
    client_id_env: SALESFORCE_CLIENT_ID     # a connected app with the client credentials flow
    client_secret_env: SALESFORCE_CLIENT_SECRET
    depends_on: Depends_On__c               # the field that names what a deal was sold on
    currency: EUR                           # of an org that keeps only one currency
"""

_PERMISSIONS = """\
A connected app with the client credentials or the JWT bearer flow and the scopes `api` and
`chatter_api`. Its user needs *API Enabled*, read access to opportunities (*View All* on the object
if they are private) and to the fields named in interlock.yaml, and Chatter enabled. It posts to
the feeds of opportunities, for internal users; no opportunity is changed.
"""

TOOL = Tool(
    name="salesforce",
    title="Salesforce",
    settings=SalesforceSettings,
    open=_open,
    mapping_version=1,
    example=_EXAMPLE,
    permissions=_PERMISSIONS,
    http=_HTTP,
    references=ReferenceFormats(urls=(UrlShape(_OPPORTUNITY),)),
)
