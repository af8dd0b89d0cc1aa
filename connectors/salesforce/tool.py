"""What Interlock knows of Salesforce as a tool."""

from __future__ import annotations

from connectors.base import Tool, open_with
from connectors.kit.conventions import HttpConventions
from connectors.salesforce.deals import MAPPING_VERSION
from connectors.salesforce.record_ids import full_id
from connectors.salesforce.refusals import explain, read_error
from connectors.salesforce.settings import SalesforceSettings
from model.addresses import UrlShape
from model.keys import ToolReferences

# Ids of opportunities begin with 006. Lightning has them behind the object, classic pages alone.
_ID = r"(006[A-Z0-9]{15}|006[A-Z0-9]{12})(?![A-Z0-9])"
_OPPORTUNITY = r"/(?:[^?#]*/)?(?:r|sobjects)/Opportunity/([A-Z0-9]+)"
_SHORT = rf"/(?:lightning/r/|one/one\.app(?:\?[^#]*)?#/(?:sObject|alohaRedirect)/)?{_ID}"


def _addresses(settings: SalesforceSettings) -> tuple[str, ...]:
    """My Domain, which classic pages have, and the domain to which Lightning moves a browser."""
    return settings.url, settings.url.replace(".my.salesforce.com", ".lightning.force.com")


_HTTP = HttpConventions(read_error=read_error, explain=explain)


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
the feeds of opportunities, for internal users, and reads replies there (*FeedItem* and
*FeedComment* by queries); no opportunity is changed.
"""

TOOL = Tool(
    name="salesforce",
    title="Salesforce",
    settings=SalesforceSettings,
    open=open_with("connectors.salesforce.connector:open_connector"),
    mapping_version=MAPPING_VERSION,
    example=_EXAMPLE,
    permissions=_PERMISSIONS,
    http=_HTTP,
    references=ToolReferences(urls=(UrlShape(_OPPORTUNITY), UrlShape(_SHORT)), unify=full_id),
    addresses=_addresses,
)
