"""Salesforce: opportunities become deals, remarks become Chatter posts on the deal's feed.

Bulk reading, tokens and Chatter go through `connectors.http`; simple-salesforce answers what an
org is like (describe, small queries). `open_connector` is the way in; nothing here writes to an
opportunity itself.
"""

from connectors.salesforce.connector import SalesforceConnector, open_connector
from connectors.salesforce.settings import SalesforceSettings

__all__ = ["SalesforceConnector", "SalesforceSettings", "open_connector"]
